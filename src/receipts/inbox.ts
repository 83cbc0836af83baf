/** From a provider's HTTP callback to applied receipts: find the gateway, authenticate, parse, commit, wake. */
import type { LoadPseudonyms } from '../core/accounts/pseudonyms';
import { TtlCache } from '../core/concurrency/ttl-cache';
import { createAddressList } from './address-list';
import type { CallbackProof } from '../core/gateways/callback-proof';
import type { CallbackAnswer, CallbackRequest, CallbackResult } from '../providers/provider';
import { findGatewayByToken, isCallbackToken } from '../store/gateways/callback-tokens';
import { unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import { storeInbound } from '../store/messages/opt-outs';
import type { Sealer } from '../store/seal';
import { CallbackBudgets, UnprovenThrottle } from './budgets';
import { ReceiptCommits, type ReceiptCommitsDeps } from './commits';
import { inBase, toDrafts } from './drafts';
import { isProbe } from './probes';
import { readable } from './readable';
import { createReplyReader } from './replies';
import { UnlistedWords } from './unlisted';
import { callbackUrlOf, openGateway, type OpenGateway } from '../providers/open';

/** The answer to a callback of a provider. */
export type InboxAnswer =
  | {
      status: 200;
      outcome: 'stored' | 'ignored';
      /** What the vendor reads; absent = our own. */ answer?: CallbackAnswer;
    }
  | { status: 200; outcome: 'challenge'; answer: object }
  | { status: 400 | 401 | 403 | 404; reason: string }
  | { status: 429; reason: string; retryAfterSeconds: number };

export interface InboxDeps extends ReceiptCommitsDeps {
  sealer: Sealer;
  loadPseudonyms: LoadPseudonyms;
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
  /** Told once of each word of a gateway's vendor that no table has. */
  onUnlisted(gatewayId: string, word: string): void;
}

export interface Inbox {
  /** Whether a gateway has this token, or this address has asked for too many; asked before anything of a callback is read. */
  knows(token: string, address: string): Promise<boolean>;
  /**
   * @param address of the client, as far as it is known for sure.
   * @throws when the receipts could not be stored: the provider must try again.
   */
  receive(token: string, request: CallbackRequest, address: string): Promise<InboxAnswer>;
}

/** A changed gateway (new credentials, new receipt authentication) is seen this much later at most. */
const GATEWAY_CACHE_MS = 2_000;

/** Callback URLs that nobody has, by the address that asks for them: each costs a query. */
const UNKNOWN_URLS = { perSecond: 10, burst: 100 };
/** Callbacks without the proof that their gateway wants, by address and gateway. */
const UNPROVEN = { perSecond: 10, burst: 200 };

/** A gateway as its callbacks are received. */
type ReceivingGateway = OpenGateway & {
  row: GatewayRow;
  /** Whether callbacks may come from an address; null = from anywhere. */
  allows: ((address: string) => boolean) | null;
};

/** Gateways by the tokens of their callback URLs. */
class ReceivingGateways {
  private readonly cache = new TtlCache<ReceivingGateway | null>(GATEWAY_CACHE_MS);
  /** Tokens that were right once: whoever else asks for wrong ones, these are looked up. */
  private readonly seen = new Set<string>();
  private readonly guesses = new UnprovenThrottle(UNKNOWN_URLS.perSecond, UNKNOWN_URLS.burst);

  constructor(private readonly deps: Pick<InboxDeps, 'database' | 'sealer' | 'publicUrl'>) {}

  /** @returns null when no gateway has it; a number = milliseconds until this address may ask for another one. */
  async find(token: string, address: string): Promise<ReceivingGateway | number | null> {
    if (!isCallbackToken(token)) return null;
    if (!this.seen.has(token)) {
      const waitMs = this.guesses.waitMs(address);
      if (waitMs > 0) return waitMs;
    }
    const gateway = await this.cache.get(
      token,
      () => this.load(token),
      (found) => found !== null,
    );
    if (gateway === null) {
      this.guesses.refused(address);
      this.seen.delete(token);
    } else {
      this.seen.add(token);
    }
    return gateway;
  }

  private async load(token: string): Promise<ReceivingGateway | null> {
    const { database, sealer, publicUrl } = this.deps;
    const row = await findGatewayByToken(database.db, token);
    if (row === null) return null;
    const { provider, config } = openGateway(row, unsealGateway(row, sealer), publicUrl);
    // The vendor signs over the URL that it was given, which may be the one before a rotation.
    const callbackUrl = callbackUrlOf(publicUrl, token);
    const allows = row.callback_allow.length === 0 ? null : createAddressList(row.callback_allow);
    return { row, provider, config: { ...config, callbackUrl }, allows };
  }
}

export function createInbox(deps: InboxDeps): Inbox {
  const gateways = new ReceivingGateways(deps);
  const commits = new ReceiptCommits(deps);
  const budgets = new CallbackBudgets();
  const toInbound = createReplyReader(deps);
  const unlisted = new UnlistedWords(deps.onUnlisted);
  const unproven = new UnprovenThrottle(UNPROVEN.perSecond, UNPROVEN.burst);

  /** Reads a callback that may be its provider's; a status = that of the refusal. */
  function prove(gateway: ReceivingGateway, request: CallbackRequest, address: string): CallbackResult | InboxAnswer {
    const { row, provider, config, allows } = gateway;
    const who = `${address} ${row.id}`;
    const waitMs = unproven.waitMs(who);
    if (waitMs > 0) return tooMuch('this address goes on without the proof that the gateway wants', waitMs);
    if (allows !== null && !allows(address)) {
      unproven.refused(who);
      return { status: 403, reason: `callbacks of this gateway may not come from ${address}` };
    }
    const result = provider.callback(request, config);
    if (result.kind === 'unauthentic') unproven.refused(who);
    else if (unproven.watches) unproven.proven(who);
    return result;
  }

  async function take(
    { row, config }: ReceivingGateway,
    request: CallbackRequest,
    result: CallbackResult,
    proof: CallbackProof | null,
  ) {
    unlisted.note(row.id, result);
    switch (result.kind) {
      case 'inbound': {
        const drafts = await toInbound(row, result.texts, proof);
        if (drafts.length === 0) return IGNORED;
        deps.wakeRelays(await storeInbound(deps.database.pool, drafts, await deps.loadPseudonyms()));
        return STORED;
      }
      case 'receipts':
        if ((await commits.store(toDrafts(row.id, inBase(result.receipts, config), rawOf(request), proof))) > 0) {
          return STORED;
        }
        return { status: 400, reason: 'the report has values that can’t be stored' } as const;
      default:
        return IGNORED;
    }
  }

  return {
    knows: async (token, address) => (await gateways.find(token, address)) !== null,
    async receive(token, asReceived, address) {
      const request = readable(asReceived);
      const gateway = await gateways.find(token, address);
      if (gateway === null) return { status: 404, reason: 'no gateway has this callback URL' };
      if (typeof gateway === 'number') return tooMuch('this address asks for URLs that no gateway has', gateway);
      const result = prove(gateway, request, address);
      if ('status' in result) return result;
      if (result.kind === 'unauthentic') return { status: 401, reason: result.reason };
      if (isProbe(request, result)) return IGNORED;
      const waitMs = budgets.take(gateway.row.id, { rows: rowsOf(result), bytes: sizeOf(request) });
      if (waitMs > 0) return tooMuch('this gateway’s provider brings more than can be stored at a time', waitMs);
      if (result.kind === 'malformed') return { status: 400, reason: result.reason };
      if (result.kind === 'challenge') return { status: 200, outcome: 'challenge', answer: result.answer };
      const taken = rowsOf(result) === 0 ? IGNORED : await take(gateway, request, result, proofOf(gateway, result));
      const wanted = 'answer' in result ? result.answer : undefined;
      return taken.status === 200 && wanted !== undefined ? { ...taken, answer: wanted } : taken;
    },
  };
}

const STORED = { status: 200, outcome: 'stored' } as const;
const IGNORED = { status: 200, outcome: 'ignored' } as const;

/** How a callback that was read proved itself: worked out here once, for all that asks later. */
function proofOf({ allows }: ReceivingGateway, result: CallbackResult): CallbackProof | null {
  const proof = result.kind === 'receipts' || result.kind === 'inbound' ? (result.proof ?? null) : null;
  return proof ?? (allows === null ? null : 'address');
}

function rowsOf(result: CallbackResult): number {
  if (result.kind === 'receipts') return result.receipts.length;
  return result.kind === 'inbound' ? result.texts.length : 0;
}

const tooMuch = (why: string, waitMs: number): InboxAnswer => ({
  status: 429,
  reason: `${why}: send it again later`,
  retryAfterSeconds: Math.ceil(waitMs / 1_000),
});

/** A callback as it is kept for support: its body, or the query of a GET (not the path, which is the gateway's secret). */
const rawOf = ({ body, query }: CallbackRequest): string =>
  body.length > 0 ? body.toString('utf8') : query.toString();

const sizeOf = ({ body, query }: CallbackRequest): number => (body.length > 0 ? body.length : query.toString().length);
