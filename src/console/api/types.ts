/** What each route takes and answers, by method and path: from docs/openapi.json, so that a wrong name does not compile. */
import type { components, paths } from './schema';

/** The named things of the API: `Schemas['Message']`. */
export type Schemas = components['schemas'];

export type Finding = Schemas['Finding'];
export type FoundItem = Schemas['Found'];
export type IngressRequest = Schemas['IngressRequest'];
export type LatestRequest = Schemas['LatestRequest'];
export type Overview = Schemas['Overview'];
/** Parts that add up to `accepted`. */
export type OverviewLedger = Overview['ledger'];
export type Searched = Schemas['Searched'];
export type WebhookHealth = Schemas['WebhookHealth'];
export type WhyAnswer = Schemas['Why'];

/** A thing that an answer speaks of: its page is found by `kind`. */
export interface Subject {
  kind: string;
  id: string;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that have this method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, infer Operation> ? ([Operation] extends [never] ? never : P) : never;
}[keyof paths] &
  string;

export type OperationOf<M extends Method, P extends PathWith<M>> =
  paths[P] extends Record<M, infer Operation> ? Operation : never;

type Json<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** The body of the first good answer; undefined where it has none. */
export type AnswerOf<Operation> = Operation extends { responses: infer Answers }
  ? Answers extends { 200: infer Ok }
    ? Json<Ok>
    : Answers extends { 201: infer Made }
      ? Json<Made>
      : Answers extends { 202: infer Taken }
        ? Json<Taken>
        : undefined
  : never;

/** The body of a 202: what was asked for is being made. */
export type PendingOf<Operation> = Operation extends { responses: { 202: infer Taken } } ? Json<Taken> : never;

type QueryOf<Operation> = Operation extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;
type ParamsOf<Operation> = Operation extends { parameters: { path: infer Params } } ? Params : never;
/** What a request is told; undefined where nothing is. */
export type BodyOf<Operation> = Operation extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : undefined;

interface Common {
  /** Aborts the request: the result is then a problem with the code `aborted`. */
  signal?: AbortSignal;
  /** Of a POST: asked again under the same key, it is done once. */
  idempotencyKey?: string;
}

/** What a call may or must be given. */
export type OptionsOf<Operation> = Common &
  ([QueryOf<Operation>] extends [never] ? unknown : { query?: QueryOf<Operation> }) &
  ([ParamsOf<Operation>] extends [never] ? unknown : { params: ParamsOf<Operation> }) &
  ([BodyOf<Operation>] extends [undefined] ? unknown : { body?: BodyOf<Operation> });
