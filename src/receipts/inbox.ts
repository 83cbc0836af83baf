/** From a provider's HTTP callback to applied receipts: find the gateway, authenticate, parse, commit, wake. */
import type { Pseudonyms } from '../core/accounts/pseudonyms';
import { TtlCache } from '../core/concurrency/ttl-cache';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import { meaningOf } from '../core/messages/opt-out';
import type { CallbackRequest, InboundText } from '../providers/provider';
import { findGatewayByToken, unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import { storeInbound, type InboundDraft } from '../store/messages/opt-outs';
import type { Sealer } from '../store/seal';
import { CallbackBudgets } from './budgets';
import { ReceiptCommits, type ReceiptCommitsDeps } from './commits';
import { digest, toDrafts } from './drafts';
import { openGateway, type OpenGateway } from '../providers/open';

/** The answer to a callback of a provider. */
export type InboxAnswer =
  | { status: 200; outcome: 'stored' | 'ignored' }
  | { status: 200; outcome: 'challenge'; answer: object }
  | { status: 400 | 401 | 404; reason: string }
  | { status: 429; reason: string; retryAfterSeconds: number };

export interface InboxDeps extends ReceiptCommitsDeps {
  sealer: Sealer;
  pseudonyms: Pseudonyms;
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
}

export interface Inbox {
  /** @throws when the receipts could not be stored: the provider must try again. */
  receive(token: string, request: CallbackRequest): Promise<InboxAnswer>;
}

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
  const commits = new ReceiptCommits(deps);
  const budgets = new CallbackBudgets();

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
      if (result.kind === 'inbound' || result.kind === 'receipts') {
        const waitMs = budgets.take(row.id, sizeOf(request));
        if (waitMs > 0) return tooMuch(waitMs);
      }
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
          deps.wakeRelays(await storeInbound(database.pool, toInbound(row, result.texts), deps.pseudonyms));
          return { status: 200, outcome: 'stored' };
        case 'receipts':
          if (result.receipts.length === 0) return { status: 200, outcome: 'ignored' };
          if ((await commits.store(toDrafts(row.id, result.receipts, rawOf(request)))) > 0)
            return { status: 200, outcome: 'stored' };
          return { status: 400, reason: 'the report has values that can’t be stored' };
      }
    },
  };
}

const tooMuch = (waitMs: number): InboxAnswer => ({
  status: 429,
  reason: 'this gateway’s provider brings more than can be stored at a time: send it again later',
  retryAfterSeconds: Math.ceil(waitMs / 1_000),
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

const sizeOf = ({ body, query }: CallbackRequest): number => (body.length > 0 ? body.length : query.toString().length);
