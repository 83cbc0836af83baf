/**
 * A route, said once: what it is called, who may use it, what it takes and answers, and what it does. From this one
 * declaration it is registered, authenticated, checked and documented.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Scope } from '../core/accounts/api-key';
import type { ApiDeps } from './deps';
import { presentsCredential, type Principal } from './http/auth';
import { discardRest, fieldsOf, queryOf, readBody, readJson, readOptionalJson } from './http/body';
import { answerJson } from './http/json';
import { refuseUnstorable } from './http/text';
import { validate } from './http/validate';
import type { Operation, OperationBody } from './operation';

/** `/groups/:id/members/:memberId` → `'id' | 'memberId'`. */
type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** A request as its handler gets it: authenticated and checked. */
export interface Call<Params extends string = never, Query = unknown, Body = unknown, Actor = Principal> {
  deps: ApiDeps;
  /** Who asks; null where no key is asked for. */
  actor: Actor;
  params: Record<Params, string>;
  query: Query;
  body: Body;
  request: Request;
  /** For headers, and for answers that are no JSON; everything else is returned. */
  response: Response;
}

/** What a route's own parser made of a request whose bytes have come. */
export interface Intake {
  /** Handed to the handler as it is. */
  body?: unknown;
  /** Where a credential may stand that no header carries. */
  fields: Record<string, unknown>;
}

/** What a route says of itself, beside its handler. */
interface Declaration<
  Path extends string,
  Access extends Scope | null,
  Query extends z.ZodObject,
  Body extends z.ZodType,
> extends Omit<Operation, 'body'> {
  path: Path;
  scope: Access;
  query?: Query;
  /**
   * JSON that must fit its schema before the handler is called. `shown`: what the documentation shows instead, where the
   * handler checks more than the schema can.
   */
  body?: OperationBody & { schema: Body; shown?: z.ZodType };
  /** A body that is described here and read by `intake` or the handler. */
  takes?: OperationBody;
  /**
   * The route's own parser, for contracts that aren't ours. It runs before authentication unless a header has a key, and
   * checks query and body by itself: `query` and `takes` are then for the documentation.
   */
  intake?(request: Request): Intake;
  /** The handler reads the request piece by piece; nothing of it is read before. */
  streams?: true;
  /** Takes methods too that the documentation doesn't show. */
  anyMethod?: true;
  /** Carries so much traffic that it is called ahead of Express. Its path has no parameters. */
  direct?: true;
}

/** A route that can be registered and documented. */
export interface Endpoint extends Operation {
  anyMethod?: true;
  direct?: true;
  /** What Express calls, or the front door ahead of it. */
  handler(deps: ApiDeps): RequestHandler<Record<string, string>>;
}

/** An answer with another status than the first good one that the route names. */
class Reply {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}

/** Answers `body` as JSON under this status. */
export const reply = (status: number, body: object): Reply => new Reply(status, body);

/**
 * Declares a route. In this order a request is: authenticated by its header, read, authenticated by its fields where
 * the route takes them, found or entered under its `Idempotency-Key`, checked (path, query, body), handled.
 * @param handle returns what is answered as JSON under the first 2xx of `answers`, a {@link reply} for another status,
 * or nothing when the answer has no body or was written by the handler.
 */
export function endpoint<
  const Path extends string,
  const Access extends Scope | null,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodType<unknown>,
>(
  declaration: Declaration<Path, Access, Query, Body>,
  handle: (
    call: Call<ParamsOf<Path>, z.output<Query>, z.output<Body>, Access extends null ? null : Principal>,
  ) => Promise<object | void> | object | void,
): Endpoint {
  const { body, takes, intake, streams, anyMethod, direct, ...operation } = declaration;
  const good = Number(Object.keys(operation.answers).find((status) => status.startsWith('2')));

  async function admit(deps: ApiDeps, request: Request, response: Response): Promise<[Principal | null, unknown]> {
    const { scope } = declaration;
    const read = () => (streams === true ? Promise.resolve() : readBody(request, response));
    if (scope === null) {
      await read();
      return [null, intake?.(request).body];
    }
    const known = intake === undefined || presentsCredential(request);
    let actor = known ? await deps.auth.authenticate(request, scope) : null;
    await read();
    const taken = intake?.(request);
    actor ??= await deps.auth.authenticate(request, scope, taken?.fields);
    await deps.idempotency.enter(request, response, actor);
    return [actor, taken?.body];
  }

  function checkedQuery(request: Request): unknown {
    if (declaration.query === undefined) return {};
    const fields = fieldsOf(queryOf(request));
    refuseUnstorable(fields, 'query');
    return validate(declaration.query, fields);
  }

  function checkedBody(request: Request): unknown {
    if (body === undefined) return undefined;
    const json = body.optional === true ? readOptionalJson(request) : readJson(request);
    refuseUnstorable(json, 'body');
    return validate(body.schema, json);
  }

  async function answer(deps: ApiDeps, request: Request<Record<string, string>>, response: Response): Promise<void> {
    const [actor, taken] = await admit(deps, request, response);
    const { params } = request;
    refuseUnstorable(params, 'path');
    const checked =
      intake === undefined ? { query: checkedQuery(request), body: checkedBody(request) } : { query: {}, body: taken };
    const call = { deps, actor, params, ...checked, request, response };
    const result = await handle(call as Parameters<typeof handle>[0]);
    if (result instanceof Reply) answerJson(response, result.status, result.body);
    else if (result !== undefined) answerJson(response, good, result);
    else if (good === 204) response.status(204).end();
  }

  return {
    ...operation,
    ...describedBody(body, takes),
    ...(anyMethod === undefined ? {} : { anyMethod }),
    ...(direct === undefined ? {} : { direct }),
    handler: (deps) => async (request, response) => {
      try {
        await answer(deps, request, response);
      } catch (error) {
        discardRest(request);
        throw error;
      }
    },
  };
}

function describedBody(
  body: (OperationBody & { shown?: z.ZodType }) | undefined,
  takes: OperationBody | undefined,
): { body?: OperationBody } {
  if (body === undefined) return takes === undefined ? {} : { body: takes };
  const { shown, ...described } = body;
  return { body: shown === undefined ? described : { ...described, schema: shown } };
}
