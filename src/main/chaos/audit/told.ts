/** Promise 5 against what CleverTap heard: one outcome a message, the right one, under the meta that came in. */
import type { LedgerMessage, Told } from '../records';
import { breach, type Breach, type Evidence } from './evidence';

const OUTCOMES = ['delivered', 'failed'];

/** A worker that is killed takes the answers of its posts with it: those of so long before, Postgres being away meanwhile. */
const ANSWERS_HELD_MS = 75_000;

const keyOf = (account: string, meta: string): string => `${account} ${meta}`;

/** What CleverTap heard of each message, oldest first. */
function heardBy({ records }: Evidence): Map<string, Told[]> {
  const heard = new Map<string, Told[]>();
  for (const told of records.told.toReversed()) {
    if (!OUTCOMES.includes(told.event)) continue;
    const key = keyOf(told.account, told.meta);
    heard.set(key, [...(heard.get(key) ?? []), told]);
  }
  return heard;
}

/** Outcomes that CleverTap heard more than once. */
export function repeats(evidence: Evidence): Told[][] {
  return [...heardBy(evidence).values()].filter((list) => list.length > 1);
}

export function auditTold(evidence: Evidence): Breach[] {
  const heard = heardBy(evidence);
  const { messages } = evidence.records;
  const of = ({ party, meta }: LedgerMessage): Told[] => heard.get(keyOf(party, meta)) ?? [];
  const known = new Set(messages.map(({ party, meta }) => keyOf(party, meta)));
  const settled = messages.filter(({ callback }) => callback !== null);
  const wrong = settled.filter((message) => {
    const event = message.state === 'delivered' ? 'delivered' : 'failed';
    return of(message).some((told) => told.event !== event);
  });
  const unexplained = settled.filter((message) => of(message).length > 1 && !isExplained(evidence, of(message)));
  const id = (message: LedgerMessage): string => `${message.id} (${message.party}, ${message.state})`;
  return [
    ...breach(5, messages.filter(({ callback }) => callback === null).map(id), 'have no outcome to tell'),
    ...breach(5, settled.filter((message) => of(message).length === 0).map(id), 'were never told'),
    ...breach(5, wrong.map(id), 'were told another outcome'),
    ...breach(
      5,
      [...heard.keys()].filter((key) => !known.has(key)),
      'were told under a meta that no message has',
    ),
    ...breach(5, unexplained.map(id), 'were told more than once, and no answer was lost with a killed worker'),
  ];
}

/** CleverTap has no id to know a repetition by, so a post without an answer has to be made again: each may have been lost. */
function isExplained({ strikes, since }: Evidence, told: readonly Told[]): boolean {
  return told.slice(0, -1).every(({ receivedAt }) => {
    const atMs = since(Date.parse(receivedAt));
    return strikes.struck.some(
      ({ kind, target, beganAtMs }) =>
        kind === 'kill' && target === 'worker' && beganAtMs >= atMs - 1 && beganAtMs - atMs <= ANSWERS_HELD_MS,
    );
  });
}
