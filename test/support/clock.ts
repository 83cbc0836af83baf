/** A database whose clock stands where a test puts it: for what happens at a certain hour of a certain night. */
import type { TestStore } from './rows';

export interface PinnedClock {
  /** @param iso with an offset. */
  set(iso: string): Promise<void>;
}

/**
 * Shadows `now()` and `clock_timestamp()` for all connections that are made from now on; use `store.connect` after it.
 */
export async function pinClock(store: TestStore): Promise<PinnedClock> {
  const { rows } = await store.pool.query<{ name: string }>('select current_database() as name');
  await store.pool.query(`
    create schema clock;
    create table clock.pin (at timestamptz not null);
    insert into clock.pin values (pg_catalog.now());
    create function clock.now() returns timestamptz stable language sql as 'select at from clock.pin';
    create function clock.clock_timestamp() returns timestamptz stable language sql as 'select at from clock.pin';
    alter database ${rows[0]!.name} set search_path = clock, public, pg_catalog;`);
  return {
    async set(iso) {
      await store.pool.query('update clock.pin set at = $1', [iso]);
    },
  };
}
