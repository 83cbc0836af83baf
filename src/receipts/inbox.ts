/** From a provider's HTTP callback to applied receipts: find the gateway, authenticate, parse, commit, wake. */
import { TtlCache } from '../core/concurrency/ttl-cache';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import type { NumberHash } from '../core/accounts/number-hash';
import { readReply, vocabularyOf, type OptOutVocabulary, type Reply } from '../core/messages/opt-out';
import { countryOf } from '../core/time/zones';
import type { CallbackRequest, InboundText } from '../providers/provider';
import { findGatewayByToken, unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import { storeInbound, type InboundDraft } from '../store/messages/opt-outs';
import { readOptOutSettings, type OptOutSettings } from '../store/messages/suppressions';
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
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
  numberHash: NumberHash;
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
type ReceivingGateway = OpenGateway & {
  row: GatewayRow;
  /** What it lets through is proven to be the provider's: by a signature, or by what the gateway is configured to expect. */
  authenticated: boolean;
};

/** Reads texts as an account does. @param country ISO 3166 alpha-2, of the phone; null = its number doesn't tell. */
type ReplyReader = (text: string, country: string | null) => Reply;

/** @returns a reader that puts the words of each country together once. */
function replyReader({ countries, words, optInWords }: OptOutSettings): ReplyReader {
  const known = new Map<string | null, OptOutVocabulary>();
  return (text, country) => {
    let vocabulary = known.get(country);
    if (vocabulary === undefined) {
      const all = country === null ? countries : [...countries, country];
      vocabulary = vocabularyOf({ countries: all, words, optInWords });
      known.set(country, vocabulary);
    }
    return readReply(text, vocabulary);
  };
}

export function createInbox(deps: InboxDeps): Inbox {
  const { database, sealer } = deps;
  const cache = new TtlCache<ReceivingGateway | null>(GATEWAY_CACHE_MS);
  const readers = new TtlCache<ReplyReader>(GATEWAY_CACHE_MS);
  const commits = new ReceiptCommits(deps);
  const budgets = new CallbackBudgets();

  async function load(token: string): Promise<ReceivingGateway | null> {
    const row = await findGatewayByToken(database.db, token);
    if (row === null) return null;
    const opened = openGateway(row, unsealGateway(row, sealer), deps.publicUrl);
    const { provider, config } = opened;
    return { row, ...opened, authenticated: provider.signsCallbacks === true || config.callbackAuth !== null };
  }

  const gatewayOf = (token: string): Promise<ReceivingGateway | null> =>
    cache.get(
      token,
      () => load(token),
      (gateway) => gateway !== null,
    );

  /** The texts of a callback as they are stored: in the order in which they were said, as far as the vendor tells. */
  async function toInbound(gateway: ReceivingGateway, texts: InboundText[]): Promise<InboundDraft[]> {
    const { id, account_id: accountId } = gateway.row;
    const read = await readers.get(accountId, async () =>
      replyReader(await readOptOutSettings(database.db, accountId)),
    );
    const ordered = texts.every(({ at }) => at !== undefined)
      ? texts.toSorted((a, b) => a.at!.getTime() - b.at!.getTime())
      : texts;
    return ordered.map(({ from, to, text, providerId, at }) => {
      const { meaning, ...by } = read(text, countryOf(from));
      return {
        dedupe: digest([id, 'inbound', from, to ?? '', providerId ?? at?.getTime() ?? '', text]),
        toldApart: providerId !== undefined || at !== undefined,
        accountId,
        gatewayId: id,
        msisdn: from,
        numberHash: deps.numberHash(from),
        toNumber: foreignText(to ?? null, MAX_NUMBER_CHARACTERS),
        body: foreignBody(text, MAX_TEXT_BYTES),
        meaning,
        receivedAt: foreignInstant(at),
        authentic: gateway.authenticated,
        evidence: { gatewayId: id, ...by },
      };
    });
  }

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
          deps.wakeRelays(await storeInbound(database.pool, await toInbound(gateway, result.texts)));
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

/** A callback as it is kept for support: its body, or the query of a GET (not the path, which is the gateway's secret). */
const rawOf = ({ body, query }: CallbackRequest): string =>
  body.length > 0 ? body.toString('utf8') : query.toString();

const sizeOf = ({ body, query }: CallbackRequest): number => (body.length > 0 ? body.length : query.toString().length);
