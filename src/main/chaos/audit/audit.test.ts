/** Each rule of the audit finds what it is there for, and nothing in a run in which all is well. */
import type { JournalEntry } from '../journal';
import type { Party } from '../parties';
import type { Ledger, LedgerMessage, Records, Submission, Told } from '../records';
import type { Doubt, Strike } from '../strike';
import type { Evidence } from './evidence';
import { auditLedger } from './ledger';
import { auditSending, MOST_DOUBTS } from './sending';
import { auditTiming } from './timing';
import { auditTold } from './told';

const PARTIES: Party[] = [
  {
    name: 'ours',
    provider: 'infobip',
    knows: 'our ids',
    credentials: {},
    gateway: { ratePerSecond: 10 },
    traffic: 'mixed',
  },
  { name: 'asked', provider: 'twilio', knows: 'can be asked', credentials: {}, traffic: 'mixed' },
  { name: 'own', provider: 'pingbix', knows: 'its own', credentials: {}, traffic: 'mixed' },
  { name: 'watched', provider: 'infobip', knows: 'our ids', credentials: {}, traffic: 'passwords' },
];
/** Of the wall clock, when the run began. */
const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const iso = (atMs: number): string => new Date(BEGIN + atMs).toISOString();

const to = (i: number): string => `+91980000000${i}`;

/** Two messages of each party: the first is delivered, the second's number is bad. */
function soundRun(): Evidence {
  const entries: JournalEntry[] = [];
  const messages: LedgerMessage[] = [];
  const submissions: Submission[] = [];
  const told: Told[] = [];
  const ledgers: Records['ledgers'] = {};
  const vendors: Records['vendors'] = {};
  for (const [p, { name }] of PARTIES.entries()) {
    for (const i of [2 * p, 2 * p + 1]) {
      const isGood = i % 2 === 0;
      const meta = `meta ${i}`;
      const event = isGood ? 'delivered' : 'failed';
      // The first password is sent beside nobody.
      const askedAtMs = isGood ? -1_000 : 1_000;
      const campaign = name === 'ours' ? 'sale' : null;
      entries.push({ to: to(i), meta, text: 'Hi', party: name, askedAtMs, answered: 'taken', campaign });
      const callback = { event, state: 'delivered', tries: 1 };
      messages.push({ id: `id ${i}`, party: name, to: to(i), meta, state: event, reason: null, callback });
      const end = { kind: isGood ? 'delivered' : 'recipient' };
      const seen = { messageId: `v ${i}`, outcome: 'accepted', seen: 1, times: [iso(askedAtMs + 100)], end };
      submissions.push({ account: name, to: to(i).slice(1), ...seen });
      told.push({ account: name, meta, event, receivedAt: iso(askedAtMs + 500) });
    }
    ledgers[name] = ledgerOf(2, { delivered: 1, failed: 1 });
    const receipts = { sent: 2, acknowledged: 2, failed: 0 };
    vendors[name] = { submissions: 2, accepted: 2, duplicateIds: 0, maxSubmissionsPerSecond: 10, receipts };
  }
  return {
    parties: PARTIES,
    journal: {
      entries,
      campaigns: new Map([['sale', { id: 'c', party: 'ours' }]]),
      pauses: [],
      odd: [],
      askedAgain: 0,
    },
    records: {
      messages,
      ledgers,
      campaigns: [{ name: 'sale', state: 'finished', counts: ledgerOf(2, { delivered: 1, failed: 1 }) }],
      submissions,
      vendors,
      told,
      leftOver: { 'open messages': 0 },
    },
    strikes: { struck: [], missed: [] },
    watch: { looks: 1, uneven: [], backwards: [] },
    settled: { leftOver: null, hastened: 0 },
    since: (epochMs) => epochMs - BEGIN,
  };
}

const ledgerOf = (accepted: number, over: Partial<Ledger>): Ledger => ({
  ...{ delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0 },
  accepted,
  ...over,
});

const audit = (evidence: Evidence) =>
  [auditLedger, auditSending, auditTold, auditTiming].flatMap((each) => each(evidence));

const strike = (over: Partial<Strike>): Strike => ({
  ...{ atMs: 0, kind: 'kill', target: 'worker', forMs: 10, beganAtMs: 0, endedAtMs: 10, doubts: [] },
  ...over,
});
const doubt = (messageId: string, over: Partial<Doubt> = {}): Doubt => ({
  messageId,
  gatewayId: 'g',
  isBulk: true,
  ...over,
});
const doubts = (count: number, over: (i: number) => Partial<Doubt>) =>
  Array.from({ length: count }, (_, i) => doubt(`d ${i}`, over(i)));

/** Gives a message another outcome, in the ledger and in what CleverTap heard. */
function end({ records }: Evidence, i: number, state: 'unknown' | 'expired'): void {
  const message = records.messages[i]!;
  const ledger = records.ledgers[message.party]!;
  ledger[message.state as 'delivered']--;
  ledger[state]++;
  message.state = state;
  records.told[i]!.event = 'failed';
}

it('a run in which all is well has no findings', () => {
  expect(audit(soundRun())).toEqual([]);
});

it.each<[number, string, (evidence: Evidence) => void]>([
  [1, 'not in the ledger', ({ records }) => records.messages.pop()],
  [1, 'were refused', ({ journal }) => (journal.entries[0]!.answered = 'refused')],
  [1, 'nobody asked', ({ journal }) => journal.entries.pop()],
  [1, 'more than once', ({ records }) => records.messages.push({ ...records.messages[0]!, id: 'other' })],
  [1, 'no caller expects', ({ journal }) => journal.odd.push('was answered 400')],
  [
    2,
    'reached their vendor more than once',
    ({ records }) => records.submissions.push({ ...records.submissions[4]!, messageId: 'other' }),
  ],
  [
    2,
    'are not in the ledger',
    ({ records }) => records.submissions.push({ ...records.submissions[0]!, to: '919800000099' }),
  ],
  [2, 'never reached', ({ records }) => records.submissions.shift()],
  [2, 'vendor could tell', (evidence) => end(evidence, 0, 'unknown')],
  [2, 'vendor could tell', (evidence) => end(evidence, 2, 'unknown')],
  [2, 'not in doubt', (evidence) => end(evidence, 4, 'unknown')],
  [2, 'twice the wire', ({ strikes }) => strikes.struck.push(strike({ doubts: doubts(MOST_DOUBTS + 1, () => ({})) }))],
  [
    2,
    'twice the wire',
    ({ strikes }) => {
      const urgent = doubts(PARTIES.length * MOST_DOUBTS + 1, (i) => ({ gatewayId: `g ${i}`, isBulk: false }));
      strikes.struck.push(strike({ doubts: urgent }));
    },
  ],
  [3, 'went back', ({ watch }) => watch.backwards.push('message id 1 was failed, and is submitted')],
  [3, 'another outcome than their vendor', ({ records }) => (records.submissions[4]!.end.kind = 'recipient')],
  [3, 'than reports were lost', (evidence) => end(evidence, 4, 'expired')],
  [4, 'do not add up at the end', ({ records }) => records.ledgers.own!.failed++],
  [4, 'do not add up at the end', ({ records }) => Object.assign(records.ledgers.own!, { delivered: 2, failed: 0 })],
  [4, 'campaigns do not add up', ({ records }) => records.campaigns[0]!.counts.accepted++],
  [4, 'times a ledger', ({ watch }) => watch.uneven.push('account')],
  [5, 'another meta', ({ records }) => (records.messages[0]!.meta = 'meta')],
  [5, 'never told', ({ records }) => records.told.shift()],
  [5, 'told another outcome', ({ records }) => (records.told[0]!.event = 'failed')],
  [5, 'meta that no message has', ({ records }) => records.told.push({ ...records.told[0]!, meta: 'meta 0 ' })],
  [5, 'told more than once', ({ records }) => records.told.push(records.told[0]!)],
  [5, 'no outcome to tell', ({ records }) => (records.messages[0]!.callback = null)],
  [6, 'more in a second', ({ records }) => (records.vendors.ours!.maxSubmissionsPerSecond = 12)],
  [
    7,
    'after a pause',
    ({ journal }) => journal.pauses.push({ campaign: 'sale', answeredAtMs: -3_000, endedAtMs: 5_000 }),
  ],
  [11, 'took longer', ({ records }) => (records.submissions[7]!.times = [iso(1_700)])],
  [12, 'are left', ({ settled }) => (settled.leftOver = { blocks: 1 })],
  [12, 'open messages', ({ records }) => Object.assign(records.ledgers.own!, { failed: 0, open: 1 })],
])('promise %i: %s', (promise, line, spoil) => {
  const evidence = soundRun();
  spoil(evidence);
  expect(audit(evidence)).toContainEqual({ promise, line: expect.stringContaining(line) });
});

describe('is allowed', () => {
  it('an unknown that was in doubt, where nobody can tell or the vendor has it not', () => {
    const evidence = soundRun();
    for (const i of [2, 4]) end(evidence, i, 'unknown');
    evidence.records.submissions.splice(2, 1);
    evidence.strikes.struck.push(strike({ doubts: [doubt('id 2'), doubt('id 4')] }));
    expect(audit(evidence)).toEqual([]);
  });

  it('a little that is urgent in doubt over a gateway, beside its bulk', () => {
    const evidence = soundRun();
    const both = doubts(MOST_DOUBTS + 5, (i) => ({ isBulk: i < MOST_DOUBTS }));
    evidence.strikes.struck.push(strike({ doubts: both }));
    expect(audit(evidence)).toEqual([]);
  });

  it('an expiry, where the vendor gave up bringing its report and can’t be asked', () => {
    const evidence = soundRun();
    end(evidence, 4, 'expired');
    evidence.records.vendors.own!.receipts.failed = 1;
    expect(audit(evidence)).toEqual([]);
  });

  it('a second telling, where a worker was killed right after the first', () => {
    const evidence = soundRun();
    const [first] = evidence.records.told;
    // As the simulator lists them, newest first.
    evidence.records.told.unshift({ ...first!, receivedAt: iso(90_000) });
    expect(audit(evidence)).toHaveLength(1);
    evidence.strikes.struck.push(strike({ beganAtMs: -400 }));
    expect(audit(evidence)).toEqual([]);
  });

  it('a slow password, and one after a pause, while the worker was frozen', () => {
    const evidence = soundRun();
    evidence.records.submissions[7]!.times = [iso(8_000)];
    evidence.journal.pauses.push({ campaign: 'sale', answeredAtMs: -3_000, endedAtMs: 5_000 });
    expect(audit(evidence).map(({ promise }) => promise)).toEqual([7, 11]);
    evidence.strikes.struck.push(strike({ kind: 'freeze', beganAtMs: 0, endedAtMs: 7_000 }));
    expect(audit(evidence)).toEqual([]);
  });

  it('what was asked for without an answer, in the ledger or not', () => {
    const evidence = soundRun();
    evidence.journal.entries[4]!.answered = 'open';
    evidence.journal.entries.push({ ...evidence.journal.entries[4]!, to: '+919800000077', meta: 'other' });
    expect(audit(evidence)).toEqual([]);
  });
});
