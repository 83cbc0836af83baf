/**
 * Webhooks: where outcomes go. URLs are sealed, because the account id in CleverTap's callback URL is its only secret. So
 * are the secrets that sign what goes to customer webhooks.
 */
import { createHash } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import { prefixedId } from '../../core/messages/ids';
import { inTransaction } from '../database';
import { SEALED, type Sealer } from '../seal';
import type { Schema, WebhooksTable } from '../tables';
import { keepCounted } from './callback-counts';

export interface Webhook {
  id: string;
  accountId: string;
  kind: 'clevertap' | 'standard';
  url: string;
  isDefault: boolean;
  /** Events that it wants (`delivered`, `failed`, `replied`, `clicked`); null = all. */
  events: string[] | null;
  state: 'active' | 'disabled';
  disabledReason: string | null;
  /** Its endpoint refuses everything or is away: what waits for it waits. Null = it does not. */
  pause: WebhookPause | null;
  /** What signs, the newest first: two while a rotated secret is still good, none for CleverTap. */
  secrets: string[];
  createdAt: Date;
}

export interface WebhookPause {
  reason: string;
  since: Date;
  /** When the next post may try whether the endpoint is back. */
  probeAt: Date;
  /** Posts in a row, from the one that began the pause, that found it was not. */
  probes: number;
}

const { context: urlContext } = SEALED.webhookUrl;
const { context: secretContext } = SEALED.webhookSecret;
const hashUrl = (url: string): Buffer => createHash('sha256').update(url).digest();

function hashPlace(url: string): Buffer {
  const { origin, pathname } = new URL(url);
  return hashUrl(origin + pathname);
}

function toWebhook(row: Selectable<WebhooksTable>, sealer: Sealer): Webhook {
  const { previous_secret_until: until } = row;
  const sealed = [row.secret, until !== null && until > new Date() ? row.previous_secret : null];
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    url: sealer.open(row.url, urlContext(row.id)),
    isDefault: row.is_default,
    events: row.events,
    state: row.state,
    disabledReason: row.disabled_reason,
    pause: toPause(row),
    secrets: sealed.flatMap((secret) => (secret === null ? [] : [sealer.open(secret, secretContext(row.id))])),
    createdAt: row.created_at,
  };
}

function toPause(row: Selectable<WebhooksTable>): WebhookPause | null {
  const { paused_at: since, paused_reason: reason, probe_at: probeAt, probes } = row;
  return since === null || probeAt === null ? null : { reason: reason ?? '', since, probeAt, probes };
}

export interface WebhookDraft {
  accountId: string;
  kind: 'clevertap' | 'standard';
  url: string;
  isDefault: boolean;
  events?: string[] | null;
  /** Signing secret of a `standard` webhook; ignored when the account has the webhook already. */
  secret?: string;
  /** It counts for its host and path; see {@link countOfPlace}. */
  countsForPlace?: boolean;
}

/** Webhooks of the account that count for the host and path of this URL. */
export async function countOfPlace(db: Kysely<Schema>, accountId: string, url: string): Promise<number> {
  const { count } = await db
    .selectFrom('webhooks')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .where('place_hash', '=', hashPlace(url))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The account's webhook of that kind and URL; null when it has none. */
export async function findWebhookId(
  db: Kysely<Schema>,
  accountId: string,
  kind: Webhook['kind'],
  url: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('webhooks')
    .select('id')
    .where('account_id', '=', accountId)
    .where('kind', '=', kind)
    .where('url_hash', '=', hashUrl(url))
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Finds the account's webhook of that kind and URL, or makes it. */
export async function ensureWebhook(
  db: Kysely<Schema>,
  sealer: Sealer,
  draft: WebhookDraft,
): Promise<{ webhook: Webhook; made: boolean }> {
  return inTransaction(db, (tx) => ensureWebhookIn(tx, sealer, draft));
}

/** {@link ensureWebhook} in a transaction of the caller's. */
export async function ensureWebhookIn(
  tx: Kysely<Schema>,
  sealer: Sealer,
  draft: WebhookDraft,
): Promise<{ webhook: Webhook; made: boolean }> {
  const id = prefixedId('wh');
  if (draft.isDefault) await clearDefault(tx, draft.accountId);
  const row = await tx
    .insertInto('webhooks')
    .values({
      id,
      account_id: draft.accountId,
      kind: draft.kind,
      url: sealer.seal(draft.url, urlContext(id)),
      url_hash: hashUrl(draft.url),
      is_default: draft.isDefault,
      events: draft.events ?? null,
      secret: draft.secret === undefined ? null : sealer.seal(draft.secret, secretContext(id)),
      place_hash: draft.countsForPlace === true ? hashPlace(draft.url) : null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'kind', 'url_hash'])
        .doUpdateSet({ is_default: sql<boolean>`webhooks.is_default or excluded.is_default` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return { webhook: toWebhook(row, sealer), made: row.id === id };
}

/** An account has one default at most. */
async function clearDefault(tx: Kysely<Schema>, accountId: string): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ is_default: false })
    .where('account_id', '=', accountId)
    .where('is_default', '=', true)
    .execute();
}

/** A webhook that is tried as usual. */
const NO_PAUSE = { paused_reason: null, paused_at: null, probe_at: null, probes: 0 };

export interface WebhookChange {
  isDefault?: boolean;
  events?: string[] | null;
  state?: 'active' | 'disabled';
}

/** Changes what `change` names; null: the account has no such webhook. In a transaction of the caller's. */
export async function updateWebhook(
  tx: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  id: string,
  { isDefault, events, state }: WebhookChange,
): Promise<Webhook | null> {
  if ((await findWebhookOf(tx, sealer, accountId, id)) === null) return null;
  if (isDefault === true) await clearDefault(tx, accountId);
  const row = await tx
    .updateTable('webhooks')
    .set({
      id,
      ...(isDefault === undefined ? {} : { is_default: isDefault }),
      ...(events === undefined ? {} : { events }),
      ...(state === undefined ? {} : { state, disabled_reason: null, ...NO_PAUSE }),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toWebhook(row, sealer);
}

/** False: the account has no such webhook. What waits for it is skipped by its relay. */
export async function deleteWebhook(tx: Kysely<Schema>, accountId: string, id: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('webhooks')
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst();
  const isDeleted = result.numDeletedRows > 0n;
  if (isDeleted) await keepCounted(tx, accountId, id);
  return isDeleted;
}

/**
 * Gives a `standard` webhook a new secret; the old one signs too for `graceSeconds`. One that was still good from an
 * earlier rotation ends. Null: the account has no such webhook of that kind.
 * @returns when the old secret ends.
 */
export async function rotateSecret(
  tx: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  id: string,
  { secret, graceSeconds }: { secret: string; graceSeconds: number },
): Promise<Date | null> {
  const row = await tx
    .updateTable('webhooks')
    .set({
      secret: sealer.seal(secret, secretContext(id)),
      previous_secret: sql<string | null>`secret`,
      previous_secret_until: sql<Date>`now() + make_interval(secs => ${graceSeconds})`,
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('kind', '=', 'standard')
    .returning('previous_secret_until')
    .executeTakeFirst();
  return row?.previous_secret_until ?? null;
}

/**
 * Lets a webhook rest until a probe, or for longer when it rests already.
 * @returns false when it was resting before, or is not active any more.
 */
export async function pauseWebhook(
  db: Kysely<Schema>,
  id: string,
  { reason, probeInMs }: { reason: string; probeInMs: number },
): Promise<boolean> {
  const row = await db
    .updateTable('webhooks')
    .set({
      paused_reason: reason,
      paused_at: sql<Date>`coalesce(paused_at, now())`,
      probe_at: sql<Date>`now() + ${probeInMs} * interval '1 millisecond'`,
      probes: sql<number>`least(probes + 1, 1000)`,
    })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returning('probes')
    .executeTakeFirst();
  return row?.probes === 1;
}

/** Ends the pauses of these webhooks. */
export async function resumeWebhooks(db: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  await db.updateTable('webhooks').set(NO_PAUSE).where('id', 'in', ids).where('paused_at', 'is not', null).execute();
}

/** The receiver wants nothing more. What waits for it waits until somebody activates it again. */
export async function disableWebhook(db: Kysely<Schema>, id: string, reason: string): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ state: 'disabled', disabled_reason: reason, ...NO_PAUSE })
    .where('id', '=', id)
    .execute();
}

/** The time by Postgres, by which callbacks are due. */
export async function readClock(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now()`.execute(db);
  return rows[0]!.now;
}

export async function findWebhook(db: Kysely<Schema>, sealer: Sealer, id: string): Promise<Webhook | null> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toWebhook(row, sealer);
}

/** A webhook of this account. */
export async function findWebhookOf(
  db: Kysely<Schema>,
  sealer: Sealer,
  accountId: string,
  id: string,
): Promise<Webhook | null> {
  const webhook = await findWebhook(db, sealer, id);
  return webhook?.accountId === accountId ? webhook : null;
}

export async function listWebhooks(db: Kysely<Schema>, sealer: Sealer, accountId: string): Promise<Webhook[]> {
  const rows = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => toWebhook(row, sealer));
}

/** What a webhook of this id speaks; null = there is none. */
export async function findWebhookKind(db: Kysely<Schema>, id: string): Promise<Webhook['kind'] | null> {
  const row = await db.selectFrom('webhooks').select('kind').where('id', '=', id).executeTakeFirst();
  return row?.kind ?? null;
}
