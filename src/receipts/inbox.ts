/** From a provider's HTTP callback to applied receipts: find the gateway, authenticate, parse, commit, wake. */
import { commitApart } from '../core/concurrency/commit-apart';
import { GroupCommit } from '../core/concurrency/group-commit';
import { TtlCache } from '../core/concurrency/ttl-cache';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import { meaningOf } from '../core/messages/opt-out';
import type { CallbackRequest, InboundText } from '../providers/provider';
import { isDatabaseAway, isDataRefused, sqlStateOf, type Database } from '../store/database';
import { findGatewayByToken, unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import { storeInbound, type InboundDraft } from '../store/messages/opt-outs';
import { applyReceipts, storeRefused, type ReceiptDraft } from '../store/receipts/receipts';
import type { Sealer } from '../store/seal';
import type { SliceNews } from '../store/messages/settlement';
import { createReceiptCounter } from './counts';
import { digest, toDrafts } from './drafts';
import { openGateway, type OpenGateway } from '../providers/open';

/** The answer to a callback of a provider. */
export type InboxAnswer =
  | { status: 200; outcome: 'stored' | 'ignored' }
  | { status: 200; outcome: 'challenge'; answer: object }
  | { status: 400 | 401 | 404; reason: string };

export interface InboxDeps {
  database: Database;
  sealer: Sealer;
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
  wake(news: readonly SliceNews[]): void;
  wakeRelays(webhookIds: readonly string[]): void;
  /** Told of a receipt that Postgres refused by itself; those that came with it are stored. */
  onRefused(error: unknown, receipt: ReceiptDraft): void;
}

export interface Inbox {
  /** @throws when the receipts could not be stored: the provider must try again. */
  receive(token: string, request: CallbackRequest): Promise<InboxAnswer>;
}

/** One statement. */
const MAX_COMMIT = { rows: 1_000, bytes: 8 * 1_048_576 };
/** What may wait for its commit; the provider repeats what is refused. */
const MAX_WAITING = { rows: 50_000, bytes: 64 * 1_048_576 };
/** What a receipt takes beside its raw text, roughly. */
const DRAFT_BYTES = 500;
/** Inbound texts are short messages of some parts. */
const MAX_TEXT_BYTES = 16_384;
const MAX_NUMBER_CHARACTERS = 50;
/** A changed gateway (new credentials, new receipt authentication) is seen this much later at most. */
const GATEWAY_CACHE_MS = 2_000;

/** A gateway as its callbacks are received. */
type ReceivingGateway = OpenGateway & { row: GatewayRow };

export function createInbox(deps: InboxDeps): Inbox {
  const { database, sealer } = deps;
  const cache = new TtlCache<ReceivingGateway | null>(GATEWAY_CACHE_MS);
  const receiptCounter = createReceiptCounter(database.pool);

  async function apply(drafts: ReceiptDraft[]): Promise<void> {
    const settlement = await applyReceipts(database.pool, drafts);
    receiptCounter.count(drafts);
    deps.wake(settlement.slices);
    deps.wakeRelays(settlement.webhookIds);
  }

  const commits = new GroupCommit<ReceiptDraft[], undefined>(
    async (groups) => {
      await apply(groups.flat());
      return groups.map(() => undefined);
    },
    { maxCommit: MAX_COMMIT, maxWaiting: MAX_WAITING, weigh, failsAll: isDatabaseAway },
  );

  /** @returns how many of them are stored; the others will be refused whenever they come. */
  async function store(drafts: ReceiptDraft[]): Promise<number> {
    try {
      await commits.add(drafts);
      return drafts.length;
    } catch (error) {
      if (!isDataRefused(error)) throw error;
    }
    // Among all that came from others this post stood alone at last. Now each of its receipts does.
    const outcomes = await commitApart(drafts, (part) => apply(part).then(() => part), { failsAll: isDatabaseAway });
    let stored = 0;
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') stored++;
      else if (isDataRefused(outcome.reason)) await refuse(drafts[i]!, outcome.reason);
      else throw outcome.reason;
    }
    return stored;
  }

  async function refuse(draft: ReceiptDraft, error: unknown): Promise<void> {
    deps.onRefused(error, draft);
    await storeRefused(database.pool, draft, `refused: SQLSTATE ${sqlStateOf(error)}`).catch((failure: unknown) => {
      if (!isDataRefused(failure)) throw failure;
    });
  }

  async function load(token: string): Promise<ReceivingGateway | null> {
    const row = await findGatewayByToken(database.db, token);
    if (row === null) return null;
    return { row, ...openGateway(row, unsealGateway(row, sealer), deps.publicUrl) };
  }

  const gatewayOf = (token: string): Promise<ReceivingGateway | null> =>
    cache.get(
      token,
      () => load(token),
      (gateway) => gateway !== null,
    );

  return {
    async receive(token, request) {
      const gateway = await gatewayOf(token);
      if (gateway === null) return { status: 404, reason: 'no gateway has this callback URL' };
      const { row, provider, config } = gateway;
      const result = provider.callback(request, config);
      switch (result.kind) {
        case 'unauthentic':
          return { status: 401, reason: result.reason };
        case 'malformed':
          return { status: 400, reason: result.reason };
        case 'challenge':
          return { status: 200, outcome: 'challenge', answer: result.answer };
        case 'ignored':
          return { status: 200, outcome: 'ignored' };
        case 'inbound':
          deps.wakeRelays(await storeInbound(database.pool, toInbound(row, result.texts)));
          return { status: 200, outcome: 'stored' };
        case 'receipts':
          if (result.receipts.length === 0) return { status: 200, outcome: 'ignored' };
          if ((await store(toDrafts(row.id, result.receipts, rawOf(request)))) > 0)
            return { status: 200, outcome: 'stored' };
          return { status: 400, reason: 'the report has values that can’t be stored' };
      }
    },
  };
}

/** A post; the sizes of its texts in bytes, roughly. */
const weigh = (drafts: readonly ReceiptDraft[]): { rows: number; bytes: number } => ({
  rows: drafts.length,
  bytes: drafts.reduce((bytes, { raw }) => bytes + DRAFT_BYTES + raw.length, 0),
});

function toInbound(gateway: GatewayRow, texts: InboundText[]): InboundDraft[] {
  return texts.map(({ from, to, text, providerId, at }) => ({
    dedupe: digest([gateway.id, 'inbound', from, to ?? '', providerId ?? at?.getTime() ?? '', text]),
    accountId: gateway.account_id,
    gatewayId: gateway.id,
    msisdn: from,
    toNumber: foreignText(to ?? null, MAX_NUMBER_CHARACTERS),
    body: foreignBody(text, MAX_TEXT_BYTES),
    meaning: meaningOf(text),
    receivedAt: foreignInstant(at),
  }));
}

/** A callback as it is kept for support: its body, or the query of a GET (not the path, which is the gateway's secret). */
const rawOf = ({ body, query }: CallbackRequest): string =>
  body.length > 0 ? body.toString('utf8') : query.toString();
