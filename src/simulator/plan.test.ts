import fc from 'fast-check';
import { Dice } from './dice';
import type { PlannedMessage } from './plan';
import { Planner } from './plan';
import { readScript } from './script';

function planner(input: object): Planner {
  const read = readScript(input);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return new Planner(read.script, new Dice(read.script.seed));
}

function messageTo(n: number, over: Partial<PlannedMessage> = {}): PlannedMessage {
  return { to: String(919_800_000_000 + n), messageId: `m${n}`, sender: 'HELIOS', text: 'Hello', ...over };
}

const MIXED = {
  senderRefusedShare: 0.2,
  senderRefusedFor: ['HELIOS'],
  badNumberShare: 0.2,
  receipts: {
    delayMs: { min: 5, max: 500 },
    late: { share: 0.2, delayMs: 3_000 },
    twice: 0.2,
    early: 0.2,
    missing: 0.2,
    intermediate: 0.2,
    reordered: 0.2,
    mangledShare: 0.2,
  },
};

test('the same seed and messages have the same outcomes in any order, and whatever their ids', () => {
  const order = [...Array(300).keys()];
  const first = planner({ seed: 'a', ...MIXED });
  const expected = order.map((n) => first.plan(messageTo(n)));
  fc.assert(
    fc.property(fc.shuffledSubarray(order, { minLength: 300 }), fc.string(), (shuffled, id) => {
      const again = planner({ seed: 'a', ...MIXED });
      for (const n of shuffled) expect(again.plan(messageTo(n, { messageId: id + n }))).toEqual(expected[n]);
    }),
    { numRuns: 20 },
  );
});

test('another seed is another run', () => {
  const plans = ['a', 'b'].map((seed) => {
    const one = planner({ seed, ...MIXED });
    return [...Array(300).keys()].map((n) => one.plan(messageTo(n)));
  });
  expect(plans[0]).not.toEqual(plans[1]);
});

test.each(['a', 'heliograph', '42'])('shares are kept over neighbouring numbers, seed %s', (seed) => {
  const one = planner({ seed, senderRefusedShare: 0.05, senderRefusedFor: ['HELIOS'], badNumberShare: 0.05 });
  const refused = [...Array(20_000).keys()].map((n) => one.plan(messageTo(n)).refused);
  const share = (word: string) => refused.filter((outcome) => outcome === word).length / refused.length;
  expect(share('sender')).toBeGreaterThan(0.043);
  expect(share('sender')).toBeLessThan(0.057);
  // Of those that the sender rule left over.
  expect(share('recipient')).toBeGreaterThan(0.041);
  expect(share('recipient')).toBeLessThan(0.055);
});

test('a refused sender is refused only under the names given: the fallback sender works', () => {
  const one = planner({ senderRefusedShare: 1, senderRefusedFor: ['HELIOS'] });
  expect(one.plan(messageTo(1)).refused).toBe('sender');
  expect(one.plan(messageTo(1, { sender: 'BACKUP' })).refused).toBeUndefined();
});

test('a bad number is bad under every sender and id', () => {
  const one = planner({ badNumberShare: 0.5, decideBy: 'messageId' });
  const plans = [...Array(200).keys()].map((n) => [
    one.plan(messageTo(n)).refused,
    one.plan(messageTo(n, { sender: 'BACKUP', messageId: 'other' })).refused,
  ]);
  expect(new Set(plans.map(([first]) => first))).toEqual(new Set([undefined, 'recipient']));
  for (const [first, second] of plans) expect(second).toBe(first);
});

test('decideBy messageId tells messages to one number apart', () => {
  const fates = (decideBy: string) => {
    const one = planner({ decideBy, receipts: { missing: 0.5 } });
    return new Set([...Array(50).keys()].map((n) => one.plan(messageTo(1, { messageId: `m${n}` })).reports.length));
  };
  expect(fates('messageId')).toEqual(new Set([0, 1]));
  expect(fates('destination').size).toBe(1);
});

test('a rule asks for all of its conditions, and the first that matches decides', () => {
  const one = planner({
    refuse: [
      { outcome: 'content', textIncludes: 'loan', numberEndsWith: '7' },
      { outcome: 'account', numberEndsWith: '7', at: 'receipt' },
    ],
  });
  expect(one.plan(messageTo(7, { text: 'a loan' })).refused).toBe('content');
  expect(one.plan(messageTo(8, { text: 'a loan' })).refused).toBeUndefined();
  const byReceipt = one.plan(messageTo(7));
  expect(byReceipt).toMatchObject({ final: 'account', reports: [{ kind: 'account' }] });
  expect(byReceipt.refused).toBeUndefined();
});

test('different questions about one message are independent', () => {
  const dice = new Dice('any');
  const numbers = [...Array(20_000).keys()].map((n) => messageTo(n).to);
  const both = numbers.filter((to) => dice.happens(0.2, 'late', to) && dice.happens(0.2, 'twice', to));
  expect(both.length / numbers.length).toBeGreaterThan(0.035);
  expect(both.length / numbers.length).toBeLessThan(0.045);
});

test('a span by its quantiles: half below p50, one in a hundred above p99, none without end', () => {
  const dice = new Dice('quantiles');
  const span = { p50: 20, p99: 400 };
  const times = [...Array(20_000).keys()].map((n) => dice.within(span, 'latency', `m${n}`)).sort((a, b) => a - b);
  expect(times[10_000]).toBeGreaterThan(19);
  expect(times[10_000]).toBeLessThan(21);
  expect(times[19_800]).toBeGreaterThan(300);
  expect(times[19_800]).toBeLessThan(550);
  expect(times[0]).toBeGreaterThanOrEqual(0);
  expect(times.at(-1)).toBeLessThanOrEqual(4_000);
  expect(dice.within({ p50: 20, p99: 20 }, 'latency', 'any')).toBe(20);
});
