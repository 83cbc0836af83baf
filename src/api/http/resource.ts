/** What the routes of every kind of thing do alike: pages, "there is no such", taken names, audited changes. */
import type { Kysely } from 'kysely';
import { AppError } from '../../errors';
import { audited, type Actor, type AuditNote } from '../../store/accounts/audit';
import { isUniqueViolation, type Database } from '../../store/database';
import type { Schema } from '../../store/tables';
import { toCursor } from './page';

/** What is said of a kind of thing. */
export interface ResourceSettings {
  /** As people call it: `template`, `sender ID`. */
  noun: string;
  /** What an id of it looks like; a thing with another id does not exist. */
  id?: RegExp;
  /** What is said where there is none; absent = that the account has no such thing with this id. */
  missing?: string;
  /** The constraint that keeps its name unique in the account. */
  uniqueName?: string;
  /** What is said when that constraint refuses; absent = that the account has one of that name. */
  taken?: string;
  /** What requests keep of the account for a moment has it: a change is to be seen by the next one. */
  inAccountContext?: true;
}

/** What a change needs of the request. */
interface Change {
  deps: { database: Database; accounts: { forget(accountId: string): void } };
  actor: Actor;
}

export interface Resource<Row> {
  /** @throws AppError not-found when there is none. */
  found<Found extends Row>(row: Found | null): Found;
  /** Looks for the thing of this id if it looks like one (`id` of the settings), else not at all. @throws AppError not-found */
  existing<Found extends Row>(id: string, find: (id: string) => Promise<Found | null>): Promise<Found>;
  /**
   * Runs a change and its audit row in one transaction.
   * @param note null = nothing was changed, and nothing is written down.
   * @throws AppError name-taken, and whatever `work` throws
   */
  change<T>(
    { deps, actor }: Change,
    work: (tx: Kysely<Schema>) => Promise<T>,
    note: (result: T) => AuditNote | null,
    name?: string,
  ): Promise<T>;
  /** The same for a deletion: `work` returns what is gone; false or null = there was none. @throws AppError not-found */
  remove<T>(
    change: Change,
    work: (tx: Kysely<Schema>) => Promise<T>,
    note: (gone: NonNullable<T>) => AuditNote,
  ): Promise<void>;
}

/** Makes the helpers for one kind of thing. */
export function resource<Row>(settings: ResourceSettings): Resource<Row> {
  const { noun, id: pattern, uniqueName, inAccountContext } = settings;
  const { missing = `The account has no ${noun} with this id` } = settings;
  const notFound = (): AppError => new AppError('not-found', missing);

  function found<Found extends Row>(row: Found | null): Found {
    if (row === null) throw notFound();
    return row;
  }

  function nameTaken(name: string | undefined): AppError {
    const said = `The account has a ${noun} named ${JSON.stringify(name)}: choose another name`;
    return new AppError('name-taken', settings.taken ?? said);
  }

  const change: Resource<Row>['change'] = async ({ deps, actor }, work, note, name) => {
    try {
      const result = await audited(deps.database.db, actor, work, note);
      if (inAccountContext === true) deps.accounts.forget(actor.accountId);
      return result;
    } catch (error) {
      throw uniqueName !== undefined && isUniqueViolation(error, uniqueName) ? nameTaken(name) : error;
    }
  };

  return {
    found,
    existing: async (id, find) => found(pattern?.test(id) === false ? null : await find(id)),
    change,
    async remove(request, work, note) {
      await change(
        request,
        async (tx) => {
          const gone = await work(tx);
          if (gone === null || gone === undefined || gone === false) throw notFound();
          return gone as NonNullable<typeof gone>;
        },
        note,
      );
    },
  };
}

/**
 * A page as it is answered: full ones have a cursor, which is the sort key of their last row.
 * @param keyOf a text alone is the cursor as it is: an id that callers know anyway.
 */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Item,
  keyOf: (row: Row) => readonly string[] | string,
): { items: Item[]; nextCursor: string | null } {
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const key = last === undefined ? null : keyOf(last);
  return {
    items: rows.map(show),
    nextCursor: key === null || typeof key === 'string' ? key : toCursor(key),
  };
}
