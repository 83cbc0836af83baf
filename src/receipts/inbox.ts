/** From a provider's HTTP callback to applied receipts: find the gateway, authenticate, parse, commit, wake. */
import { GroupCommit } from '../core/concurrency/group-commit';
import { TtlCache } from '../core/concurrency/ttl-cache';
import { meaningOf } from '../core/messages/opt-out';
import type { CallbackRequest, InboundText } from '../providers/provider';
import type { Database } from '../store/database';
import { findGatewayByToken, unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import { storeInbound, type InboundDraft } from '../store/messages/opt-outs';
import { applyReceipts, type ReceiptDraft } from '../store/receipts/receipts';
import type { Sealer } from '../store/seal';
import type { SliceNews } from '../store/messages/settlement';
import { createReceiptCounter } from './counts';
import { digest, storable, toDrafts } from './drafts';
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
}

export interface Inbox {
  /** @throws when the receipts could not be stored: the provider must try again. */
  receive(token: string, request: CallbackRequest): Promise<InboxAnswer>;
}

/** Receipts of one statement. */
const MAX_RECEIPTS = 1_000;
/** Receipts that may wait for their commit; the provider repeats what is refused. */
const MAX_WAITING = 50_000;
/** A changed gateway (new credentials, new receipt authentication) is seen this much later at most. */
const GATEWAY_CACHE_MS = 2_000;

/** A gateway as its callbacks are received. */
type ReceivingGateway = OpenGateway & { row: GatewayRow };

export function createInbox(deps: InboxDeps): Inbox {
  const { database, sealer } = deps;
  const cache = new TtlCache<ReceivingGateway | null>(GATEWAY_CACHE_MS);
  const receiptCounter = createReceiptCounter(database.pool);

  const commits = new GroupCommit<ReceiptDraft[], undefined>(
    async (groups) => {
      const drafts = groups.flat();
      const settlement = await applyReceipts(database.pool, drafts);
      receiptCounter.count(drafts);
      deps.wake(settlement.slices);
      deps.wakeRelays(settlement.webhookIds);
      return groups.map(() => undefined);
    },
    { maxWeight: MAX_RECEIPTS, maxWaiting: MAX_WAITING, weigh: (group) => group.length },
  );

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
          await commits.add(toDrafts(row.id, result.receipts, rawOf(request)));
          return { status: 200, outcome: 'stored' };
      }
    },
  };
}

function toInbound(gateway: GatewayRow, texts: InboundText[]): InboundDraft[] {
  return texts.map(({ from, to, text, providerId, at }) => ({
    dedupe: digest([gateway.id, 'inbound', from, to ?? '', providerId ?? at?.getTime() ?? '', text]),
    accountId: gateway.account_id,
    gatewayId: gateway.id,
    msisdn: from,
    toNumber: to ?? null,
    body: storable(text),
    meaning: meaningOf(text),
    receivedAt: at ?? null,
  }));
}

/** A callback as it is kept for support: its body, or the query of a GET (not the path, which is the gateway's secret). */
const rawOf = ({ body, query }: CallbackRequest): string =>
  body.length > 0 ? body.toString('utf8') : query.toString();
