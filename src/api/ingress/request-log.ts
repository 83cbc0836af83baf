/**
 * Requests of the ingress as they are remembered: refused ones with what was wrong, and of each key and contract the latest
 * one. Nothing is written while a request is answered: what was noted goes to Postgres by the batch, some seconds later, so
 * that a crash takes the last of it. A flood of bad requests is bounded by account, and what is left out is counted.
 */
import type { Request } from 'express';
import { BoundedMap } from '../../core/concurrency/bounded-map';
import { TokenBucket } from '../../core/concurrency/token-bucket';
import { uuidv7 } from '../../core/messages/ids';
import { normaliseMsisdn } from '../../core/messages/msisdn';
import type { Shape } from '../../core/messages/send-id';
import type { AppError } from '../../errors';
import type { AccountContext } from '../../store/accounts/accounts';
import {
  writeRequests,
  type LatestRequest,
  type RefusedRequest,
  type RequestProblem,
} from '../../store/accounts/requests';
import type { Database } from '../../store/database';
import type { Accounts } from '../http/account-context';
import { kept, redacted, saidIn } from '../http/redacted-body';

/** A record as its request said it. */
export interface SaidRecord {
  /** A number, or several parted by commas; anything else where it is neither. */
  to: unknown;
  meta: unknown;
  templateId: unknown;
  sensitive: unknown;
  /** By the names that the caller chose. */
  said: Record<string, unknown>;
}

export interface Rejection {
  /** Index of the record, from 0. */
  index: number;
  code: string;
  field: string;
  message: string;
}

/** A request that can be told to be an account's. */
export interface Visitor {
  request: Request;
  shape: Shape;
  /** The pattern of its route. */
  route: string;
  accountId: string;
  keyId: string;
}

export interface RequestLog {
  /** Says how to read the records of a request, should one of them be refused: until then none is read. */
  carries(request: Request, count: number, read: (index: number) => SaidRecord): void;
  /** What became of them. */
  judged(request: Request, accepted: number, rejected: readonly Rejection[]): void;
  /** The request was answered with this status. */
  answered(visitor: Visitor, status: number): void;
  /** The request was refused as a whole. */
  refused(visitor: Visitor, error: AppError): void;
  /** Writes what was noted. */
  flush(): Promise<void>;
  /** {@link flush}, for those who read: they wait for it a moment and no longer, since a read never waits for a write. */
  flushBriefly(): Promise<void>;
  stop(): Promise<void>;
}

const FLUSH_MS = 2_000;
/** Many times what it takes. */
const BRIEFLY_MS = 500;
/** Of an account in one process: refused requests, and their records, by the second and at once. */
const REQUESTS = { ratePerSecond: 5, burst: 300 };
const RECORDS = { ratePerSecond: 50, burst: 5_000 };
/** Of requests that name one of its keys and don't show it. */
const STRANGERS = { ratePerSecond: 0.1, burst: 10 };
/** Of all accounts, until they are written. */
const MAX_WAITING = { requests: 2_000, records: 20_000 };
const MAX_ACCOUNTS = 10_000;
const MAX_LATEST = 20_000;
/** Of one request: records that are told, numbers of a record, records whose words are kept. */
const MAX_TOLD = 1_000;
const MAX_NUMBERS = 20;
const MAX_QUOTED = 5;
/** What an error quotes of a body that can't be parsed may be anything. */
const QUOTE = /,? near ".*$/s;
const MAX_LENGTH = { to: 40, meta: 500, message: 500, field: 100 };

interface Note {
  count: number;
  read: (index: number) => SaidRecord;
  accepted: number;
  rejected: readonly Rejection[];
}

type Noted = Omit<LatestRequest, 'taken'> & { taken: Omit<NonNullable<LatestRequest['taken']>, 'id'> | null };

/** A problem whose numbers are as they were written. */
type WrittenProblem = Omit<RequestProblem, 'msisdn'> & { numbers: string[] };

/** A refused request before its account's settings were asked. */
interface Waiting {
  row: Omit<RefusedRequest, 'problems' | 'body'>;
  problems: WrittenProblem[];
  body: { text: string; isCut: boolean; templateIds: string[] } | null;
}

export interface RequestLogDeps {
  database: Pick<Database, 'pool'>;
  accounts: Pick<Accounts, 'context'>;
  onError(error: unknown): void;
}

export function createRequestLog(deps: RequestLogDeps): RequestLog {
  return new BatchedLog(deps);
}

class BatchedLog implements RequestLog {
  private readonly notes = new WeakMap<Request, Note>();
  private readonly buckets = new BoundedMap<string, TokenBucket>(MAX_ACCOUNTS);
  private waiting: Waiting[] = [];
  private waitingRecords = 0;
  private latest = new Map<string, Noted>();
  private dropped = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly deps: RequestLogDeps) {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  carries(request: Request, count: number, read: Note['read']): void {
    this.notes.set(request, { count, read, accepted: 0, rejected: [] });
  }

  judged(request: Request, accepted: number, rejected: readonly Rejection[]): void {
    const note = this.notes.get(request);
    if (note === undefined) return;
    note.accepted = accepted;
    note.rejected = rejected;
  }

  answered(visitor: Visitor, status: number): void {
    const note = this.notes.get(visitor.request);
    const rejected = note?.rejected ?? [];
    const accepted = note?.accepted ?? (status < 400 ? 1 : 0);
    const outcome = rejected.length === 0 ? 'taken' : accepted > 0 ? 'partly' : 'refused';
    this.noteLatest(visitor, { status, outcome, code: null, accepted });
    if (outcome === 'taken') return;
    const total = rejected.length;
    const told = rejected.slice(0, MAX_TOLD);
    this.keep(visitor, told.length, () => {
      const records = told.map(({ index }) => note!.read(index));
      return {
        row: rowOf(visitor, { outcome, status, code: null, message: null, accepted, rejected: total }),
        problems: told.map((one, i) => toProblem({ ...one, record: one.index }, records[i])),
        body: bodyOf(records, undefined),
      };
    });
  }

  refused(visitor: Visitor, error: AppError): void {
    const { status, code, message } = error;
    const outcome = 'refused';
    this.noteLatest(visitor, { status, outcome, code, accepted: 0 });
    if (status === 401 && !this.take(`strangers ${visitor.accountId}`, STRANGERS, 1)) return this.drop(visitor);
    const note = this.notes.get(visitor.request);
    const count = note?.count ?? 0;
    const fields = error.options.problems ?? [];
    const told = Math.min(count, MAX_TOLD);
    this.keep(visitor, told + fields.length, () => {
      const records = Array.from({ length: told }, (_, index) => note!.read(index));
      return {
        row: rowOf(visitor, {
          outcome,
          status,
          code,
          message: own(message.replace(QUOTE, ''), MAX_LENGTH.message),
          accepted: 0,
          rejected: count,
        }),
        problems: [
          ...fields.slice(0, MAX_TOLD).map((one) => toProblem({ record: null, code, ...one })),
          ...records.map((said, record) => toProblem({ record, code, field: null, message }, said)),
        ],
        // Who shows no valid key is not quoted.
        body: status === 401 ? null : bodyOf(records, saidIn(visitor.request)),
      };
    });
  }

  async flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  async flushBriefly(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, BRIEFLY_MS)));
    await Promise.race([this.flush(), over]);
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private keep(visitor: Visitor, records: number, make: () => Waiting): void {
    const { accountId } = visitor;
    const hasRoom =
      this.waiting.length < MAX_WAITING.requests &&
      this.waitingRecords + records <= MAX_WAITING.records &&
      this.take(`requests ${accountId}`, REQUESTS, 1) &&
      this.take(`records ${accountId}`, RECORDS, records);
    if (!hasRoom) return this.drop(visitor);
    this.waitingRecords += records;
    this.waiting.push(make());
  }

  private take(name: string, { ratePerSecond, burst }: typeof REQUESTS, cost: number): boolean {
    const nowMs = Date.now();
    let bucket = this.buckets.get(name);
    if (bucket === undefined) this.buckets.set(name, (bucket = new TokenBucket(ratePerSecond, burst, nowMs)));
    return bucket.take(nowMs, cost).ok;
  }

  private drop({ accountId }: Visitor): void {
    this.dropped.set(accountId, (this.dropped.get(accountId) ?? 0) + 1);
  }

  private noteLatest(
    { accountId, keyId, shape, route }: Visitor,
    { status, outcome, code, accepted }: Pick<LatestRequest, 'status' | 'outcome' | 'code'> & { accepted: number },
  ): void {
    const name = `${accountId} ${keyId} ${shape}`;
    const before = this.latest.get(name);
    if (before === undefined && this.latest.size === MAX_LATEST) return;
    const at = new Date();
    const taken = outcome === 'refused' ? (before?.taken ?? null) : { at, route, accepted };
    this.latest.set(name, { accountId, keyId, shape, at, status, outcome, code, taken });
  }

  private async write(): Promise<void> {
    const { waiting, latest, dropped } = this;
    if (waiting.length === 0 && latest.size === 0 && dropped.size === 0) return;
    this.waiting = [];
    this.waitingRecords = 0;
    this.latest = new Map();
    this.dropped = new Map();
    try {
      const refused: RefusedRequest[] = [];
      for (const one of waiting) refused.push(toRefused(one, await this.deps.accounts.context(one.row.accountId)));
      await writeRequests(this.deps.database.pool, { refused, latest: [...latest.values()].map(withId), dropped });
    } catch (error) {
      for (const { row } of waiting) dropped.set(row.accountId, (dropped.get(row.accountId) ?? 0) + 1);
      for (const [accountId, count] of dropped) this.dropped.set(accountId, (this.dropped.get(accountId) ?? 0) + count);
      this.deps.onError(error);
    }
  }
}

/** An id costs more than all else that is noted of a request that was taken. */
const withId = ({ taken, ...rest }: Noted): LatestRequest => ({
  ...rest,
  taken: taken === null ? null : { id: uuidv7(taken.at.getTime()), ...taken },
});

function rowOf(
  { accountId, shape, route, keyId }: Visitor,
  facts: Pick<RefusedRequest, 'outcome' | 'status' | 'code' | 'message' | 'accepted' | 'rejected'>,
): Waiting['row'] {
  return { id: uuidv7(), at: new Date(), accountId, shape, route, keyId, ...facts };
}

/** The beginning of a text, as a text of its own: a slice would keep all of it in memory. Halves of pairs become U+FFFD. */
const own = (text: string, length: number): string =>
  Buffer.from(text.slice(0, length).replaceAll('\0', '')).toString('utf8');

function toProblem(
  { record, field, code, message }: Omit<RequestProblem, 'msisdn' | 'meta'>,
  said?: SaidRecord,
): WrittenProblem {
  const meta = said?.meta;
  const hasMeta = (typeof meta === 'string' || typeof meta === 'number') && meta !== '';
  return {
    record,
    numbers: numbersIn(said?.to),
    meta: hasMeta ? own(String(meta), MAX_LENGTH.meta) : null,
    field: field === null ? null : own(field, MAX_LENGTH.field),
    code,
    message: own(message, MAX_LENGTH.message),
  };
}

function numbersIn(to: unknown): string[] {
  if (typeof to === 'number') return [String(to)];
  if (typeof to !== 'string') return [];
  return to
    .split(',', MAX_NUMBERS)
    .map((part) => own(part.trim(), MAX_LENGTH.to))
    .filter((part) => part !== '');
}

/** What is quoted of a refused request: its first refused records, else what it said. Null also of a sensitive one. */
function bodyOf(records: readonly SaidRecord[], said: unknown): Waiting['body'] {
  const quoted = records.slice(0, MAX_QUOTED);
  if (quoted.some(({ sensitive }) => !NOT_SENSITIVE.has(sensitive))) return null;
  const value = quoted.length > 0 ? quoted.map((record) => redacted(record.said)) : said;
  if (value === undefined) return null;
  const body = kept(value);
  if (/"sensitive"|sensitive=/i.test(body.text)) return null;
  return { ...body, templateIds: quoted.map(({ templateId }) => own(String(templateId ?? ''), MAX_LENGTH.field)) };
}

const NOT_SENSITIVE: ReadonlySet<unknown> = new Set([undefined, '', false, 'false', 0, '0']);

/** The request as it is stored, by what its account has set. */
function toRefused({ row, problems, body }: Waiting, { account, sensitiveTemplates }: AccountContext): RefusedRequest {
  const country = account.default_country;
  const rows = problems.flatMap(({ numbers, ...problem }): RequestProblem[] =>
    (numbers.length === 0 ? [null] : numbers.map((number) => readable(number, country))).map((msisdn) => ({
      ...problem,
      msisdn,
    })),
  );
  const isSensitive = (text: string): boolean => sensitiveTemplates.some((id) => text.includes(id));
  const mayBeShown =
    body !== null &&
    !isSensitive(body.text) &&
    !body.templateIds.some(isSensitive) &&
    !(body.isCut && sensitiveTemplates.length > 0);
  return { ...row, body: mayBeShown ? body.text : null, problems: rows };
}

/** In E.164 where it can be read. */
function readable(written: string, country: string): string {
  const number = normaliseMsisdn(written, country);
  return number.ok ? number.e164 : written;
}
