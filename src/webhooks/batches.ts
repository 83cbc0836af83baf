/** Which outcomes may share a post to CleverTap. */

/** Most records of a post, by how often each failed with its post before: one that makes posts fail ends up alone. */
const MOST_TOGETHER = [100, 10, 1];
/** CleverTap names no limit; so many records stay far below any body limit. */
export const MAX_BATCH = MOST_TOGETHER[0]!;

export interface Batchable {
  event: string;
  meta: string | null;
  /** The one to come included. */
  tries: number;
  /** The last try failed. */
  failedBefore: boolean;
}

/**
 * Parts outcomes into posts, in order. Two of the same meta and event never share one: an answer that hands a record
 * back could mean either. Those that failed before go in smaller company.
 */
export function toBatches<T extends Batchable>(items: readonly T[]): T[][] {
  const seen = new Map<string, number>();
  const groups = new Map<string, { most: number; items: T[] }>();
  for (const item of items) {
    const key = `${item.event} ${item.meta}`;
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    const most = mostTogether(item);
    const group = groups.get(`${most} ${round}`);
    if (group === undefined) groups.set(`${most} ${round}`, { most, items: [item] });
    else group.items.push(item);
  }
  return [...groups.values()].flatMap(({ most, items: group }) => chunks(group, most));
}

function mostTogether({ tries, failedBefore }: Batchable): number {
  const failures = failedBefore ? tries - 1 : 0;
  return MOST_TOGETHER[Math.min(failures, MOST_TOGETHER.length - 1)]!;
}

function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
