/** What is asked for when: drawn from the seed, before the run begins. */
import { diceOf, type Dice } from './dice';
import type { Party } from './parties';

export interface TrafficRecord {
  /** E.164. A number is used once in a run: it tells the message in every record of what happened. */
  to: string;
  meta: string;
  text: string;
}

interface Planned {
  /** Since the beginning of the run. */
  atMs: number;
  party: string;
}

/** One record by one of CleverTap's contracts. */
export interface Single extends Planned {
  kind: 'single';
  contract: 'generic' | 'mobtexting' | 'times-mobile';
  record: TrafficRecord;
  /** Whether the caller asks again when it gets no answer. */
  asksAgain: boolean;
}

export interface Batch extends Planned {
  kind: 'batch';
  records: TrafficRecord[];
  asksAgain: boolean;
}

export interface PlannedCampaign extends Planned {
  kind: 'campaign';
  name: string;
  records: TrafficRecord[];
  ratePerSecond: number;
  /** After its start; null = it is not paused. */
  pauseAfterMs: number | null;
  pausedForMs: number;
}

export type TrafficItem = Single | Batch | PlannedCampaign;

export interface TrafficSettings {
  seed: number;
  durationMs: number;
  /** For each mixed party, over the whole run. */
  singles: number;
  batches: number;
  batchSize: number;
  campaigns: number;
  campaignSize: number;
  campaignRatePerSecond: number;
  /** Passwords over the whole run. */
  passwords: number;
  /** Passwords before it, beside nobody. */
  quietPasswords: number;
}

const QUIET_GAP_MS = 500;
/** From the last of them to the beginning of the run. */
const QUIET_TAIL_MS = 3_000;

/** How long before the run its first password leaves. */
export const leadMs = ({ quietPasswords }: Pick<TrafficSettings, 'quietPasswords'>): number =>
  quietPasswords * QUIET_GAP_MS + QUIET_TAIL_MS;

/** Ends of metas: whatever a caller puts there comes back as it was. */
const META_ENDS = [
  '.wzrk_default.-1.',
  '.नमस्ते.✓',
  '."quoted" \\ and \\u0041',
  '.&a=b%20+c;#?',
  ". two  blanks, 'one' end ",
  '.<b>&amp;</b>',
];
const CONTRACTS: readonly Single['contract'][] = ['generic', 'mobtexting', 'times-mobile'];
/** A campaign begins early enough to be struck. */
const LAST_CAMPAIGN = 0.6;
const PAUSED_MS = [2_000, 8_000] as const;
const CHANCE_OF_ASKING_AGAIN = 0.5;

/** Draws the traffic of all parties, in the order in which it leaves. */
export function planTraffic(parties: readonly Party[], settings: TrafficSettings): TrafficItem[] {
  let serial = 0;
  const items = parties.flatMap((party) => {
    const dice = diceOf(settings.seed, `traffic of ${party.name}`);
    const record = (): TrafficRecord => {
      const digits = `9198${String(++serial).padStart(8, '0')}`;
      const meta = `${digits}.1400000000.${serial}${dice.pick(META_ENDS)}`;
      return { to: `+${digits}`, meta, text: `Your code is ${dice.between(1_000, 9_999)}` };
    };
    return party.traffic === 'passwords'
      ? planPasswords(party.name, settings, dice, record)
      : planMixed(party.name, settings, dice, record);
  });
  return items.sort((a, b) => a.atMs - b.atMs);
}

function planPasswords(
  party: string,
  { durationMs, passwords, quietPasswords }: TrafficSettings,
  dice: Dice,
  record: () => TrafficRecord,
): TrafficItem[] {
  const quiet = Array.from({ length: quietPasswords }, (_, i) => i * QUIET_GAP_MS - leadMs({ quietPasswords }));
  const beside = Array.from({ length: passwords }, (_, i) => Math.floor((i * durationMs) / passwords));
  return [...quiet, ...beside].map((atMs) => ({
    kind: 'single',
    atMs,
    party,
    contract: 'generic',
    record: record(),
    asksAgain: dice.roll() < CHANCE_OF_ASKING_AGAIN,
  }));
}

function planMixed(party: string, settings: TrafficSettings, dice: Dice, record: () => TrafficRecord): TrafficItem[] {
  const { durationMs, batchSize, campaignSize, campaignRatePerSecond } = settings;
  const records = (count: number) => Array.from({ length: count }, record);
  const planned = (): Planned & { asksAgain: boolean } => ({
    atMs: dice.between(0, durationMs),
    party,
    asksAgain: dice.roll() < CHANCE_OF_ASKING_AGAIN,
  });
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  return [
    ...many(settings.singles, (): Single => ({
      kind: 'single',
      ...planned(),
      contract: dice.pick(CONTRACTS),
      record: record(),
    })),
    ...many(settings.batches, (): Batch => ({ kind: 'batch', ...planned(), records: records(batchSize) })),
    ...many(settings.campaigns, (i): PlannedCampaign => {
      const lasts = (campaignSize / campaignRatePerSecond) * 1_000;
      return {
        kind: 'campaign',
        atMs: Math.floor(durationMs * LAST_CAMPAIGN * dice.roll()),
        party,
        name: `${party} ${i + 1}`,
        records: records(campaignSize),
        ratePerSecond: campaignRatePerSecond,
        pauseAfterMs: dice.roll() < 0.5 ? Math.floor(lasts * (0.2 + 0.4 * dice.roll())) : null,
        pausedForMs: dice.between(...PAUSED_MS),
      };
    }),
  ];
}
