/**
 * No statement reads more for what is over and done: each, as the product asks it, in a database with a history and in
 * one with ten times that. By Postgres' own count, so it is the same on every machine. At full size: `npm run scale`.
 */
import { makeScaleBed } from '../src/main/scale/bed';
import { measure, type Cost } from '../src/main/scale/measure';
import { SCALE_STATEMENTS } from '../src/main/scale/statements';
import { startStore } from './support/rows';

const MESSAGES = 20_000;
/** So many that what is linear in slices shows as what is linear in messages does. */
const LONE_SHARE = 0.5;
/** So few that the smallest history has a campaign as long as the others. */
const SLICE_SIZE = 100;
/** What one that doesn't grow may read more, because an index has become a level deeper or its pages lie apart. */
const MORE = 30;

async function costsWith(messages: number): Promise<Map<string, Cost>> {
  const store = await startStore(1);
  try {
    const bed = await makeScaleBed(store, { messages, loneShare: LONE_SHARE, sliceSize: SLICE_SIZE }, () => undefined);
    const costs = new Map<string, Cost>();
    for (const statement of SCALE_STATEMENTS) costs.set(statement.name, await measure(bed, statement, 1));
    return costs;
  } finally {
    await store.stop();
  }
}

let small: Map<string, Cost>;
let large: Map<string, Cost>;
beforeAll(async () => {
  small = await costsWith(MESSAGES / 10);
  large = await costsWith(MESSAGES);
});

it.each(SCALE_STATEMENTS.map(({ name }) => name))('%s', (name) => {
  const [before, after] = [small.get(name)!, large.get(name)!];
  expect(after.rows).toBeLessThanOrEqual(2 * before.rows + MORE);
  expect(after.buffers).toBeLessThanOrEqual(2 * before.buffers + MORE);
});
