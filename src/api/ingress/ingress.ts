/** The way in: accepted messages are grouped, committed, and their workflows started. */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { LoadPseudonyms, Pseudonyms } from '../../core/accounts/pseudonyms';
import { GroupCommit, type Weight } from '../../core/concurrency/group-commit';
import { uuidv7 } from '../../core/messages/ids';
import type { ShortLink } from '../../core/messages/links';
import { sendIdOf, type Origin } from '../../core/messages/send-id';
import { acceptMessages, type AcceptResult, type MessageDraft } from '../../store/messages/accept';
import { isDatabaseAway, isDataRefused, sqlStateOf, type Database } from '../../store/database';
import type { MessageOptions } from '../../store/tables';
import { RECORD_HASH_BYTES } from '../../store/messages/records';
import { joinGroup } from '../../store/messages/groups';
import { markStarted } from '../../store/messages/slices';
import type { Workflows } from '../../workflows/client';
import { toSendInput } from '../../workflows/contract';
import { Lanes, type Lane, type OpenSlice } from './lanes';
import { Starter } from './starter';

/** A message as a route hands it over. */
export interface IncomingMessage {
  /** A UUIDv7 of now, where the caller has to know it before; absent = a new one. */
  id?: string;
  msisdn: string;
  meta: string | null;
  /** Takes the place of an absent meta in recognising a repeated record. */
  standIn: string | null;
  text: string;
  /** When URLs of the text were replaced: by which links, and what it was before. */
  linked?: { links: readonly ShortLink[]; original: string };
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  webhookId: string | null;
  encoding: 'gsm7' | 'ucs2';
  segments: number;
  /** Null = at once. */
  dueAt: Date | null;
  /** From then on it is too old to leave; null = never. */
  validUntil: Date | null;
  /** The windows within which it leaves, as JSON; absent = at any time. */
  windows?: string;
}

export interface IncomingRequest {
  accountId: string;
  /** Kept in the id of the send, and told with each message. */
  origin: Origin;
  /** The account has erasures: see `AccountContext`. */
  hasErasures: boolean;
  /** Messages of one request share a lane per due time. */
  priority: number;
  /** How long a record makes those like it duplicates; 0 = not at all, absent = a day. */
  duplicateWindowMinutes?: number;
  messages: IncomingMessage[];
}

/** A message that is committed. */
export interface StoredMessage {
  id: string;
  /** The record repeats one within the account’s window: `id` is the first one's, and nothing was stored. */
  duplicate: boolean;
  refused?: undefined;
}

/** A message whose values Postgres refuses, whenever they come. */
export interface RefusedMessage {
  /** The SQLSTATE. */
  refused: string;
}

export type AcceptedMessage = StoredMessage | RefusedMessage;

export interface Ingress {
  /** Resolves once everything is committed; rejects when it is not, and then nothing of the request is stored. */
  accept(request: IncomingRequest): Promise<StoredMessage[]>;
  /**
   * The same for each message by itself: one whose values Postgres refuses is left out and said so, in its place; the
   * others are committed. Rejects when the store is away.
   */
  acceptEach(request: IncomingRequest): Promise<AcceptedMessage[]>;
  readonly temporalReachable: boolean;
  stop(): Promise<void>;
}

export interface IngressDeps {
  database: Database;
  workflows: Pick<Workflows, 'startSend'>;
  loadPseudonyms: LoadPseudonyms;
  onError(error: unknown): void;
}

/** Beyond it a request is large: committed by itself, beside the others, so that no small one waits behind it. */
const LARGE_FROM = 100;
/** Large requests that are committed at the same time. */
const LARGE_AT_ONCE = 3;
const MIB = 1_048_576;
/** One commit of small requests, in messages and their size in bytes. */
const MAX_COMMIT = { rows: 10_000, bytes: 16 * MIB };
/** A large request goes alone. */
const ONE_REQUEST = { rows: 1, bytes: 1 };
/** What may wait for its commit, small requests and large ones: seconds of work. */
const MAX_WAITING = { small: { rows: 40_000, bytes: 48 * MIB }, large: { rows: 20_000, bytes: 27 * MIB } };
/** What a message takes beside its texts, roughly. */
const DRAFT_BYTES = 500;

/** A message on its way to its commit. */
interface Arrival {
  lane: Lane;
  draft: MessageDraft;
  /** Set once it is known. A commit that failed for the sake of others is tried again without those that have one. */
  outcome: StoredMessage | null;
}

export function createIngress(deps: IngressDeps): Ingress {
  return new GroupedIngress(deps);
}

class GroupedIngress implements Ingress {
  private readonly starter: Starter;
  private readonly small: Writer;
  private readonly large: readonly Writer[];

  constructor(private readonly deps: IngressDeps) {
    const { database, workflows, onError } = deps;
    this.starter = new Starter({
      lanes: { close: (slice) => [this.small, ...this.large].forEach(({ lanes }) => lanes.close(slice)) },
      start: async (slices) => {
        const [{ id, dueAt, priority }] = slices as [OpenSlice];
        const groups = slices.length === 1 ? [{ id, dueAt, priority, slices }] : await joinGroup(database.pool, slices);
        for (const group of groups) await workflows.startSend(toSendInput(group));
      },
      onStarted: (ids) => markStarted(database.pool, ids),
      onError,
    });
    const writer = (maxCommit: Weight, maxWaiting: Weight): Writer =>
      new Writer(database.pool, this.starter, { maxCommit, maxWaiting });
    this.small = writer(MAX_COMMIT, MAX_WAITING.small);
    this.large = Array.from({ length: LARGE_AT_ONCE }, () => writer(ONE_REQUEST, MAX_WAITING.large));
  }

  get temporalReachable(): boolean {
    return this.starter.reachable;
  }

  stop(): Promise<void> {
    return this.starter.stop();
  }

  async accept(request: IncomingRequest): Promise<StoredMessage[]> {
    const arrivals = toArrivals(request, request.hasErasures ? await this.deps.loadPseudonyms() : null);
    return this.writerFor(arrivals).add(arrivals);
  }

  async acceptEach(request: IncomingRequest): Promise<AcceptedMessage[]> {
    const arrivals = toArrivals(request, request.hasErasures ? await this.deps.loadPseudonyms() : null);
    const writer = this.writerFor(arrivals);
    try {
      return await writer.add(arrivals);
    } catch (error) {
      if (!isDataRefused(error)) throw error;
    }
    // Among all that came at this moment the request stood alone at last. Now each of its messages does.
    const outcomes = await Promise.allSettled(arrivals.map((arrival) => writer.add([arrival])));
    return outcomes.map((outcome): AcceptedMessage => {
      if (outcome.status === 'fulfilled') return outcome.value[0]!;
      if (!isDataRefused(outcome.reason)) throw outcome.reason;
      this.deps.onError(outcome.reason);
      return { refused: sqlStateOf(outcome.reason) };
    });
  }

  private writerFor({ length }: readonly Arrival[]): Writer {
    return length <= LARGE_FROM ? this.small : this.large.reduce((a, b) => (b.underWay < a.underWay ? b : a));
  }
}

/**
 * Makes one commit at a time, into slices that it opened itself: of a slice that another commit is still making, nobody
 * could say whether it was sealed meanwhile.
 */
class Writer {
  readonly lanes = new Lanes();
  private readonly commits: GroupCommit<Arrival[], StoredMessage[]>;
  private handed = 0;

  constructor(
    private readonly pool: Database['pool'],
    private readonly starter: Starter,
    limits: { maxCommit: Weight; maxWaiting: Weight },
  ) {
    this.commits = new GroupCommit((requests) => this.commit(requests), {
      ...limits,
      weigh,
      failsAll: isDatabaseAway,
      // All that can be read from the sockets now: a busy process commits seldom, a lone request waits for nobody.
      gather: () => setImmediate(),
    });
  }

  /** Messages that were handed to it and are not committed yet. */
  get underWay(): number {
    return this.handed;
  }

  async add(arrivals: Arrival[]): Promise<StoredMessage[]> {
    this.handed += arrivals.length;
    try {
      return await this.commits.add(arrivals);
    } finally {
      this.handed -= arrivals.length;
    }
  }

  /** Commits what has no outcome yet; of records that repeat each other, the first. */
  private async commit(requests: Arrival[][]): Promise<StoredMessage[][]> {
    const firstOfHash = new Map<string, Arrival>();
    const repeats: { arrival: Arrival; first: Arrival }[] = [];
    const fresh: Arrival[] = [];
    for (const arrival of requests.flat()) {
      if (arrival.outcome !== null) continue;
      const hashed = arrival.draft.recordHash?.toString('latin1');
      const first = hashed === undefined ? undefined : firstOfHash.get(hashed);
      if (first === undefined) {
        if (hashed !== undefined) firstOfHash.set(hashed, arrival);
        fresh.push(arrival);
      } else {
        repeats.push({ arrival, first });
      }
    }
    if (fresh.length > 0) await this.store(fresh);
    for (const { arrival, first } of repeats) arrival.outcome = { ...first.outcome!, duplicate: true };
    return requests.map((request) => request.map(({ outcome }) => outcome!));
  }

  /** Gives each draft a slice and commits; again for those whose slice was sealed meanwhile. */
  private async store(arrivals: Arrival[]): Promise<void> {
    const slices = new Map<string, OpenSlice>();
    for (const { lane, draft } of arrivals) {
      const slice = this.lanes.place(lane, Date.now());
      slices.set(slice.id, slice);
      draft.sliceId = slice.id;
    }
    const touched = [...slices.values()];
    const drafts = arrivals.map(({ draft }) => draft);
    let result: AcceptResult;
    try {
      result = await acceptMessages(this.pool, touched, drafts);
    } catch (error) {
      // Whether the new slices exist is not known, so nothing may join them; an old one was there before.
      for (const slice of touched) this.lanes.close(slice);
      throw error;
    }
    const { sealed, duplicates } = result;
    for (const slice of touched) {
      if (sealed.has(slice.id)) {
        this.lanes.close(slice);
      } else {
        slice.isNew = false;
        this.starter.offer(slice);
      }
    }
    const again: Arrival[] = [];
    for (const arrival of arrivals) {
      const { id, sliceId } = arrival.draft;
      const first = duplicates.get(id);
      if (sealed.has(sliceId)) again.push(arrival);
      else arrival.outcome = first === undefined ? { id, duplicate: false } : { id: first, duplicate: true };
    }
    if (again.length > 0) await this.store(again);
  }
}

/** @param pseudonyms null: the account has no erasures. */
function toArrivals(request: IncomingRequest, pseudonyms: Pseudonyms | null): Arrival[] {
  const { accountId, origin, priority, messages } = request;
  const sendId = sendIdOf(origin);
  return messages.map((message) => {
    const draft = toDraft(request, sendId, message);
    const { msisdn, recordHash: record } = draft;
    if (pseudonyms !== null) {
      draft.erased = { number: pseudonyms.number(msisdn), record: record === null ? null : pseudonyms.record(record) };
    }
    return { lane: { accountId, dueAt: message.dueAt, priority, windows: message.windows }, draft, outcome: null };
  });
}

/** A request; the sizes of its texts in bytes, roughly. */
const weigh = (arrivals: Arrival[]): Weight => ({
  rows: arrivals.length,
  bytes: arrivals.reduce((bytes, { draft }) => bytes + DRAFT_BYTES + draft.body.length, 0),
});

function toDraft(
  { accountId, duplicateWindowMinutes }: IncomingRequest,
  sendId: string,
  message: IncomingMessage,
): MessageDraft {
  const { msisdn, meta, standIn, text, sender, service, options, webhookId, encoding, segments, validUntil, linked } =
    message;
  // Without a window nothing repeats a record but the same request again, which its stand-in tells: that holds for a day.
  const noWindow = duplicateWindowMinutes === 0;
  const identity = noWindow ? standIn : (meta ?? standIn);
  return {
    id: message.id ?? uuidv7(),
    sliceId: '',
    accountId,
    sendId,
    msisdn,
    meta,
    body: text,
    sender,
    service,
    options,
    webhookId,
    encoding,
    segments,
    validUntil,
    recordHash: identity === null ? null : recordHash(accountId, identity, msisdn, linked?.original ?? text),
    ...(noWindow || duplicateWindowMinutes === undefined ? {} : { duplicateWindowMinutes }),
    links: linked?.links,
  };
}

/** What makes a record the same as another. Meta alone does not: callers reuse `custom`. Without a meta, or what stands in for it, every record is a new one. */
function recordHash(accountId: string, identity: string, msisdn: string, text: string): Buffer {
  return hash('sha256', `${accountId}\n${msisdn}\n${identity}\n${text}`, 'buffer').subarray(0, RECORD_HASH_BYTES);
}
