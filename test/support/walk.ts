/** Every route with its scope, for tests that walk all of them. */
import { operations } from '../../src/api/operations';

export interface Route {
  /** `GET /api/v1/gateways/:id`. */
  name: string;
  method: string;
  path: string;
  /** What a key must be allowed; `none` = no key is asked for. */
  scope: string;
  /** Names of its parameters. */
  params: string[];
  /** It lists, page by page. */
  paged: boolean;
}

/** Every route, as it is declared. */
export const allRoutes = (): Route[] =>
  operations.map(({ method, path, scope, query }) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    scope: scope ?? 'none',
    params: [...path.matchAll(/:(\w+)/g)].map(([, param]) => param!),
    paged: query !== undefined && 'cursor' in query.shape,
  }));

/** What is asked where a question has to be. */
const QUESTIONS: Record<string, string> = { 'GET /api/v1/why': '?to=%2B919800000001' };

/** A route's path with its parameters filled in, and a question where one has to be. */
export const fill = (route: Route, params: Record<string, string>): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${route.name}: the maker of its thing gives no ${name}`);
    return encodeURIComponent(value);
  }) + (QUESTIONS[route.name] ?? '');
