import { createFailures, type Failure } from './failures';

let lines: [object, string][];
let counted: string[];
beforeEach(() => {
  jest.useFakeTimers();
  [lines, counted] = [[], []];
});
afterEach(() => jest.useRealTimers());

const make = () =>
  createFailures(
    { warn: (fields, message) => void lines.push([fields, message]) },
    { authFailure: (reason) => void counted.push(reason) },
  );
const from = (party: string, more: Partial<Failure> = {}): Failure => ({ reason: 'unknown-key', party, ...more });

test('an address that fails often is slowed; another one is not, and it may fail again after a while', () => {
  const failures = make();
  const waits = Array.from({ length: 250 }, () => failures.note(from('192.0.2.1')));
  expect([waits[199], waits[200]! > 0, failures.note(from('192.0.2.2'))]).toEqual([0, true, 0]);
  jest.advanceTimersByTime(1_000);
  expect(Array.from({ length: 6 }, () => failures.note(from('192.0.2.1')) === 0)).toEqual([...Array<boolean>(5).fill(true), false]); // prettier-ignore
});

test('guesses at one key are slowed, wherever they come from; those at another are not', () => {
  const failures = make();
  const guess = (keyId: string, i: number) => failures.note(from(`192.0.2.${i}`, { reason: 'wrong-secret', keyId }));
  const waits = Array.from({ length: 25 }, (_, i) => guess('a', i));
  expect([waits[19], waits[20]! > 0, guess('b', 0)]).toEqual([0, true, 0]);
});

test('who shows no key is a fifth of a guess, and no line in the log', () => {
  const failures = make();
  const waits = Array.from({ length: 1_001 }, () => failures.note(from('192.0.2.1', { reason: 'no-key' })));
  expect([waits[999], waits[1_000]! > 0, lines]).toEqual([0, true, []]);
  expect(counted).toHaveLength(1_001);
});

test('an address is a line a minute, with how often it failed; many addresses are some lines', () => {
  const failures = make();
  for (let i = 0; i < 50; i++) failures.note(from('192.0.2.1', { keyId: 'a' }));
  jest.advanceTimersByTime(60_000);
  failures.note(from('192.0.2.1'));
  expect(lines.map(([fields]) => fields)).toEqual([
    { address: '192.0.2.1', keyId: 'a', reason: 'unknown-key', failures: 1 },
    { address: '192.0.2.1', keyId: undefined, reason: 'unknown-key', failures: 50 },
  ]);
  for (let i = 0; i < 1_000; i++) failures.note(from(`198.51.100.${i}`));
  expect(lines.length).toBeLessThan(30);
});
