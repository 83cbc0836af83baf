/** The way in: accepted messages are grouped, committed, and their workflows started. */
import { hash } from 'node:crypto';
import { GroupCommit } from '../../core/concurrency/group-commit';
import { uuidv7 } from '../../core/messages/ids';
import type { ShortLink } from '../../core/messages/links';
import { acceptMessages, type MessageDraft } from '../../store/messages/accept';
import type { Database } from '../../store/database';
import type { MessageOptions } from '../../store/tables';
import { markStarted } from '../../store/messages/slices';
import type { Workflows } from '../../workflows/client';
import { Lanes, type Lane, type OpenSlice } from './lanes';
import { Starter } from './starter';

/** A message as a route hands it over. */
export interface IncomingMessage {
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
}

export interface IncomingRequest {
  accountId: string;
  /** Messages of one request share a lane per due time. */
  priority: number;
  messages: IncomingMessage[];
}

export interface AcceptedMessage {
  id: string;
  /** The record repeats one of the last 24 hours: `id` is the first one's, and nothing was stored. */
  duplicate: boolean;
}

export interface Ingress {
  /** Resolves once everything is committed; rejects when it is not, and then nothing of the request is stored. */
  accept(request: IncomingRequest): Promise<AcceptedMessage[]>;
  readonly temporalReachable: boolean;
  stop(): Promise<void>;
}

export interface IngressDeps {
  database: Database;
  workflows: Pick<Workflows, 'startSend'>;
  onError(error: unknown): void;
}

/** Messages of one commit. */
const MAX_MESSAGES = 10_000;
/** Messages that may wait for their commit: some 100 MB, and seconds of work. */
const MAX_WAITING = 100_000;

/** A draft that waits for its slice. */
interface Pending {
  lane: Lane;
  draft: MessageDraft;
}

export function createIngress({ database, workflows, onError }: IngressDeps): Ingress {
  const lanes = new Lanes();
  const starter = new Starter({
    lanes,
    start: (slice) =>
      workflows.startSend({
        sliceId: slice.id,
        accountId: slice.accountId,
        dueAtMs: slice.dueAt?.getTime() ?? null,
        priority: slice.priority,
      }),
    onStarted: (ids) => markStarted(database.pool, ids),
    onError,
  });

  /** Gives each draft a slice and commits; again for those whose slice was sealed meanwhile. */
  async function store(pending: Pending[], duplicates: Map<string, string>): Promise<void> {
    const slices = new Map<string, OpenSlice>();
    for (const { lane, draft } of pending) {
      const slice = lanes.place(lane, Date.now());
      slices.set(slice.id, slice);
      draft.sliceId = slice.id;
    }
    const touched = [...slices.values()];
    let sealed: Set<string>;
    try {
      const result = await acceptMessages(
        database.pool,
        touched,
        pending.map(({ draft }) => draft),
      );
      sealed = result.sealed;
      for (const [id, first] of result.duplicates) duplicates.set(id, first);
    } catch (error) {
      // Whether the new slices exist is not known, so nothing may join them; an old one was there before.
      for (const slice of touched) lanes.close(slice);
      throw error;
    }
    for (const slice of touched) {
      if (sealed.has(slice.id)) {
        lanes.close(slice);
      } else {
        slice.isNew = false;
        starter.offer(slice);
      }
    }
    const again = pending.filter(({ draft }) => sealed.has(draft.sliceId));
    if (again.length > 0) await store(again, duplicates);
  }

  const commits = new GroupCommit<IncomingRequest, AcceptedMessage[]>(
    async (requests) => {
      const { ids, pending, duplicates } = draftsOf(requests);
      await store(pending, duplicates);
      return ids.map((list) => list.map((id) => toAccepted(id, duplicates)));
    },
    { maxWeight: MAX_MESSAGES, maxWaiting: MAX_WAITING, weigh: (request) => request.messages.length },
  );

  return {
    accept: (request) => commits.add(request),
    get temporalReachable() {
      return starter.reachable;
    },
    stop: () => starter.stop(),
  };
}

/**
 * Drafts of requests that are committed together. Of records with one key the first is stored; `duplicates` says which
 * draft's id stands for the id of each other.
 */
function draftsOf(requests: readonly IncomingRequest[]) {
  const firstOfKey = new Map<string, string>();
  const duplicates = new Map<string, string>();
  const pending: Pending[] = [];
  const ids = requests.map(({ accountId, priority, messages }) => {
    const sendId = uuidv7();
    return messages.map((message) => {
      const draft = toDraft(accountId, sendId, message);
      const key = draft.recordKey?.toString('latin1');
      const first = key === undefined ? undefined : firstOfKey.get(key);
      if (first !== undefined) {
        duplicates.set(draft.id, first);
      } else {
        if (key !== undefined) firstOfKey.set(key, draft.id);
        pending.push({ lane: { accountId, dueAt: message.dueAt, priority }, draft });
      }
      return draft.id;
    });
  });
  return { ids, pending, duplicates };
}

function toAccepted(id: string, duplicates: Map<string, string>): AcceptedMessage {
  const first = duplicates.get(id);
  if (first === undefined) return { id, duplicate: false };
  // The first of its group may itself repeat a message of an earlier commit.
  return { id: duplicates.get(first) ?? first, duplicate: true };
}

function toDraft(accountId: string, sendId: string, message: IncomingMessage): MessageDraft {
  const { msisdn, meta, standIn, text, sender, service, options, webhookId, encoding, segments, linked } = message;
  const identity = meta ?? standIn;
  return {
    id: uuidv7(),
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
    recordKey: identity === null ? null : recordKey(accountId, identity, msisdn, linked?.original ?? text),
    links: linked?.links,
  };
}

/** Meta alone is no key: callers reuse `custom`. Without a meta, or what stands in for it, every record is a new one. */
function recordKey(accountId: string, identity: string, msisdn: string, text: string): Buffer {
  return hash('sha256', `${accountId}\n${msisdn}\n${identity}\n${text}`, 'buffer');
}
