/** The messages of a campaign, stored block by block: a block, its slices and the campaign's position are one transaction. */
import type { Pool, PoolClient } from 'pg';
import type { Recipient } from '../../core/audience/audience';
import type { ShortLink } from '../../core/messages/links';
import type { Leg } from '../../core/gateways/route';
import type { SendWindow } from '../../core/time/window';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import { transact } from '../database';
import { findErasedOptOuts, hasErasures } from '../messages/erased';
import { suppressingIn } from '../messages/suppressions';
import type { CampaignProblem, MessageOptions } from '../tables';
import { keepRejected, MAX_KEPT, MAX_PROBLEMS, type RejectedRecipient } from './rejected';

/** The columns that all messages of a campaign share. */
export interface CampaignMessageFacts {
  accountId: string;
  sendId: string;
  sender: string | null;
  service: string;
  options: MessageOptions | null;
}

/** One recipient, rendered. */
export interface CampaignMessage {
  id: string;
  msisdn: string;
  meta: string | null;
  body: string;
  encoding: 'gsm7' | 'ucs2';
  segments: number;
  webhookId: string | null;
  links: readonly ShortLink[];
}

export interface CampaignSlice {
  id: string;
  /** Number within the campaign. */
  no: number;
  windows: SendWindow[] | null;
  messages: CampaignMessage[];
}

export interface CampaignBlock {
  campaignId: string;
  /** The campaign's `commands` when its text was read: no block of a text before is stored. */
  commands: number;
  /** Position in the audience at which the block begins: the campaign must still stand there. */
  from: number;
  /** Position at which the next block begins. */
  to: number;
  slices: CampaignSlice[];
  /** Recipients that were left out, all counted, the first hundred told with the campaign. */
  rejected: number;
  problems: CampaignProblem[];
  /** The same, to be found again. Absent = there are none. */
  leftOut?: readonly RejectedRecipient[];
  priority: number;
  routeId: string | null;
  /** Null: planned when a slice is dispatched first. */
  legs: readonly Leg[] | null;
}

/**
 * Commits a block of a campaign.
 * @returns false when the campaign is no longer prepared, was changed, or stands elsewhere (another run was here): nothing is
 * stored.
 */
export async function storeCampaignBlock(
  pool: Pool,
  facts: CampaignMessageFacts,
  block: CampaignBlock,
  pseudonyms: Pseudonyms,
): Promise<boolean> {
  return transact(pool, async (client) => {
    const moved = await moveOn(client, block);
    if (moved === null) return false;
    // More of them than are kept were found before.
    const isKept = moved.rejected - moved.refused - block.rejected < MAX_KEPT;
    if (isKept && block.leftOut !== undefined) await keepRejected(client, block.campaignId, block.leftOut);
    const erased = moved.has_erasures ? await erasedAmong(client, facts, block, pseudonyms) : null;
    await storeSlices(client, facts, block, moved.due_at, erased ?? new Map());
    return true;
  });
}

/** Recipients who have opted out and were erased, with the hash that is kept of each number. */
function erasedAmong(
  client: PoolClient,
  facts: CampaignMessageFacts,
  { slices }: CampaignBlock,
  pseudonyms: Pseudonyms,
) {
  const msisdns = slices.flatMap(({ messages }) => messages.map(({ msisdn }) => msisdn));
  return findErasedOptOuts(client, pseudonyms, facts, msisdns);
}

interface Moved {
  rejected: number;
  refused: number;
  has_erasures: boolean;
  /** When the messages are due, as the campaign says now: it may have been given another time since it was read. */
  due_at: Date | null;
}

/** Null: the campaign stands elsewhere, or says something else. */
async function moveOn(client: PoolClient, block: CampaignBlock): Promise<Moved | null> {
  const recipients = block.slices.reduce((sum, slice) => sum + slice.messages.length, 0);
  const { rows } = await client.query<Moved>(
    `update campaigns
     set position = $3, recipients = recipients + $4, rejected = rejected + $5, slices = slices + $6,
         problems = (select coalesce(jsonb_agg(p order by n), '[]') from (
           select p, n from jsonb_array_elements(problems || $7::jsonb) with ordinality as e (p, n)
           order by n limit ${MAX_PROBLEMS}) kept)
     where id = $1 and position = $2 and commands = $8 and (state = 'preparing' or unprepared)
     returning due_at, rejected, refused, ${hasErasures('campaigns.account_id')} as has_erasures`,
    [
      block.campaignId,
      block.from,
      block.to,
      recipients,
      block.rejected,
      block.slices.length,
      JSON.stringify(block.problems),
      block.commands,
    ],
  );
  return rows[0] ?? null;
}

/** @param erased what is stored in place of a number. */
async function storeSlices(
  client: PoolClient,
  facts: CampaignMessageFacts,
  block: CampaignBlock,
  dueAt: Date | null,
  erased: ReadonlyMap<string, string>,
): Promise<void> {
  if (block.slices.length === 0) return;
  await client.query({
    name: 'import-slices',
    text: `insert into slices (id, account_id, campaign_id, no, due_at, priority, total, windows, state, route_id, legs)
           select id, $2, $3, no, $7, $8, total, windows, 'sealed', $9, $10
           from unnest($1::uuid[], $4::int[], $5::int[], $6::jsonb[]) as s (id, no, total, windows)`,
    values: [
      block.slices.map((slice) => slice.id),
      facts.accountId,
      block.campaignId,
      block.slices.map((slice) => slice.no),
      block.slices.map((slice) => slice.messages.length),
      block.slices.map((slice) => (slice.windows === null ? null : JSON.stringify(slice.windows))),
      dueAt,
      block.priority,
      block.routeId,
      block.legs === null ? null : JSON.stringify(block.legs),
    ],
  });
  const rows = block.slices.flatMap((slice) => slice.messages.map((message) => ({ sliceId: slice.id, message })));
  const column = <T>(of: (message: CampaignMessage) => T): T[] => rows.map(({ message }) => of(message));
  await client.query({
    name: 'import-messages',
    text: `insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, sender, service, options,
                                 webhook_id, encoding, segments)
           select id, slice_id, $9, $10, msisdn, meta, body, $11, $12, $13, webhook_id, encoding, segments
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[])
             as m (id, slice_id, msisdn, meta, body, webhook_id, encoding, segments)`,
    values: [
      column((m) => m.id),
      rows.map((row) => row.sliceId),
      column((m) => erased.get(m.msisdn) ?? m.msisdn),
      column((m) => m.meta),
      column((m) => m.body),
      column((m) => m.webhookId),
      column((m) => m.encoding),
      column((m) => m.segments),
      facts.accountId,
      facts.sendId,
      facts.sender,
      facts.service,
      facts.options === null ? null : JSON.stringify(facts.options),
    ],
  });
  await storeLinks(
    client,
    facts.accountId,
    rows.map(({ message }) => message),
  );
}

async function storeLinks(client: PoolClient, accountId: string, messages: readonly CampaignMessage[]): Promise<void> {
  const links = messages.flatMap(({ id, links: own }) => own.map((link) => ({ id, ...link })));
  if (links.length === 0) return;
  await client.query({
    name: 'import-links',
    text: `insert into links (code, account_id, message_id, url)
           select code, $4, message_id, url from unnest($1::text[], $2::uuid[], $3::text[]) as l (code, message_id, url)`,
    values: [links.map((l) => l.code), links.map((l) => l.id), links.map((l) => l.url), accountId],
  });
}

/** Recipients that came with the request; one page after a position. */
export async function listOwnRecipients(
  pool: Pool,
  campaignId: string,
  after: number,
  limit: number,
): Promise<Recipient[]> {
  const { rows } = await pool.query<Recipient & { variables: Record<string, string> | null }>(
    `select position, msisdn, meta, variables from campaign_recipients
     where campaign_id = $1 and position > $2 and code is null order by position limit $3`,
    [campaignId, after, limit],
  );
  return rows.map((row) => ({ ...row, variables: row.variables ?? {} }));
}

/** Those of the numbers that have opted out of what the account sends. @param promotional whether that is promotional. */
export async function listSuppressedAmong(
  pool: Pool,
  accountId: string,
  msisdns: readonly string[],
  promotional: boolean,
  pseudonyms: Pseudonyms,
): Promise<Set<string>> {
  const { rows } = await pool.query<{ msisdn: string }>(
    `select r.msisdn from accounts own, unnest($2::text[], $3::text[]) as r (msisdn, pseudonym)
     where own.id = $1 and (${suppressingIn('own.id', 'r.msisdn', promotional)} is not null
       or ${suppressingIn('own.id', 'r.pseudonym', promotional)} is not null)`,
    [accountId, msisdns, msisdns.map((msisdn) => pseudonyms.number(msisdn))],
  );
  return new Set(rows.map((row) => row.msisdn));
}
