import { brokenPromises, difference, type RunResult } from './ledger';

const zero = { accepted: 0, delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0 };
const good: RunResult = {
  sent: 10,
  ledger: { ...zero, accepted: 10, delivered: 8, failed: 2 },
  callbacks: {
    records: 10,
    metas: 10,
    byEvent: { delivered: 8, failed: 2 },
    byCode: { '910': 2 },
    duplicates: 0,
    conflicts: 0,
  },
  scheduledLateMs: 12,
  campaign: { state: 'finished', expected: 4, ledger: { ...zero, accepted: 4, delivered: 3, failed: 1 }, lateMs: 30 },
};

test('a run that adds up breaks no promise', () => {
  expect(brokenPromises(good)).toEqual([]);
});

test.each<[string, Partial<RunResult>, string[]]>([
  [
    'a message is missing in the ledger',
    { ledger: { ...good.ledger, delivered: 7 } },
    ['accepted is 10, but its parts make 9', 'CleverTap was told 8 times delivered, but the ledger has 7'],
  ],
  [
    'the ledger grew by more than was sent',
    { ledger: { ...good.ledger, accepted: 11, failed: 3 } },
    ['the api accepted 10 messages of this run, but the ledger grew by 11: did someone else send meanwhile?'],
  ],
  ['something is open', { ledger: { ...good.ledger, failed: 1, open: 1 } }, ['1 messages are still open']],
  [
    'something of before ended meanwhile',
    { ledger: { ...good.ledger, failed: 3, open: -1 } },
    ['1 messages of before ended during this run: run it again'],
  ],
  [
    'CleverTap was told too little',
    { callbacks: { ...good.callbacks, records: 9, metas: 9 } },
    ['CleverTap was told 9 outcomes of 10 messages', 'CleverTap heard of 9 metas of 10'],
  ],
  [
    'CleverTap was told one twice instead of another',
    { callbacks: { ...good.callbacks, metas: 9, duplicates: 1 } },
    ['CleverTap heard of 9 metas of 10', 'CleverTap was told 1 outcomes twice'],
  ],
  [
    'CleverTap was told both ways',
    { callbacks: { ...good.callbacks, conflicts: 1 } },
    ['CleverTap was told both delivered and failed for 1 metas'],
  ],
  [
    'the scheduled one never left',
    { scheduledLateMs: undefined },
    ['the scheduled message did not reach the provider'],
  ],
  ['the scheduled one left early', { scheduledLateMs: -40 }, ['the scheduled message left 40 ms before its time']],
  [
    'the campaign never began',
    { campaign: { state: 'scheduled', expected: 4, ledger: zero, lateMs: undefined } },
    [
      'the campaign is scheduled, not finished',
      'the campaign has 0 messages for 4 recipients',
      'the campaign did not reach the provider',
    ],
  ],
  [
    'the campaign has lost one',
    { campaign: { ...good.campaign, ledger: { ...good.campaign.ledger, failed: 0 }, lateMs: -5 } },
    ['accepted by the campaign is 4, but its parts make 3', 'the campaign left 5 ms before its time'],
  ],
])('%s', (_, change, broken) => {
  expect(brokenPromises({ ...good, ...change })).toEqual(broken);
});

test('a difference is taken number by number, also where one side lacks the key', () => {
  const before = { records: 3, byCode: { '910': 2 } };
  const after = { records: 5, byCode: { '910': 2, '906': 2 } };
  expect(difference(after, before)).toEqual({ records: 2, byCode: { '910': 0, '906': 2 } });
});
