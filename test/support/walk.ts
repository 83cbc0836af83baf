/** Every route with its scope, for tests that walk all of them. */
import { readDocument, tableRows } from './markdown';
import { registeredRoutes } from './routes';

export interface Route {
  /** `GET /api/v1/gateways/:id`. */
  name: string;
  method: string;
  path: string;
  /** What a key must be allowed; `none` = no key is asked for. */
  scope: string;
  /** Names of its parameters. */
  params: string[];
}

/** Every registered route with the scope that README says. @throws Error when README lacks one. */
export function allRoutes(): Route[] {
  const rows = tableRows(readDocument('README.md'), ['Method', 'Path', 'Scope', 'Answers']);
  const scopes = new Map(rows.map(([method, where, scope]) => [`${method} ${where}`, scope!]));
  return registeredRoutes().map((name) => {
    const [method, where] = name.split(' ') as [string, string];
    const scope = scopes.get(name);
    if (scope === undefined) throw new Error(`README’s table of routes lacks ${name}`);
    return { name, method, path: where, scope, params: [...where.matchAll(/:(\w+)/g)].map(([, param]) => param!) };
  });
}

/** A route's path with its parameters filled in. */
export const fill = (route: Route, params: Record<string, string>): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${route.name}: the maker of its thing gives no ${name}`);
    return encodeURIComponent(value);
  });
