/** Every command of the command line against a running product: what people read, and `--json` against its schema. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../src/cli/commands';
import { cli, isDocumented, printProblems, type CliOptions, type CliOutcome } from '../support/cli';
import { joinStack, type SharedStack } from '../support/shared';
import { ADMIN_KEY, temporaryFolder } from '../support/servers';
import { makeTenant, type Tenant } from '../support/tenants';

/** What works on this machine, or needs a failure that the tests of those routes make: `src/cli/run.test.ts` has them. */
const ELSEWHERE = [
  'up', 'migrate', 'config', 'keys reseal', 'doctor', 'message resend', 'message move', 'campaign again',
]; // prettier-ignore

/** Ahead whenever the test runs, and within the 400 days that a time may be. */
const YEAR = new Date().getUTCFullYear() + 1;

let stack: SharedStack;
let neighbour: Tenant;
let folder: string;
/** Commands that printed a document which fits. */
const printed = new Set<string>();

beforeAll(async () => {
  stack = await joinStack();
  neighbour = await makeTenant(stack, 'cli-neighbour');
  folder = temporaryFolder();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stack.stop();
});

const as = (accountId: string, argv: string[], options: CliOptions = {}): Promise<CliOutcome> =>
  cli(argv, {
    ...options,
    env: { HELIOGRAPH_URL: stack.url, HELIOGRAPH_KEY: ADMIN_KEY, HELIOGRAPH_ACCOUNT: accountId, ...options.env },
  });
const run = (argv: string[], options?: CliOptions) => as(stack.accountId, argv, options);

/** Runs it with `--json`; the document has to fit what the command says that it prints. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents have many shapes.
async function json(argv: string[], code = 0): Promise<any> {
  const outcome = await run([...argv, '--json']);
  expect([outcome.code, outcome.err]).toEqual([code, expect.any(String)]);
  const document = JSON.parse(outcome.out) as unknown;
  const command = commands.find(({ name }) => argv.join(' ') === name || argv.join(' ').startsWith(`${name} `))!;
  expect(printProblems(command.prints, document)).toEqual([]);
  printed.add(command.name);
  return document;
}

const file = (name: string, text: string): string => {
  const whole = path.join(folder, name);
  writeFileSync(whole, text, { mode: 0o600 });
  return whole;
};

test('a message is sent, waited for, listed, shown; nobody else sees it', async () => {
  const sent = await json(['send', '--to', '+919800070001', '--text', 'Hello', '--service', 'T', '--meta', 'cli-1']);
  const [id] = sent.ids as [string];
  const waited = await run(['send', '--to', '+919800070002', '--text', '-', '--service', 'T', '--wait'], { stdin: 'From a pipe\n' }); // prettier-ignore
  expect(waited.code).toBe(0);
  expect(waited.out.trimEnd().split('\n').at(-1)).toMatch(/^[\da-f-]{36} {2}delivered/);
  await stack.settled();
  const list = await json(['message', 'list', '--meta', 'cli-1']);
  expect(list.items).toHaveLength(1);
  const { out } = await run(['message', 'list', '--meta', 'cli-1']);
  expect(out).toMatch(/^Accepted +To +State/);
  expect(out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}\+919800070001 {2}delivered/m);
  await json(['message', 'show', id]);
  const story = await run(['message', 'show', id]);
  expect(story.out).toMatch(/^Message +[\da-f-]{36}\nState +delivered/);
  expect(story.out).toMatch(/UTC {2}attempt 1 +delivered over gw_/);
  expect(story.out).toMatch(
    /^Attempt 1: asked .*\n {2}POST http.*\/sms\/3\/messages\n {2}content-type: application\/json\n {2}\{.*"text":"Hello"/m,
  );
  expect(story.out).toContain('\n  The provider took it; of such answers only its id is kept.\n');
  expect((await as(neighbour.accountId, ['message', 'show', id])).code).toBe(3);
  expect((await as(neighbour.accountId, ['message', 'list'])).out).toBe('No message fits.\n');
});

test('a record that is refused is told with its field, and ends with 2', async () => {
  const { code, err } = await run(['send', '--to', '+919800070001', '--text', '$$Body']);
  expect(code).toBe(2);
  expect(err).toContain('Nothing was accepted');
  expect(err).toMatch(/^ {2}\w+ .*CleverTap/m);
});

test('a campaign: from a file to its ledger', async () => {
  const csv = file('people.csv', 'to,name\n+919800071001,Asha\n+919800071002,Ravi\nnobody,X\n');
  const draft = await run(['campaign', 'create', '--name', 'From a file', '--message', 'Hello {name}', '--file', csv, '--service', 'T', '--draft']); // prettier-ignore
  expect(draft.code).toBe(0);
  expect(draft.err).toContain('Left out, row 4');
  const [, id] = /heliograph campaign launch (cmp_\w+)/.exec(draft.out)! as unknown as [string, string];
  expect((await json(['campaign', 'forecast', id])).recipients).toBe(2);
  expect((await run(['campaign', 'forecast', id])).out).toMatch(/Recipients +2\n/);
  expect((await json(['campaign', 'launch', id])).id).toBe(id);
  const watched = await run(['campaign', 'watch', id]);
  expect(watched.code).toBe(0);
  expect(watched.out.trimEnd().split('\n').at(-1)).toContain(
    '100 %  2 of 2 settled · delivered 2 · failed 0 · finished',
  );
  await json(['campaign', 'show', id]);
  await json(['campaign', 'status', id]);
  expect((await json(['campaign', 'watch', id])).state).toBe('finished');
  expect((await json(['campaign', 'ledger', id])).ledger.delivered).toBe(2);
  const csvLedger = await run(['campaign', 'ledger', id, '--csv']);
  expect(csvLedger.out).toMatch(/^to,meta,state/);
  expect(csvLedger.out.trimEnd().split('\n')).toHaveLength(3);
  expect((await json(['campaign', 'list', '--state', 'finished'])).items[0].id).toBe(id);
  expect((await run(['campaign', 'list'])).out).toMatch(/From a file +finished +2 +2 +0 +0 /);
  const refused = await run(['campaign', 'pause', id]);
  expect(refused.code).toBe(6);
  expect(refused.err).toContain('(wrong-state)');
  expect((await as(neighbour.accountId, ['campaign', 'cancel', id])).code).toBe(3);
});

test('a campaign that waits is rescheduled, paused, resumed and cancelled', async () => {
  const argv = ['campaign', 'create', '--name', 'Later', '--message', 'Hi', '--to', '+919800072001', '--service', 'T', '--time', `${YEAR}-01-31 10:00`]; // prettier-ignore
  const { id } = await json(argv);
  const moved = await json(['campaign', 'reschedule', id, '--time', `${YEAR}-02-01 10:00`, '--timezone', 'UTC']);
  expect(moved.time).toBe(`${YEAR}-02-01T10:00:00.000Z`);
  expect((await run(['campaign', 'reschedule', id, '--time', `${YEAR}-02-02 10:00`, '--timezone', 'UTC'])).out).toBe(`Later leaves at ${YEAR}-02-02 10:00:00 UTC.\n`); // prettier-ignore
  expect((await run(['campaign', 'edit', id, '--message', 'Bye', '--rate', '5'])).out).toMatch(
    /Text +Bye[^]*made anew/,
  );
  expect(await json(['campaign', 'edit', id, '--message', 'Bye bye'])).toMatchObject({
    message: 'Bye bye',
    ratePerSecond: 5,
  });
  expect((await run(['campaign', 'edit', id])).err).toContain('Nothing is named to change');
  expect((await json(['campaign', 'pause', id])).state).toBe('paused');
  await json(['campaign', 'resume', id]);
  expect((await json(['campaign', 'cancel', id])).state).toBe('cancelled');
});

test('a gateway is added from a file, tested, shown with its secrets masked', async () => {
  const name = `${stack.accountId}-cli`;
  const credentials = file('credentials.json', '{"apiKey":"secret-of-the-file"}');
  const add = ['gateway', 'add', '--provider', 'infobip', '--credentials', credentials, '--name', 'By hand', '--sender', 'HELIOG', '--pattern', 'batch', '--base-url', `${stack.simulator.url}/infobip/${name}`, '--inactive']; // prettier-ignore
  const { id } = await json(add);
  const shown = await run(['gateway', 'show', id]);
  expect(shown.out).toMatch(/Name +By hand/);
  expect(shown.out).not.toContain('secret-of-the-file');
  await json(['gateway', 'show', id]);
  expect((await json(['gateway', 'list'])).items.length).toBeGreaterThan(1);
  expect((await run(['gateway', 'list'])).out).toMatch(/By hand +infobip +inactive/);
  const tested = await json(['gateway', 'test', id, '--to', '+919800070009']);
  expect(tested.ok).toBe(true);
  await stack.control('PUT', `/control/script?account=${name}`, { refusedNumbers: [] });
  expect((await run(['gateway', 'add', '--provider', 'infobip'])).err).toMatch(/needs credentials/);
  expect((await run(['gateway', 'add', '--provider', 'nobody'])).err).toMatch(/Name one of .*infobip/);
  expect((await run(['gateway', 'test', 'gw_nobody', '--to', '+919800070009'])).code).toBe(3);
});

test('callbacks are listed and replayed', async () => {
  await json(['callback', 'list']);
  expect((await run(['callback', 'list'])).out).toMatch(/^Queued +Event +State/);
  expect(await json(['callback', 'replay'])).toEqual({ replayed: 0 });
  expect((await run(['callback', 'replay'])).out).toBe('0 callbacks are told again.\n');
  expect((await run(['callback', 'replay', '1', '--state', 'dead'])).code).toBe(2);
});

test('numbers are suppressed one by one and by a file, and let again', async () => {
  await json(['suppress', 'add', '+919800073001', '--reason', 'asked']);
  expect((await run(['suppress', 'list', '--to', '+919800073001'])).out).toMatch(/\+919800073001 +all +person +asked +\d{4}/);
  await json(['suppress', 'list']);
  await json(['suppress', 'import', file('out.csv', 'to\n+919800073002\n+919800073003\n')]);
  const bad = await run(['suppress', 'import', file('bad.csv', 'to\n+919800073004\nnobody\n')]);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain('2 rows read · 1 numbers added · 1 refused');
  expect(bad.out).toContain('Refused, row 3');
  await json(['suppress', 'remove', '+919800073001']);
  expect((await run(['suppress', 'remove', '+919800073001'])).code).toBe(3);
  expect((await as(neighbour.accountId, ['suppress', 'remove', '+919800073002'])).code).toBe(3);
}); // prettier-ignore

test('a person is erased', async () => {
  // How long a turn of its duty takes is not this file's: `--wait` is in src/cli/run.test.ts.
  expect((await json(['erase', '--to', '+919800070002'])).kind).toBe('number');
  expect((await run(['erase'])).code).toBe(2);
});

test('keys are made, listed, rotated, revoked; the key stands alone on standard output', async () => {
  const made = await run(['key', 'create', '--name', 'pipe', '--scope', 'read']);
  expect(made.out).toMatch(/^hg_\w+_\w+\n$/);
  expect(made.err).toContain('shown this once');
  const { id, key } = await json(['key', 'create', '--name', 'ci', '--scope', 'read', '--scope', 'send']);
  await json(['key', 'list']);
  expect((await run(['key', 'list'])).out).toMatch(/ci +read send +….{4} +active +never/);
  const env = { HELIOGRAPH_KEY: key as string, HELIOGRAPH_ACCOUNT: '' };
  expect((await run(['key', 'list'], { env })).code).toBe(4);
  const rotated = await json(['key', 'rotate', id, '--grace', '0']);
  await json(['key', 'revoke', rotated.id]);
  expect((await run(['message', 'list'], { env: { ...env, HELIOGRAPH_KEY: rotated.key as string } })).code).toBe(4);
  expect((await run(['key', 'create', '--name', 'x'])).code).toBe(2);
});

test('pages and completion', async () => {
  expect(await json(['open', 'docs'])).toEqual({ page: 'docs', url: `${stack.url}/docs` });
  expect((await run(['open'])).out).toBe(`${stack.url}/console\n`);
  await json(['completion', 'fish']);
});

for (const argv of [['why', '--meta', 'cli-1'], ['find', 'cli-1'], ['alerts'], ['requests']]) {
  test(`${argv[0]} is answered`, async () => {
    await json(argv);
    expect((await run(argv)).code).toBe(0);
  });
}

test('a message that waits is cancelled', async () => {
  const argv = ['send', '--to', '+919800074001', '--text', 'Later', '--service', 'T', '--time', `${YEAR}-01-31 10:00`];
  const { ids } = await json(argv);
  await json(['message', 'cancel', ids[0]]);
});

test('every command whose route there is printed a document that fits', () => {
  const expected = commands
    .filter(({ name, prints }) => !ELSEWHERE.includes(name) && (prints.startsWith('#') || isDocumented(prints)))
    .map(({ name }) => name);
  expect(expected.filter((name) => !printed.has(name))).toEqual([]);
});
