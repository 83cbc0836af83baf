/** What one run did to the ledgers, and whether it adds up. Pure. */

const SETTLED = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const;
/** The parts of `accepted`, in the order in which they are shown. */
export const PARTS = [...SETTLED, 'open'] as const;
export type Ledger = Record<'accepted' | (typeof PARTS)[number], number>;

/** The callbacks that CleverTap processed, as the simulator counted them. */
export interface CallbackTotals {
  records: number;
  /** Different metas. */
  metas: number;
  byEvent: Record<string, number>;
  /** Failed records by their code. */
  byCode: Record<string, number>;
  /** Records beyond the first of one meta and event, and metas reported both ways. */
  duplicates: number;
  conflicts: number;
}

/** What became of the campaign. */
export interface CampaignResult {
  state: string;
  /** Recipients of its list. */
  expected: number;
  ledger: Ledger;
  /** How late its first message reached the provider, in milliseconds; undefined when none did. */
  lateMs: number | undefined;
}

/** What the whole run came to. */
export interface RunResult {
  /** Messages that the api confirmed, and those of the campaign; each with a meta. */
  sent: number;
  campaign: CampaignResult;
  /** The ledger of this run: the difference between its end and its start. */
  ledger: Ledger;
  callbacks: CallbackTotals;
  /** How late the scheduled message reached the provider, in milliseconds; undefined when it never did. */
  scheduledLateMs: number | undefined;
}

/** `after - before`, number by number; a key that one side lacks counts as 0 there. */
export function difference<T extends object>(after: T, before: T): T {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const end: unknown = Reflect.get(after, key);
      const start: unknown = Reflect.get(before, key);
      if (isObject(end) || isObject(start))
        return [key, difference(isObject(end) ? end : {}, isObject(start) ? start : {})];
      return [key, Number(end ?? 0) - Number(start ?? 0)];
    }),
  ) as T;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Every promise that the run broke, one sentence each; empty when all hold. */
export function brokenPromises({ sent, ledger, callbacks, scheduledLateMs, campaign }: RunResult): string[] {
  const broken: string[] = [];
  const expect = (holds: boolean, otherwise: string) => void (holds || broken.push(otherwise));
  const addsUp = (whose: Ledger, what: string): void => {
    const sum = PARTS.reduce((total, part) => total + whose[part], 0);
    expect(whose.accepted === sum, `${what} is ${whose.accepted}, but its parts make ${sum}`);
  };
  const inTime = (lateMs: number | undefined, what: string): void => {
    if (lateMs === undefined) broken.push(`${what} did not reach the provider`);
    else expect(lateMs >= 0, `${what} left ${-lateMs} ms before its time`);
  };

  addsUp(ledger, 'accepted');
  expect(
    ledger.accepted === sent,
    `the api accepted ${sent} messages of this run, but the ledger grew by ${ledger.accepted}: did someone else send meanwhile?`,
  );
  expect(ledger.open <= 0, `${ledger.open} messages are still open`);
  expect(ledger.open >= 0, `${-ledger.open} messages of before ended during this run: run it again`);
  expect(callbacks.records === sent, `CleverTap was told ${callbacks.records} outcomes of ${sent} messages`);
  expect(callbacks.metas === sent, `CleverTap heard of ${callbacks.metas} metas of ${sent}`);
  expect(callbacks.duplicates === 0, `CleverTap was told ${callbacks.duplicates} outcomes twice`);
  expect(callbacks.conflicts === 0, `CleverTap was told both delivered and failed for ${callbacks.conflicts} metas`);
  const delivered = callbacks.byEvent.delivered ?? 0;
  expect(
    delivered === ledger.delivered,
    `CleverTap was told ${delivered} times delivered, but the ledger has ${ledger.delivered}`,
  );
  inTime(scheduledLateMs, 'the scheduled message');
  expect(campaign.state === 'finished', `the campaign is ${campaign.state}, not finished`);
  expect(
    campaign.ledger.accepted === campaign.expected,
    `the campaign has ${campaign.ledger.accepted} messages for ${campaign.expected} recipients`,
  );
  addsUp(campaign.ledger, 'accepted by the campaign');
  inTime(campaign.lateMs, 'the campaign');
  return broken;
}
