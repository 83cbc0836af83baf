/**
 * The front door: every request passes it. The few routes that carry nearly all traffic are called here, ahead of
 * Express, whose own way to a handler costs more than what these handlers do. They get Express's own request and
 * response, and what they throw is answered by Express, so nobody can tell the difference.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { ApiDeps } from './deps';
import type { Endpoint } from './endpoint';
import { MAX_QUERY_BYTES } from './http/body';

/** What a handler that was called here threw, on its way to Express. */
const failures = new WeakMap<IncomingMessage, { error: unknown }>();

/** Where Express takes up what was thrown: in front of its routes. */
export const takeUpFailure: RequestHandler = (request, _response, next) => next(failures.get(request)?.error);

/** @param app answers all that is not called here, and all errors. */
export function frontDoor(app: Express, deps: ApiDeps, operations: readonly Endpoint[]): RequestListener {
  const routes = directRoutes(deps, operations);

  /** Calls the route of a request whose path is written out as its declaration is; false = there is none. */
  function callDirectly(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '';
    if (url.length > MAX_QUERY_BYTES) return false;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const handler = routes.get(path)?.get(request.method ?? '');
    if (handler === undefined) return false;
    const asked = asExpress(app, request, response, path);
    handler(asked, response as Response, () => undefined).catch((error: unknown) => {
      failures.set(request, { error });
      app(asked, response as Response);
    });
    return true;
  }

  return (request, response) => {
    deps.metrics.watch(request, response);
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    if (!callDirectly(request, response)) app(request, response);
  };
}

type DirectHandler = (...of: Parameters<RequestHandler>) => Promise<unknown>;

/** By path, then by method. */
function directRoutes(deps: ApiDeps, operations: readonly Endpoint[]): Map<string, Map<string, DirectHandler>> {
  const routes = new Map<string, Map<string, DirectHandler>>();
  for (const { direct, method, path, handler } of operations) {
    if (direct !== true) continue;
    const ofPath = routes.get(path) ?? new Map<string, DirectHandler>();
    routes.set(path, ofPath);
    ofPath.set(method.toUpperCase(), handler(deps) as DirectHandler);
  }
  return routes;
}

/** What Express does to a request and its response before it calls a route. */
function asExpress(app: Express, request: IncomingMessage, response: ServerResponse, path: string): Request {
  Object.setPrototypeOf(request, app.request);
  Object.setPrototypeOf(response, app.response);
  const asked = request as Request;
  asked.originalUrl = asked.url;
  asked.params = {};
  asked.route = { path };
  return asked;
}

/** What is said to every request alike: by helmet, and that no cache keeps the answer, unless its route says otherwise. */
const SECURITY_HEADERS = constantHeaders();

function constantHeaders(): [string, string][] {
  const headers: [string, string][] = [['Cache-Control', 'no-store']];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet()({} as IncomingMessage, recorder as unknown as ServerResponse, () => undefined);
  return headers;
}
