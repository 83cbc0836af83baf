/**
 * A route, said once: what it is called, who may use it, what it takes and answers, and what it does. From this one
 * declaration it is registered, authenticated, checked and documented.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Scope } from '../core/accounts/api-key';
import type { Shape } from '../core/messages/send-id';
import type { ApiDeps, Visitor } from './deps';
import { ownerOf, presentsCredential, type KeyOwner, type OfferedFields, type Principal } from './http/auth';
import { BodyReader, readBody, shownSize, type BodyShare } from './http/body';
import { checkMediaType, JSON_ONLY, isOperation, refuseForeignSite } from './http/browser';
import { credentialFields } from './http/credential-fields';
import { fieldsOf, isForm, queryOf, readJson, readOptionalJson } from './http/fields';
import { isReplay, type StreamEntry } from './http/idempotency';
import { answerJson } from './http/json';
import { toAppError } from './http/problems';
import { refuseUnstorable } from './http/text';
import { isMultipart } from './http/multipart';
import { routeOf } from './http/route';
import { discardRest, leaveRest } from './http/unread';
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
  /** Of a route that streams: whether its `Idempotency-Key` came before; undefined without one. */
  stream: StreamEntry | undefined;
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
   * The route's own parser, for contracts that aren't ours. It checks query and body by itself: `query` and `takes` are
   * then for the documentation. Of a GET it runs before authentication, unless a header has a key; of a body only once
   * the sender is known.
   */
  intake?(request: Request): Intake;
  /** Of a route that asks for no key: answers who may not send a body, before it is read; undefined = the sender may. */
  precheck?(call: { deps: ApiDeps; params: Record<string, string>; request: Request }): Promise<Reply | undefined>;
  /** The handler reads the request piece by piece; nothing of it is read before. */
  streams?: true;
  /** Takes methods too that the documentation doesn't show. */
  anyMethod?: true;
  /** Whose contract it is, of a route by which messages come in: what it refuses is kept for a while. */
  ingress?: Shape;
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

/** A request on its way to its handler. */
interface Visit {
  deps: ApiDeps;
  request: Request<Record<string, string>>;
  response: Response;
  /** Who asks, once a valid key was shown. */
  actor?: Principal;
}

/** A request that may be handled. */
interface Admission {
  actor: Principal | null;
  /** What the route's own parser made of it. */
  taken: unknown;
  stream: StreamEntry | undefined;
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

/** Of a body whose sender is not known yet, on the way to a credential among its fields. */
const OPENING = { form: 64 * 1_024, json: 256 * 1_024 };
/** Of a body whose sender nobody asks for a key, unless the route says who may send one. */
const ANYBODYS = 64 * 1_024;

/**
 * Declares a route. In this order a request is: authenticated by its header, or by the beginning of its body where the
 * route takes fields; read; found or entered under its `Idempotency-Key`; checked (path, query, body); handled.
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
  const { body, takes, intake, precheck, streams, anyMethod, direct, ingress, ...operation } = declaration;
  const good = Number(Object.keys(operation.answers).find((status) => status.startsWith('2')));
  const guarded = operation.scope !== null && isOperation(operation.path);
  const { types = JSON_ONLY, also = {} } = body ?? takes ?? {};
  const mediaTypes = [...types, ...Object.keys(also)];

  async function admit(visit: Visit): Promise<Admission | Reply> {
    const { deps, request, response } = visit;
    const { scope } = declaration;
    if (scope === null) {
      const refused = await precheck?.({ deps, params: request.params, request });
      if (refused !== undefined) return refused;
      const anybodys = (): BodyShare => ({ budget: deps.bodies.strangers, party: deps.addresses.partyOf(request) });
      await readBody(request, response, anybodys, precheck === undefined ? ANYBODYS : undefined);
      return { actor: null, taken: intake?.(request).body, stream: undefined };
    }
    if (guarded) refuseForeignSite(request);
    const inHeader = intake === undefined || presentsCredential(request);
    const { actor, begun } = inHeader
      ? { actor: await deps.auth.authenticate(request, scope), begun: undefined }
      : await identify(visit, scope, intake);
    visit.actor = actor;
    if (guarded) checkMediaType(request, mediaTypes);
    const accounts = (): BodyShare => ({ budget: deps.bodies.known, party: actor.accountId });
    if (streams !== true && request.body === undefined) await readBody(request, response, accounts, undefined, begun);
    const parsed = intake?.(request);
    const stream = await deps.idempotency.enter(request, response, actor, streams);
    return { actor, taken: parsed?.body, stream };
  }

  async function answer(visit: Visit): Promise<void> {
    const { deps, request, response } = visit;
    const admission = await admit(visit);
    if (admission instanceof Reply) {
      leaveRest(request, response);
      return answerJson(response, admission.status, admission.body);
    }
    const { actor, taken, stream } = admission;
    const { params } = request;
    refuseUnstorable(params, 'path');
    const checked =
      intake === undefined
        ? { query: checkedQuery(request, declaration.query), body: checkedBody(request, body) }
        : { query: {}, body: taken };
    const call = { deps, actor, params, ...checked, stream, request, response };
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
      const visit: Visit = { deps, request, response };
      try {
        await answer(visit);
        if (ingress !== undefined) noteAnswer(visit, ingress);
      } catch (error) {
        if (ingress !== undefined) noteRefusal(visit, ingress, error);
        if (visit.actor !== undefined) discardRest(request);
        throw error;
      }
    },
  };
}

const visitorOf = ({ request }: Visit, shape: Shape, { accountId, keyId }: KeyOwner): Visitor => ({
  request, shape, route: routeOf(request), accountId, keyId,
}); // prettier-ignore

function noteAnswer(visit: Visit, shape: Shape): void {
  const { deps, actor, response } = visit;
  if (actor !== undefined) deps.requests.answered(visitorOf(visit, shape, actor), response.statusCode);
}

function noteRefusal(visit: Visit, shape: Shape, thrown: unknown): void {
  const owner = visit.actor ?? ownerOf(thrown);
  if (owner === undefined || isReplay(thrown)) return;
  visit.deps.requests.refused(visitorOf(visit, shape, owner), toAppError(thrown, visit.request));
}

function checkedQuery(request: Request, schema: z.ZodObject | undefined): unknown {
  if (schema === undefined) return {};
  const fields = fieldsOf(queryOf(request));
  refuseUnstorable(fields, 'query');
  return validate(schema, fields);
}

function checkedBody(request: Request, body: (OperationBody & { schema: z.ZodType }) | undefined): unknown {
  if (body === undefined) return undefined;
  const json = body.optional === true ? readOptionalJson(request) : readJson(request);
  refuseUnstorable(json, 'body');
  return validate(body.schema, json);
}

/** Who asks, when no header says so. Of a body no more is read than it takes to know. */
async function identify(
  { deps, request, response }: Visit,
  scope: Scope,
  parse: (request: Request) => Intake,
): Promise<{ actor: Principal; begun?: BodyReader }> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    return { actor: await deps.auth.authenticate(request, scope, parse(request)) };
  }
  const strangers = (): BodyShare => ({ budget: deps.bodies.strangers, party: deps.addresses.partyOf(request) });
  const type = request.headers['content-type'] ?? '';
  const limit = isForm(type) || isMultipart(type) ? OPENING.form : OPENING.json;
  if (request.headers['content-encoding'] !== undefined) {
    // What is in it shows only once it is inflated, so there is no beginning of it.
    await readBody(request, response, strangers, limit);
    const fields = Buffer.isBuffer(request.body) ? credentialFields(request.body, type, true) : {};
    return { actor: await deps.auth.authenticate(request, scope, { fields }) };
  }
  const begun = new BodyReader(request, response);
  const whole = await begun.readTo(limit, strangers());
  const offered: OfferedFields = {
    fields: credentialFields(begun.content, type, whole),
    ...(whole ? {} : { within: shownSize(limit) }),
  };
  return { actor: await deps.auth.authenticate(request, scope, offered), begun };
}

function describedBody(
  body: (OperationBody & { shown?: z.ZodType }) | undefined,
  takes: OperationBody | undefined,
): { body?: OperationBody } {
  if (body === undefined) return takes === undefined ? {} : { body: takes };
  const { shown, ...described } = body;
  return { body: shown === undefined ? described : { ...described, schema: shown } };
}
