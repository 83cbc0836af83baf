/**
 * Seals every sealed value anew with the first key of the ring, so that the others can go. It may be ended and begun
 * again at any moment: what is sealed with that key already is passed over.
 */
import type { Pool } from 'pg';
import { execute } from '../database';
import { SEALED, SealError, type SealedColumn, type Sealer } from '../seal';

/** Rows that one statement looks at. */
const PAGE = 500;
/** Another look finds only what was written meanwhile by a process that seals with another key. */
const MAX_LOOKS = 10;
/** Reasons that are kept; the others are only counted. */
const MAX_REASONS = 100;

export interface ResealedColumn {
  table: string;
  column: string;
  /** Values that were sealed anew. */
  resealed: number;
  /** Values that were not, after the last look; 0 = the other keys may go. */
  left: number;
  /** Why, of the first hundred that no key of the ring opens: naming their row, and never what they hold. */
  refused: string[];
}

/** A row of a page: its key, and the value unless it is sealed with the first key. */
interface Row {
  key: string[];
  value: string | null;
}

/**
 * @param onColumn is told what became of each column, when it is done.
 * @throws what Postgres throws when it is away: begin again.
 */
export async function reseal(
  pool: Pool,
  sealer: Sealer,
  onColumn: (column: ResealedColumn) => void = () => undefined,
): Promise<ResealedColumn[]> {
  const done: ResealedColumn[] = [];
  for (const column of Object.values(SEALED) as SealedColumn[]) {
    const total: ResealedColumn = { table: column.table, column: column.column, resealed: 0, left: 0, refused: [] };
    for (let look = 1; look <= MAX_LOOKS; look++) {
      total.left = 0;
      total.refused = [];
      const found = await lookThrough(pool, sealer, column, total);
      if (found === total.left) break;
    }
    done.push(total);
    onColumn(total);
  }
  return done;
}

/** One look at the whole column. @returns how many values were sealed with another key. */
async function lookThrough(pool: Pool, sealer: Sealer, column: SealedColumn, total: ResealedColumn): Promise<number> {
  let found = 0;
  let last: string[] | null = null;
  for (;;) {
    const page: Row[] = await readPage(pool, sealer.mark, column, last);
    const fresh: { key: string[]; value: string; sealed: string }[] = [];
    for (const { key, value } of page) {
      if (value === null) continue;
      found++;
      try {
        const context = column.context(...key);
        fresh.push({ key, value, sealed: sealer.seal(sealer.open(value, context), context) });
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        total.left++;
        if (total.refused.length < MAX_REASONS) total.refused.push(error.message);
      }
    }
    if (fresh.length > 0) total.resealed += await replace(pool, column, fresh);
    if (page.length < PAGE) return found;
    last = page.at(-1)!.key;
  }
}

/** The next rows in the order of the primary key. Few or many of them sealed with another key, it costs the same. */
function readPage(
  pool: Pool,
  mark: string,
  { table, column, key }: SealedColumn,
  last: string[] | null,
): Promise<Row[]> {
  const beyond = key.map((_, i) => `$${i + 2}`).join(', ');
  return execute<Row>(
    pool,
    `reseal-read-${table}-${column}-${last === null ? 'first' : 'next'}`,
    `select array[${key.join(', ')}] as key, case when not starts_with(${column}, $1) then ${column} end as value
     from ${table} ${last === null ? '' : `where (${key.join(', ')}) > (${beyond})`}
     order by ${key.join(', ')} limit ${PAGE}`,
    [mark, ...(last ?? [])],
  );
}

/** Writes what was sealed anew, where the value is still what it was. @returns how many of them were. */
async function replace(
  pool: Pool,
  { table, column, key, keyType }: SealedColumn,
  fresh: readonly { key: string[]; value: string; sealed: string }[],
): Promise<number> {
  const arrays = [
    ...key.map((_, i) => fresh.map((row) => row.key[i]!)),
    fresh.map((row) => row.value),
    fresh.map((row) => row.sealed),
  ];
  const types = [...key.map(() => keyType), 'text', 'text'];
  const names = key.map((_, i) => `k${i}`);
  const same = key.map((part, i) => `t.${part} = n.k${i}`).join(' and ');
  const rows = await execute(
    pool,
    `reseal-write-${table}-${column}`,
    `with n as (
       select * from unnest(${types.map((type, i) => `$${i + 1}::${type}[]`).join(', ')}) as n (${names.join(', ')}, old, fresh)
     ), locked as (
       select ${key.map((part, i) => `t.${part} as k${i}`).join(', ')} from ${table} t join n on ${same} order by ${names.join(', ')} for no key update of t
     )
     update ${table} t set ${column} = n.fresh from n join locked using (${names.join(', ')})
     where ${same} and t.${column} = n.old returning 1`,
    arrays,
  );
  return rows.length;
}
