/** Accounts and their settings. */
import { sql, type Kysely, type Selectable } from 'kysely';
import { outsideWindowOf, type ComplianceSettings, type Floors, type OutsideWindow } from '../../core/accounts/floors';
import type { MaxAge } from '../../core/messages/age';
import type { SuppressedClasses } from '../../core/messages/suppression';
import { prefixedId } from '../../core/messages/ids';
import type { SenderClass } from '../../core/gateways/sender';
import { hasErasures } from '../messages/erased';
import { sealEncryption, type EncryptionSetting } from './account-encryption';
import type { AccountsTable, CountryWindow, Safety, Schema } from '../tables';
import type { Sealer } from '../seal';

export type Account = Selectable<AccountsTable>;

/** Everything that ingress asks of an account, in one read. */
export interface AccountContext {
  account: Account;
  /** Gateways that are not deleted, active or not. */
  gateways: number;
  defaultWebhookId: string | null;
  /** The gateways that a message without a route of its own may take: of the default route, else all. */
  defaultGateways: GatewayFacts[];
  /** The approved sender IDs of an account that sends under those only, or is strict about India; of another one empty. */
  approvedSenders: ApprovedSender[];
  /** DLT ids of its sensitive templates: a record that names one is as sensitive. */
  sensitiveTemplates: string[];
  /** It has erasures that a new record may have to do with, see `hasErasures`. */
  hasErasures: boolean;
}

export interface GatewayFacts {
  name: string;
  provider: string;
  active: boolean;
  demo: boolean;
  /** It has a sender ID for messages without one, of its own or of the default route. */
  hasSender: boolean;
}

export interface ApprovedSender {
  sender: string;
  class: SenderClass;
  isDefault: boolean;
  /** DLT entity id; null = not told. */
  entityId: string | null;
  /** DLT template ids that it is linked to; empty = not told. */
  templates: string[];
}

const DEFAULT_GATEWAYS = sql<GatewayFacts[]>`(
  select coalesce(json_agg(json_build_object(
    'name', g.name, 'provider', g.provider, 'active', g.status = 'active', 'demo', g.demo,
    'hasSender', coalesce(g.default_sender, g.fallback_sender) is not null or exists (
      select 1 from routes r, jsonb_array_elements(r.legs) l
      where r.account_id = accounts.id and r.is_default and l ->> 'gatewayId' = g.id and l ->> 'sender' is not null
    )
  ) order by g.priority, g.name), '[]'::json)
  from gateways g
  where g.account_id = accounts.id and g.deleted_at is null and not exists (
    select 1 from routes r where r.account_id = accounts.id and r.is_default
      and not r.legs @> jsonb_build_array(jsonb_build_object('gatewayId', g.id))
  )
)`;

const APPROVED_SENDERS = sql<ApprovedSender[]>`(
  select coalesce(json_agg(json_build_object(
    'sender', s.sender, 'class', s.class, 'isDefault', s.is_default, 'entityId', s.entity_id, 'templates', s.templates
  )), '[]'::json)
  from senders s
  where s.account_id = accounts.id and s.status = 'approved'
    and (accounts.require_approved_senders or accounts.india_strict)
)`;

const SENSITIVE_TEMPLATES = sql<string[]>`(
  select coalesce(json_agg(t.dlt_template_id), '[]'::json)
  from templates t where t.account_id = accounts.id and t.sensitive and t.dlt_template_id is not null
)`;

export async function findAccountContext(db: Kysely<Schema>, accountId: string): Promise<AccountContext | null> {
  const row = await db
    .selectFrom('accounts')
    .selectAll('accounts')
    .select((eb) => [
      eb
        .selectFrom('gateways')
        .select((g) => g.fn.countAll<string>().as('n'))
        .whereRef('gateways.account_id', '=', 'accounts.id')
        .where('deleted_at', 'is', null)
        .as('gateways'),
      eb
        .selectFrom('webhooks')
        .select('webhooks.id')
        .whereRef('webhooks.account_id', '=', 'accounts.id')
        .where('is_default', '=', true)
        // CleverTap counts what it is told, so its outcomes wait for a webhook that a person has switched off.
        .where((w) => w.or([w('webhooks.kind', '=', 'clevertap'), w('webhooks.state', '=', 'active')]))
        .as('default_webhook_id'),
      DEFAULT_GATEWAYS.as('default_gateways'),
      APPROVED_SENDERS.as('approved_senders'),
      SENSITIVE_TEMPLATES.as('sensitive_templates'),
      sql<boolean>`${sql.raw(hasErasures('accounts.id'))}`.as('has_erasures'),
    ])
    .where('accounts.id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const {
    gateways,
    default_webhook_id,
    default_gateways,
    approved_senders,
    sensitive_templates,
    has_erasures,
    ...account
  } = row;
  return {
    account,
    gateways: Number(gateways),
    defaultWebhookId: default_webhook_id,
    defaultGateways: default_gateways,
    approvedSenders: approved_senders,
    sensitiveTemplates: sensitive_templates,
    hasErasures: has_erasures,
  };
}

/** By id; one page. @param page `after`: the last id of the page before. */
export async function listAccounts(db: Kysely<Schema>, page: { after?: string; limit: number }): Promise<Account[]> {
  let query = db.selectFrom('accounts').selectAll();
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  return query.orderBy('id').limit(page.limit).execute();
}

export async function listAccountIds(db: Kysely<Schema>): Promise<string[]> {
  return (await db.selectFrom('accounts').select('id').orderBy('id').execute()).map(({ id }) => id);
}

export async function findAccount(db: Kysely<Schema>, id: string): Promise<Account | null> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** The settings that a person makes; an absent one keeps its value, at first the column's default. */
export interface AccountDraft {
  name: string;
  /** IANA zone. */
  timezone: string;
  /** ISO 3166 alpha-2. */
  defaultCountry: string;
  defaultService: string;
  requireApprovedSenders: boolean;
  callbackHosts: string[];
  /** Plain here, sealed in the row; null = off. */
  encryption: EncryptionSetting | null;
  /** Null = everything is kept. */
  retentionDays: number | null;
  unsupportedOptions: 'refuse' | 'drop';
  clickTracking: 'off' | 'count' | 'report';
  safety: Safety;
  windows: CountryWindow[];
  maxAgeSeconds: MaxAge;
  /** Null = what its country has by default. */
  promotionalOutsideWindow: OutsideWindow | null;
  promotionalServices: string[];
  indiaStrict: boolean;
  floors: Floors;
  /** What it names is changed; the rest of it stays. */
  optOut: Partial<OptOutDraft>;
  /** How long a record makes those like it duplicates; 0 = not at all. */
  duplicateWindowMinutes: number;
  smartEncoding: boolean;
}

/** How an account's recipients opt out, and in again. */
export interface OptOutDraft {
  scope: 'account' | 'deployment';
  classes: SuppressedClasses;
  words: string[];
  optInWords: string[];
}

function columns(id: string, draft: Partial<AccountDraft>, sealer: Sealer) {
  return {
    name: draft.name,
    timezone: draft.timezone,
    default_country: draft.defaultCountry,
    default_service: draft.defaultService,
    require_approved_senders: draft.requireApprovedSenders,
    callback_hosts: draft.callbackHosts,
    encryption: draft.encryption && sealEncryption(sealer, id, draft.encryption),
    retention_days: draft.retentionDays,
    unsupported_options: draft.unsupportedOptions,
    click_tracking: draft.clickTracking,
    safety: draft.safety && JSON.stringify(draft.safety),
    windows: draft.windows && JSON.stringify(draft.windows),
    max_age: draft.maxAgeSeconds && JSON.stringify(draft.maxAgeSeconds),
    promotional_outside_window: draft.promotionalOutsideWindow,
    promotional_services: draft.promotionalServices,
    india_strict: draft.indiaStrict,
    floors: draft.floors && JSON.stringify(draft.floors),
    opt_out_scope: draft.optOut?.scope,
    opt_out_classes: draft.optOut?.classes,
    opt_out_words: draft.optOut?.words,
    opt_in_words: draft.optOut?.optInWords,
    duplicate_window_minutes: draft.duplicateWindowMinutes,
    smart_encoding: draft.smartEncoding,
  };
}

export async function insertAccount(
  db: Kysely<Schema>,
  sealer: Sealer,
  draft: Partial<AccountDraft> & Pick<AccountDraft, 'name'>,
): Promise<Account> {
  const id = prefixedId('acc');
  return db
    .insertInto('accounts')
    .values({ ...columns(id, draft, sealer), id, name: draft.name })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Changes what the draft names. Null: there is no such account. */
export async function updateAccount(
  db: Kysely<Schema>,
  sealer: Sealer,
  id: string,
  draft: Partial<AccountDraft>,
): Promise<Account | null> {
  // Postgres wants a column to set, and a draft may name none.
  const values = { id, ...columns(id, draft, sealer) };
  const row = await db.updateTable('accounts').set(values).where('id', '=', id).returningAll().executeTakeFirst();
  return row ?? null;
}

/** The settings of an account that can have a floor, as they work. */
export const complianceOf = (row: Account): ComplianceSettings => ({
  windows: row.windows,
  promotionalOutsideWindow: outsideWindowOf(row.promotional_outside_window, row.default_country),
  indiaStrict: row.india_strict,
  requireApprovedSenders: row.require_approved_senders,
});

/** What an account decides about its campaigns. */
export type CampaignSettings = Pick<
  Account,
  | 'windows'
  | 'default_country'
  | 'click_tracking'
  | 'safety'
  | 'promotional_services'
  | 'india_strict'
  | 'smart_encoding'
>;

/** @throws when there is no such account. */
export async function readCampaignSettings(db: Kysely<Schema>, accountId: string): Promise<CampaignSettings> {
  return db
    .selectFrom('accounts')
    .select([
      'windows',
      'default_country',
      'click_tracking',
      'safety',
      'promotional_services',
      'india_strict',
      'smart_encoding',
    ]) // prettier-ignore
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
}
