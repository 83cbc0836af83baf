/**
 * Tokens of callback URLs. A token is all that names a gateway in a provider's request, so it is a secret: the database has
 * its SHA-256, by which it is found, and a sealed copy, from which the URL is made for vendors and for people who may see it.
 */
import { hash, randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { SEALED, type Sealer } from '../seal';
import type { Schema } from '../tables';
import type { GatewayRow, KeptCallbackAuth } from './gateways';

/** 192 bits. */
const TOKEN_BYTES = 24;
const TOKEN = /^[\w-]{32}$/;

const { context: tokenContext } = SEALED.gatewayCallbackToken;
const { context: callbackAuthContext } = SEALED.gatewayCallbackAuth;

export const newCallbackToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** Whether a text can be a token at all: nobody has to be asked about others. */
export const isCallbackToken = (text: string): boolean => TOKEN.test(text);

export const hashCallbackToken = (token: string): Buffer => hash('sha256', token, 'buffer');

/** The columns of a gateway's row that hold its token. */
export function tokenColumns(id: string, token: string, sealer: Sealer) {
  return {
    callback_token: null,
    callback_token_hash: hashCallbackToken(token),
    callback_token_sealed: sealer.seal(token, tokenContext(id)),
  };
}

/** @throws SealError when it was sealed with another key or for another row. */
export function openCallbackToken(
  row: Pick<GatewayRow, 'id' | 'callback_token' | 'callback_token_sealed'>,
  sealer: Sealer,
): string {
  const { id, callback_token: plain, callback_token_sealed: sealed } = row;
  return sealed === null ? (plain ?? '') : sealer.open(sealed, tokenContext(id));
}

/**
 * The gateway that a callback is for, deleted ones too: reports of what left over them still come.
 * @param token also the one before a rotation, while it is good.
 */
export async function findGatewayByToken(db: Kysely<Schema>, token: string): Promise<GatewayRow | null> {
  const hashed = hashCallbackToken(token);
  const row = await db
    .selectFrom('gateways')
    .selectAll()
    .where((where) =>
      where.or([
        where('callback_token_hash', '=', hashed),
        where.and([
          where('previous_callback_token_hash', '=', hashed),
          where('previous_callback_until', '>', sql<Date>`now()`),
        ]),
      ]),
    )
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Gives a gateway another callback URL and secret. What was good until now stays so for `graceSeconds`; what was kept from
 * an earlier rotation ends. In a transaction of the caller's.
 * @param callbackAuth null = the gateway goes on without a secret.
 * @returns the row as it is then; null = the account has no such gateway.
 */
export async function rotateCallback(
  tx: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  id: string,
  { callbackAuth, graceSeconds }: { callbackAuth: KeptCallbackAuth | null; graceSeconds: number },
): Promise<GatewayRow | null> {
  const row = await tx
    .updateTable('gateways')
    .set({
      ...tokenColumns(id, newCallbackToken(), sealer),
      callback_auth: callbackAuth === null ? null : sealer.seal(JSON.stringify(callbackAuth), callbackAuthContext(id)),
      previous_callback_token_hash: sql<Buffer | null>`callback_token_hash`,
      previous_callback_auth: sql<string | null>`callback_auth`,
      previous_callback_until: sql<Date>`now() + make_interval(secs => ${graceSeconds})`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

const SEALED_AT_ONCE = 500;

/**
 * Seals the tokens that an earlier version stored as they are, and leaves nothing of them but the hash. Several processes
 * may do it at once. Until it is done they work all the same.
 * @returns how many there were.
 */
export async function sealCallbackTokens(db: Kysely<Schema>, sealer: Sealer): Promise<number> {
  for (let sealed = 0; ;) {
    const found = await db.transaction().execute(async (tx) => {
      const rows = await tx
        .selectFrom('gateways')
        .select(['id', 'callback_token'])
        .where('callback_token', 'is not', null)
        .orderBy('callback_token')
        .limit(SEALED_AT_ONCE)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const { id, callback_token: token } of rows) {
        await tx
          .updateTable('gateways')
          .set(tokenColumns(id, token!, sealer))
          .where('id', '=', id)
          .execute();
      }
      return rows.length;
    });
    sealed += found;
    if (found < SEALED_AT_ONCE) return sealed;
  }
}
