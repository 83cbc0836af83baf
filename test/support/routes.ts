/** The routes of the api, found in its source and in README, so that a test of all of them misses none. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT, readDocument, tableRows } from './markdown';

/** Files below a folder, by their path from the project's root. */
export const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));

/** `GET /api/v1/gateways/:id` and so on, of every `router.get('…')` in the source. */
export function registeredRoutes(): string[] {
  return filesBelow('src/api', '.ts').flatMap((file) =>
    [...readDocument(file).matchAll(/\brouter\.(get|post|put|patch|delete|all)\(\s*'([^']+)'/g)].map(
      ([, method, where]) => `${method!.toUpperCase()} ${where}`,
    ),
  );
}

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
