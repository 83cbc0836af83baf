/** The routes as they are registered in the source. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT, readDocument } from './markdown';

/** Paths from the project's root of the files below `folder` whose names end like this. */
export const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file));

/** `METHOD /path` of every route, as Express writes it. */
export const registeredRoutes = (): string[] =>
  filesBelow('src/api', '.ts').flatMap((file) =>
    [...readDocument(file).matchAll(/\brouter\.(get|post|put|patch|delete|all)\('([^']+)'/g)].map(
      ([, method, where]) => `${method!.toUpperCase()} ${where}`,
    ),
  );
