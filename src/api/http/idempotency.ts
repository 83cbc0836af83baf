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

/** The key of a POST, undefined when it has none. */
export function idempotencyKeyOf(request: Request): string | undefined {
  return request.method === 'POST' ? request.get('idempotency-key') : undefined;
}

/** Requests by their `Idempotency-Key`. */
export interface Idempotency {
  /**
   * Returns for a request without a key, and for the first one with it, whose answer is kept unless it is a 5xx. Throws
   * for a repeated one: {@link replayAnswers} sends what was kept.
   * @throws AppError idempotency-mismatch, idempotency-in-progress, invalid-request
   */
  enter(request: Request, response: Response, actor: Principal): Promise<void>;
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
  async function claim(key: string, request: Request, response: Response, actor: Principal): Promise<void> {
    const { accountId, scopes } = actor;
    if (!KEY.test(key)) {
      throw new AppError('invalid-request', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    }
    const id: IdempotencyKey = { accountId, key };
    const found = await claimIdempotencyKey(pool, id, hashOf(request, scopes));
    switch (found.state) {
      case 'claimed':
        return holdAnswer(response, (status, answer) => keep(id, status, answer));
      case 'answered':
        throw new Replay(found.status, JSON.parse(sealer.open(found.answer, idempotencyContext(id))) as KeptAnswer);
      case 'mismatch':
        throw new AppError(
          'idempotency-mismatch',
          'The Idempotency-Key came with another request in the last 24 hours',
        );
      case 'in-progress':
        throw new AppError('idempotency-in-progress', 'The first request with this Idempotency-Key is under way', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
    }
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
    async enter(request, response, actor) {
      const key = idempotencyKeyOf(request);
      if (key !== undefined) await claim(key, request, response, actor);
    },
  };
}

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
      // A body that streams through is not read yet: its size has to tell two apart.
      .update(Buffer.isBuffer(body) ? body : (request.get('content-length') ?? ''))
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
