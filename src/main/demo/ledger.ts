/** What one run did to the ledgers, and whether it adds up. Pure. */

const SETTLED = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const;
/** The parts of `accepted`, in the order in which they are shown. */
export const PARTS = [...SETTLED, 'open'] as const;
export type Ledger = Record<'accepted' | (typeof PARTS)[number], number>;

/** What CleverTap was told: the simulator's record of the callbacks that it processed. */
export interface Told {
  records: number;
  /** Different metas. */
  metas: number;
  byEvent: Record<string, number>;
  /** Failed records by their code. */
  byCode: Record<string, number>;
  /** Records beyond the first of one meta and event, and metas told both ways. */
  duplicates: number;
  conflicts: number;
}

/** What the whole run came to. */
export interface RunResult {
  /** Messages that the api confirmed, each with a meta. */
  sent: number;
  /** Of this run: the difference between the ledger's end and its start. */
  ledger: Ledger;
  told: Told;
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
export function brokenPromises({ sent, ledger, told, scheduledLateMs }: RunResult): string[] {
  const broken: string[] = [];
  const expect = (holds: boolean, otherwise: string) => void (holds || broken.push(otherwise));
  const sum = PARTS.reduce((total, part) => total + ledger[part], 0);

  expect(ledger.accepted === sum, `accepted is ${ledger.accepted}, but its parts make ${sum}`);
  expect(
    ledger.accepted === sent,
    `the api accepted ${sent} messages of this run, but the ledger grew by ${ledger.accepted}: did someone else send meanwhile?`,
  );
  expect(ledger.open <= 0, `${ledger.open} messages are still open`);
  expect(ledger.open >= 0, `${-ledger.open} messages of before ended during this run: run it again`);
  expect(told.records === sent, `CleverTap was told ${told.records} outcomes of ${sent} messages`);
  expect(told.metas === sent, `CleverTap heard of ${told.metas} metas of ${sent}`);
  expect(told.duplicates === 0, `CleverTap was told ${told.duplicates} outcomes twice`);
  expect(told.conflicts === 0, `CleverTap was told both delivered and failed for ${told.conflicts} metas`);
  const delivered = told.byEvent.delivered ?? 0;
  expect(
    delivered === ledger.delivered,
    `CleverTap was told ${delivered} times delivered, but the ledger has ${ledger.delivered}`,
  );
  if (scheduledLateMs === undefined) broken.push('the scheduled message did not reach the provider');
  else expect(scheduledLateMs >= 0, `the scheduled message left ${-scheduledLateMs} ms before its time`);
  return broken;
}
