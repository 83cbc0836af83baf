/** Test phones: numbers that an account tries its messages on, once their owner has shown to have them. */
import { sql, type Kysely, type Selectable } from 'kysely';
import { prefixedId } from '../../core/messages/ids';
import type { Schema, TestPhonesTable } from '../tables';

export type TestPhoneRow = Selectable<TestPhonesTable>;

/** How long a code is good. */
export const CODE_MINUTES = 10;
/** How often a code may be tried. */
export const MAX_TRIES = 5;
/** Codes that a phone may get in an hour: each one gives new tries. */
export const MAX_CODES_PER_HOUR = 5;

export interface TestPhoneDraft {
  accountId: string;
  /** E.164 with plus sign. */
  msisdn: string;
  /** Undefined = as it was. */
  name?: string | null;
}

export interface EnsuredTestPhone {
  phone: TestPhoneRow;
  isNew: boolean;
}

/** Finds the account's phone of that number, or makes it, unverified; locked until the transaction ends. */
export async function ensureTestPhone(tx: Kysely<Schema>, draft: TestPhoneDraft): Promise<EnsuredTestPhone> {
  const id = prefixedId('tp');
  const phone = await tx
    .insertInto('test_phones')
    .values({ id, account_id: draft.accountId, msisdn: draft.msisdn, name: draft.name })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'msisdn']).doUpdateSet((eb) => ({
        name: draft.name === undefined ? eb.ref('test_phones.name') : draft.name,
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return { phone, isNew: phone.id === id };
}

/**
 * Gives the phone a new code in place of the one before, with new tries.
 * @returns null when it got {@link MAX_CODES_PER_HOUR} in this hour.
 */
export async function renewCode(tx: Kysely<Schema>, id: string, codeHash: Buffer): Promise<TestPhoneRow | null> {
  const hourIsOver = sql<boolean>`codes_since < now() - interval '1 hour'`;
  const row = await tx
    .updateTable('test_phones')
    .set({
      code_hash: codeHash,
      code_expires_at: sql<Date>`now() + make_interval(mins => ${CODE_MINUTES})`,
      tries: 0,
      codes_sent: sql<number>`case when ${hourIsOver} then 1 else codes_sent + 1 end`,
      codes_since: sql<Date>`case when ${hourIsOver} then now() else codes_since end`,
    })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('codes_sent', '<', MAX_CODES_PER_HOUR), hourIsOver]))
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Uses one try of the phone's code, in one statement: however many ask at once, no more get an answer than it has tries.
 * @returns the row with that try counted; null when the code is used up, expired or absent.
 */
export async function takeTry(db: Kysely<Schema>, accountId: string, id: string): Promise<TestPhoneRow | null> {
  const row = await db
    .updateTable('test_phones')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('tries', '<', MAX_TRIES)
    .where('code_hash', 'is not', null)
    .where('code_expires_at', '>', sql<Date>`now()`)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** The code was right: the phone is verified, and the code is used up. Null: the phone is gone. */
export async function markVerified(tx: Kysely<Schema>, accountId: string, id: string): Promise<TestPhoneRow | null> {
  const row = await tx
    .updateTable('test_phones')
    .set({ verified_at: sql<Date>`now()`, code_hash: null, code_expires_at: null })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Null: the account has no test phone with this id. */
export async function findTestPhone(db: Kysely<Schema>, accountId: string, id: string): Promise<TestPhoneRow | null> {
  const row = await db
    .selectFrom('test_phones')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row ?? null;
}

/** One page by id, which, unlike the number, may stand in a URL. @param after id of the last one of the page before. */
export async function listTestPhones(
  db: Kysely<Schema>,
  page: { accountId: string; after?: string; limit: number },
): Promise<TestPhoneRow[]> {
  let query = db.selectFrom('test_phones').selectAll().where('account_id', '=', page.accountId);
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  return query.orderBy('id').limit(page.limit).execute();
}

/** All that a test send may go to. */
export async function listVerifiedTestPhones(db: Kysely<Schema>, accountId: string): Promise<TestPhoneRow[]> {
  return db
    .selectFrom('test_phones')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('verified_at', 'is not', null)
    .orderBy('msisdn')
    .execute();
}

/** False: the account has no test phone with this id. */
export async function deleteTestPhone(tx: Kysely<Schema>, accountId: string, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('test_phones')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The number of the account's first verified phone, in E.164; null when it has none. */
export async function findVerifiedPhone(db: Kysely<Schema>, accountId: string): Promise<string | null> {
  const row = await db
    .selectFrom('test_phones')
    .select('msisdn')
    .where('account_id', '=', accountId)
    .where('verified_at', 'is not', null)
    .orderBy('verified_at')
    .limit(1)
    .executeTakeFirst();
  return row?.msisdn ?? null;
}
