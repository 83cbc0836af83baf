import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_SCRIPT, readScript } from './script';

const MANUAL = readFileSync(path.join(__dirname, '../../docs/simulator.md'), 'utf8');

function problems(input: unknown) {
  const read = readScript(input);
  return read.ok ? [] : read.problems;
}

test('an empty script delivers everything by receipt after 50 ms, at once', () => {
  expect(readScript({})).toEqual({ ok: true, script: DEFAULT_SCRIPT });
  expect(DEFAULT_SCRIPT).toMatchObject({ latencyMs: 0, record: true, refuse: [], faults: [] });
  expect(DEFAULT_SCRIPT.receipts).toMatchObject({ delayMs: 50, missing: 0, batchSize: 100, shape: 'v3' });
});

test.each([
  [{ badNumberShare: 5 }, 'badNumberShare', 5, /share from 0 to 1/],
  [{ latencyMs: { min: 9, max: 2 } }, 'latencyMs', { min: 9, max: 2 }, /min <= max/],
  [{ latencyMs: { p50: 9, p99: 2 } }, 'latencyMs', { p50: 9, p99: 2 }, /p50 <= p99/],
  [{ latencyMs: { p50: 0, p99: 2 } }, 'latencyMs', { p50: 0, p99: 2 }, /0 < p50/],
  [{ receipts: { auth: { basic: 'x' } } }, 'receipts.auth', { basic: 'x' }, /bearer/],
  [{ receipts: { delayMs: 'soon' } }, 'receipts.delayMs', 'soon', /milliseconds/],
  [{ receipts: { late: { share: -1, delayMs: 5 } } }, 'receipts.late.share', -1, /share/],
  [{ receipts: { idCase: 'lower' } }, 'receipts.idCase', 'lower', /"same" or "upper"/],
  [{ refuse: [{ outcome: 'moon' }] }, 'refuse.0.outcome', 'moon', /sender, recipient, content, account/],
  [{ faults: [{ kind: 'flood', next: 1 }] }, 'faults.0.kind', 'flood', /throttle/],
  [{ faults: [{ kind: 'partial', next: 1 }] }, 'faults.0.kind', 'partial', /throttle/],
  [{ faults: [{ kind: 'throttle' }] }, 'faults.0', { kind: 'throttle' }, /exactly one of next, share and forMs/],
  [{ faults: [{ kind: 'reset', next: 1, share: 0.5 }] }, 'faults.0', expect.anything(), /exactly one/],
  [{ senderRefusedShare: 0.05 }, 'senderRefusedFor', null, /list the sender IDs/],
  [{ receipts: { url: 'x' } }, 'receipts.url', 'x', /http URL of this machine/],
  [{ receipts: { doubled: 0.1 } }, 'receipts.doubled', 0.1, /no such field/],
  [[], '(script)', [], /./],
])('%j is refused by field, value and remedy', (script, field, value, remedy) => {
  expect(problems(script)).toEqual([{ field, value, remedy: expect.stringMatching(remedy) }]);
});

test.each(['https://127.0.0.1/x', 'http://10.0.0.1/x', 'http://127.0.0.1.example/x', 'http://me:pw@127.0.0.1/x', 7])(
  'reports may not go to %s',
  (url) => expect(problems({ receipts: { url } })).toMatchObject([{ field: 'receipts.url', value: url }]),
);

test.each(['http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:8080/x?y=1', 'http://127.0.0.2/'])(
  'reports may go to %s',
  (url) => expect(problems({ receipts: { url } })).toEqual([]),
);

test('all problems are named at once', () => {
  expect(
    problems({ seed: 7, badNumberShare: 2, typo: true })
      .map((problem) => problem.field)
      .sort(),
  ).toEqual(['badNumberShare', 'seed', 'typo']);
});

test('the manual names every field, and its examples are good scripts', () => {
  const fields = [DEFAULT_SCRIPT, DEFAULT_SCRIPT.receipts, DEFAULT_SCRIPT.clevertap].flatMap(Object.keys);
  fields.push('url');
  for (const field of fields) expect(MANUAL).toContain(`\`${field}\``);
  const examples = [...MANUAL.matchAll(/```json\n(.*?)```/gs)].map(
    ([, example]) => JSON.parse(example ?? '') as unknown,
  );
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(problems(example)).toEqual([]);
});
