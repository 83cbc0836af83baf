/**
 * README and `docs` do what they say: every command is run, in the order in which a reader meets it, and every JSON is what
 * was answered or is taken. One shared product; each page is read by somebody with an account of their own.
 */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { blocksOf, differences, lastJson, runCommands, type Block } from '../support/documents';
import { filesBelow, readDocument, ROOT } from '../support/markdown';
import { ADMIN_KEY, temporaryFolder } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';

const FIRST = ['README.md', 'docs/first-hour.md'];
const pages = [...FIRST, ...filesBelow('docs', '.md').sort()]
  .filter((page, at, all) => all.indexOf(page) === at && !page.includes('/decisions/'))
  .filter((page) => existsSync(path.join(ROOT, page)) && blocksOf(readDocument(page)).length > 0);

const isRun = ({ directives }: Block): boolean => directives['not run'] === undefined;

let stack: SharedStack;
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  stack = await joinStack();
});
afterEach(() => stack.stop());

/** As `npm start` makes them: the sender IDs of the simulator's gateway. */
async function becomeFresh(): Promise<void> {
  const senders = { defaultSender: 'TXTSMS', fallbackSender: 'TXTALT' };
  await stack.call('PATCH', `/api/v1/gateways/${stack.gatewayId}`, senders);
}

test.each(pages)('%s', async (page) => {
  await becomeFresh();
  const blocks = blocksOf(readDocument(page));
  const commands = blocks.filter((block) => block.language === 'sh' && isRun(block));
  const ran = runCommands(commands, {
    folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      HELIOGRAPH: stack.url,
      KEY: ADMIN_KEY,
      // What the command line takes them from.
      HELIOGRAPH_URL: stack.url,
      HELIOGRAPH_KEY: ADMIN_KEY,
      HELIOGRAPH_ACCOUNT: stack.accountId,
      HELIOGRAPH_CLI: path.join(ROOT, 'dist/main/cli.js'),
    },
    replaced: {
      'http://127.0.0.1:8080': stack.url,
      'http://127.0.0.1:8090': stack.simulator.url,
      '/accounts/default': `/accounts/${stack.accountId}`,
    },
    header: `X-Account-Id: ${stack.accountId}`,
  });
  for (const { block, output } of ran) {
    const { fails } = block.directives;
    if (fails !== undefined) expect(output).toMatch(new RegExp(`${fails}\\s*$`));
  }
  const problems: string[] = [];
  for (const [at, block] of blocks.entries()) {
    if (block.language !== 'json' || !isRun(block)) continue;
    const value = JSON.parse(block.text) as unknown;
    const { request, answer } = block.directives;
    if (request !== undefined) {
      const [method, where] = request.split(' ').slice(-2) as [string, string];
      const { status, text } = request.startsWith('simulator ')
        ? await stack.control(method, where, value)
        : await stack.call(method, where, value);
      if (status >= 300) problems.push(`line ${block.line}: answered ${status}: ${text}`);
      continue;
    }
    const above = blocks.slice(0, at).findLast(({ language }) => language === 'sh');
    if (above === undefined)
      problems.push(`line ${block.line}: no command stands above it, and no comment says what it is`);
    else if (isRun(above)) {
      const { output } = ran.find(({ block: one }) => one === above)!;
      const found = differences(value, lastJson(output), answer === 'part');
      problems.push(...found.map((difference) => `line ${block.line}: ${difference}`));
    }
  }
  expect(problems).toEqual([]);
});

test('the address and the key have the same names everywhere, and are set where a reader begins', () => {
  const line = /^export HELIOGRAPH=http:\/\/127\.0\.0\.1:8080 KEY=/m;
  for (const page of FIRST) expect(readDocument(page)).toMatch(line);
  const others = pages.filter((page) => !FIRST.includes(page) && /127\.0\.0\.1:8080/.test(commandsOf(page)));
  expect(others).toEqual([]);
});

test('what is not run says why', () => {
  for (const page of pages) {
    for (const { directives, line } of blocksOf(readDocument(page))) {
      const reason = directives['not run'];
      if (reason !== undefined) expect([page, line, reason]).toEqual([page, line, expect.stringMatching(/\w+ \w+/)]);
    }
  }
});

const commandsOf = (page: string): string =>
  blocksOf(readDocument(page))
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text)
    .join('\n');
