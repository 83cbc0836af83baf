/** Gateways: configured accounts at providers. Credentials are sealed on the way in and opened only for dispatch. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { BreakerState } from '../../core/gateways/health';
import { prefixedId } from '../../core/messages/ids';
import type { ProviderIdBase } from '../../core/messages/provider-id';
import { hasOpen, isCurrent } from '../messages/ledger';
import { SEALED, type SealContext, type Sealer } from '../seal';
import type { GatewaysTable, Schema } from '../tables';
import { newCallbackToken, openCallbackToken, tokenColumns } from './callback-tokens';

export type GatewayRow = Selectable<GatewaysTable>;

/** The columns that a person sets. `credentials` and `callbackAuth` are plain here and sealed in the row. */
export interface GatewayDraft {
  provider: string;
  name: string;
  credentials: Record<string, unknown>;
  callbackAuth: KeptCallbackAuth | null;
  /** Addresses and ranges that callbacks may come from; absent or empty = any. */
  callbackAllow?: string[];
  baseUrl: string | null;
  sendingPattern: 'batch' | 'loop';
  status: 'active' | 'inactive';
  priority: number;
  weight: number;
  defaultSender: string | null;
  fallbackSender: string | null;
  ratePerSecond: number | null;
  maxInFlight: number;
  batchSize: number | null;
  receiptDeadlineSeconds: number;
  /** Without a receipt after so long, the next leg is tried; null = the receipt deadline is waited for. */
  failoverAfterSeconds?: number | null;
  validitySeconds: number | null;
  /** Set where reports write the provider's ids to this base and its answers to the other one. */
  providerIdBase?: ProviderIdBase | null;
  /** Typographic characters leave over it as GSM letters, where that makes a text GSM-7. */
  smartEncoding?: boolean;
  description: string | null;
  signupLink: string | null;
  logo: string | null;
  /** Price of one part of a message, in `currency` (ISO 4217). */
  pricePerSegment?: number | null;
  currency?: string | null;
  /** Made by the first start, not by a person; see `rankGateways`. */
  demo?: boolean;
}

const { context: credentialsContext } = SEALED.gatewayCredentials;
const { context: callbackAuthContext } = SEALED.gatewayCallbackAuth;

function columns(id: string, draft: Partial<GatewayDraft>, sealer: Sealer) {
  const seal = (value: unknown, context: SealContext) => sealer.seal(JSON.stringify(value), context);
  return {
    provider: draft.provider,
    name: draft.name,
    credentials: draft.credentials && seal(draft.credentials, credentialsContext(id)),
    callback_auth: draft.callbackAuth && seal(draft.callbackAuth, callbackAuthContext(id)),
    callback_allow: draft.callbackAllow,
    base_url: draft.baseUrl,
    sending_pattern: draft.sendingPattern,
    status: draft.status,
    priority: draft.priority,
    weight: draft.weight,
    default_sender: draft.defaultSender,
    fallback_sender: draft.fallbackSender,
    rate_per_second: draft.ratePerSecond,
    max_in_flight: draft.maxInFlight,
    batch_size: draft.batchSize,
    receipt_deadline_seconds: draft.receiptDeadlineSeconds,
    failover_after_seconds: draft.failoverAfterSeconds,
    validity_seconds: draft.validitySeconds,
    provider_id_base: draft.providerIdBase,
    smart_encoding: draft.smartEncoding,
    description: draft.description,
    signup_link: draft.signupLink,
    logo: draft.logo,
    price_per_segment: draft.pricePerSegment,
    currency: draft.currency,
  };
}

/** What the vendor's callbacks are to carry. */
export interface KeptCallbackAuth {
  basic?: { username: string; password: string };
  bearer?: string;
}

/** Login and receipt authentication as they were given, before any adapter's schema. */
export interface UnsealedGateway {
  credentials: unknown;
  callbackAuth: KeptCallbackAuth | null;
  /** The one before a rotation, while it is still good. */
  previousCallbackAuth: KeptCallbackAuth | null;
  /** The last part of the path of its callback URL. */
  callbackToken: string;
}

/** Opens what is sealed in a gateway's row. @throws SealError when it was sealed with another key or for another row. */
export function unsealGateway(
  row: Pick<
    GatewayRow,
    | 'id'
    | 'credentials'
    | 'callback_auth'
    | 'previous_callback_auth'
    | 'previous_callback_until'
    | 'callback_token'
    | 'callback_token_sealed'
  >,
  sealer: Sealer,
): UnsealedGateway {
  const auth = (sealed: string | null): KeptCallbackAuth | null =>
    sealed === null ? null : JSON.parse(sealer.open(sealed, callbackAuthContext(row.id)));
  const until = row.previous_callback_until;
  return {
    credentials: JSON.parse(sealer.open(row.credentials, credentialsContext(row.id))),
    callbackAuth: auth(row.callback_auth),
    previousCallbackAuth: until !== null && until > new Date() ? auth(row.previous_callback_auth) : null,
    callbackToken: openCallbackToken(row, sealer),
  };
}

/** @throws a unique violation on `gateways_account_id_name_key` when the account has one of that name. */
export async function insertGateway(
  db: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  draft: GatewayDraft,
): Promise<GatewayRow> {
  const id = prefixedId('gw');
  const values = columns(id, draft, sealer);
  return db
    .insertInto('gateways')
    .values({
      ...values,
      id,
      account_id: accountId,
      provider: draft.provider,
      name: draft.name,
      credentials: sealer.seal(JSON.stringify(draft.credentials), credentialsContext(id)),
      sending_pattern: draft.sendingPattern,
      demo: draft.demo ?? false,
      ...tokenColumns(id, newCallbackToken(), sealer),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** What of a gateway its requests are made of. */
const OF_REQUESTS: readonly (keyof GatewayDraft)[] = [
  'provider', 'credentials', 'baseUrl', 'sendingPattern', 'batchSize', 'validitySeconds', 'smartEncoding',
]; // prettier-ignore

/** Changes what the draft names; a status or credential change also ends an automatic pause. Null: no such gateway. */
export async function updateGateway(
  db: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  id: string,
  draft: Partial<GatewayDraft>,
): Promise<GatewayRow | null> {
  const now = new Date();
  const changed = OF_REQUESTS.some((name) => draft[name] !== undefined) ? { request_changed_at: now } : {};
  const unpause = draft.status === 'active' || draft.credentials !== undefined ? { paused_reason: null } : {};
  const row = await db
    .updateTable('gateways')
    .set({ ...columns(id, draft, sealer), ...unpause, ...changed, updated_at: now })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export async function findGateway(db: Kysely<Schema>, accountId: string, id: string): Promise<GatewayRow | null> {
  const row = await db
    .selectFrom('gateways')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** {@link findGateway} for a transaction that changes it: its row is locked. */
export async function lockGateway(tx: Kysely<Schema>, accountId: string, id: string): Promise<GatewayRow | null> {
  const row = await tx
    .selectFrom('gateways')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** An account's gateways in the order in which they are tried; `degraded` ones come after others of their priority. */
export async function listGateways(
  db: Kysely<Schema>,
  accountId: string,
): Promise<(GatewayRow & { degraded: boolean })[]> {
  return db
    .selectFrom('gateways as g')
    .leftJoin('gateway_health as h', 'h.gateway_id', 'g.id')
    .selectAll('g')
    .select(sql<boolean>`h.degraded is not null`.as('degraded'))
    .where('g.account_id', '=', accountId)
    .where('g.deleted_at', 'is', null)
    .orderBy('g.priority')
    .orderBy('g.created_at')
    .orderBy('g.id')
    .execute();
}

/** A gateway with its breaker and its hold; `breaker_wait_ms` is 0 when a probe is due, `hold_wait_ms` when nothing holds it. */
export interface GatewayWithBreaker extends GatewayRow {
  breaker: BreakerState;
  breaker_wait_ms: number;
  breaker_reason: string | null;
  hold_wait_ms: number;
  hold_reason: string | null;
}

/** Gateways by id, deleted ones too: a slice may still hold messages that left over them. */
export async function listGatewaysById(db: Kysely<Schema>, ids: string[]): Promise<GatewayWithBreaker[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('gateways as g')
    .leftJoin('gateway_health as h', 'h.gateway_id', 'g.id')
    .selectAll('g')
    .select(({ fn, val }) => [
      fn.coalesce('h.breaker', val('closed' as const)).as('breaker'),
      sql<number>`greatest(0, ceil(extract(epoch from h.open_until - clock_timestamp()) * 1000))::int`.as(
        'breaker_wait_ms',
      ),
      'h.reason as breaker_reason',
      sql<number>`greatest(0, ceil(extract(epoch from h.held_until - clock_timestamp()) * 1000))::int`.as(
        'hold_wait_ms',
      ),
      'h.hold_reason',
    ])
    .where('g.id', 'in', ids)
    .execute();
}

/** Dispatch found that the provider refuses the whole account: nothing more is claimed for it until a person acts. */
export async function pauseGateway(db: Kysely<Schema>, id: string, reason: string): Promise<boolean> {
  const result = await db
    .updateTable('gateways')
    .set({ paused_reason: reason, updated_at: new Date() })
    .where('id', '=', id)
    .where('paused_reason', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Messages that are not settled and were last given to this gateway, or are on their way to it. */
export async function countOpenOfGateway(db: Kysely<Schema>, accountId: string, id: string): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    select (
      select count(*) from slices s join messages m on m.slice_id = s.id
      where s.account_id = ${accountId} and ${sql.raw(isCurrent('s'))} and ${sql.raw(hasOpen('s'))}
        and m.gateway_id = ${id} and m.settled_at is null
    ) + (
      select coalesce(sum(cardinality(ids)), 0) from blocks where account_id = ${accountId} and gateway_id = ${id}
    ) as n`.execute(db);
  return Number(rows[0]!.n);
}

/** Marks a gateway deleted; its row stays for the messages that left over it, its name is free again. */
export async function deleteGateway(db: Kysely<Schema>, accountId: string, id: string): Promise<void> {
  await db
    .updateTable('gateways')
    .set({ deleted_at: new Date(), status: 'inactive', name: sql<string>`name || ' (' || id || ')'` })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .execute();
}
