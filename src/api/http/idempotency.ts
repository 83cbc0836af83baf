/**
 * `Idempotency-Key`: a POST that comes again under its key is answered as the first one was, and does nothing. Every
 * route enters it right behind authentication: a replay needs the scope that the route needs, the account is known, and
 * what was not authenticated leaves no trace.
 */
import { createHash } from 'node:crypto';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { AppError } from '../../errors';
import type { Database } from '../../store/database';
import {
  claimIdempotencyKey,
  idempotencyContext,
  keepAnswer,
  releaseIdempotencyKey,
  type IdempotencyKey,
} from '../../store/accounts/idempotency';
import type { Sealer } from '../../store/seal';
import type { Principal } from './auth';
import type { Log } from './log';

/** Visible ASCII, as header values are. */
const KEY = /^[\x21-\x7e]{1,255}$/;
/** The first request is answered in milliseconds, unless Postgres is slow. */
const RETRY_AFTER_SECONDS = 1;
const FAILED = 500;

/** An answer as it is kept, inside its seal. */
interface KeptAnswer {
  contentType: string | undefined;
  body: string;
  /** Of a request that streamed: SHA-256 of its content, in hexadecimal. */
  content?: string;
}

/** A request whose content is read piece by piece, under an `Idempotency-Key`. */
export interface StreamEntry {
  /** A request with this key was answered: of this one nothing may be done but to read its content. */
  readonly repeated: boolean;
  /**
   * All of its content has come.
   * @param content its SHA-256.
   * @throws of a repeated request always: its first answer where the content is the same, else AppError idempotency-mismatch
   */
  complete(content: Buffer): void;
}

/** Thrown instead of doing again what was done; {@link replayAnswers} sends it. */
class Replay extends Error {
  override readonly name = 'Replay';
  constructor(
    readonly status: number,
    readonly answer: KeptAnswer,
  ) {
    super('the request was answered before');
  }
}

/** The request was answered before: what is thrown carries that answer. */
export const isReplay = (thrown: unknown): boolean => thrown instanceof Replay;

/** The key of a POST, undefined when it has none. */
export function idempotencyKeyOf(request: Request): string | undefined {
  return request.method === 'POST' ? request.get('idempotency-key') : undefined;
}

/** Requests by their `Idempotency-Key`. */
export interface Idempotency {
  /**
   * Returns for a request without a key, and for the first one with it, whose answer is kept unless it is a 5xx. Throws
   * for a repeated one: {@link replayAnswers} sends what was kept.
   * @param streams its content is read later, and tells then whether it is the same.
   * @returns for a request that streams under a key.
   * @throws AppError idempotency-mismatch, idempotency-in-progress, invalid-request
   */
  enter(request: Request, response: Response, actor: Principal, streams?: true): Promise<StreamEntry | undefined>;
}

export function createIdempotency({
  database: { pool },
  sealer,
  log,
}: {
  database: Database;
  sealer: Sealer;
  log: Pick<Log, 'error'>;
}): Idempotency {
  async function claim(
    key: string,
    request: Request,
    response: Response,
    { accountId, scopes }: Principal,
    streams: true | undefined,
  ): Promise<StreamEntry | undefined> {
    if (!KEY.test(key)) {
      throw new AppError('invalid-request', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    }
    const id: IdempotencyKey = { accountId, key };
    const found = await claimIdempotencyKey(pool, id, hashOf(request, scopes));
    switch (found.state) {
      case 'claimed':
        return hold(id, response, streams);
      case 'answered': {
        const answer = JSON.parse(sealer.open(found.answer, idempotencyContext(id))) as KeptAnswer;
        if (streams === true) return comparing(found.status, answer);
        throw new Replay(found.status, answer);
      }
      case 'mismatch':
        throw mismatch();
      case 'in-progress':
        throw new AppError('idempotency-in-progress', 'The first request with this Idempotency-Key is under way', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
    }
  }

  /** The first request under a key. */
  function hold(id: IdempotencyKey, response: Response, streams: true | undefined): StreamEntry | undefined {
    let content: string | undefined;
    holdAnswer(response, (status, answer) => {
      // Refused before all of it had come: nothing was done, and what it was is not known.
      const isUnknown = streams === true && content === undefined;
      return isUnknown ? keep(id, FAILED, answer) : keep(id, status, { ...answer, content });
    });
    if (streams !== true) return undefined;
    return { repeated: false, complete: (hash) => void (content = hash.toString('hex')) };
  }

  /** What was done is done: when its answer can't be kept, the caller gets it all the same. */
  async function keep(id: IdempotencyKey, status: number, answer: KeptAnswer): Promise<void> {
    try {
      if (status >= FAILED) await releaseIdempotencyKey(pool, id);
      else await keepAnswer(pool, id, status, sealer.seal(JSON.stringify(answer), idempotencyContext(id)));
    } catch (err) {
      log.error({ err }, 'the answer of an idempotent request could not be kept');
    }
  }

  return {
    async enter(request, response, actor, streams) {
      const key = idempotencyKeyOf(request);
      return key === undefined ? undefined : claim(key, request, response, actor, streams);
    },
  };
}

const mismatch = (): AppError =>
  new AppError('idempotency-mismatch', 'The Idempotency-Key came with another request in the last 24 hours');

/** A request that streams and was answered before, if it is the same. */
const comparing = (status: number, answer: KeptAnswer): StreamEntry => ({
  repeated: true,
  complete(content) {
    throw answer.content === content.toString('hex') ? new Replay(status, answer) : mismatch();
  },
});

/** Sends what a {@link Replay} carries; other errors go on to the next handler. */
export const replayAnswers: ErrorRequestHandler = (thrown: unknown, _request, response, next) => {
  if (!(thrown instanceof Replay)) return next(thrown);
  const { contentType, body } = thrown.answer;
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  response.setHeader('Idempotency-Replayed', 'true');
  response.status(thrown.status).end(body);
};

/** Scopes are part of it: a key that may do less must not be shown what one that may do more was answered. */
function hashOf(request: Request, scopes: readonly string[]): Buffer {
  const body: unknown = request.body;
  return (
    createHash('sha256')
      .update(`${request.method} ${request.originalUrl}\n${[...scopes].sort().join(' ')}\n`)
      // A body that streams through is not read yet: what it was is kept with the answer.
      .update(Buffer.isBuffer(body) ? body : '')
      .digest()
  );
}

/** Lets `keep` see the whole answer, and finish, before the caller does: a repeated request then finds it. */
function holdAnswer(response: Response, keep: (status: number, answer: KeptAnswer) => Promise<void>): void {
  const end = response.end.bind(response) as (...args: unknown[]) => Response;
  response.end = ((...args: unknown[]) => {
    const [chunk] = args;
    const body = typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '';
    void keep(response.statusCode, { contentType: response.get('content-type'), body }).then(() => end(...args));
    return response;
  }) as Response['end'];
}
