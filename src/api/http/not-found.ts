/** What is answered where no route is: 405 when the path has other methods, else 404. */
import type { RequestHandler } from 'express';
import { AppError } from '../../errors';

/**
 * @param routes all that there are.
 * @returns what throws AppError method-not-allowed with `Allow` (RFC 9110, section 15.5.6), not-found
 */
export function noRoute(routes: readonly { method: string; path: string }[]): RequestHandler {
  const paths = byPath(routes);
  return (request, response) => {
    const allowed = paths.flatMap(({ pattern, methods }) => (pattern.test(request.path) ? [...methods] : []));
    if (allowed.length === 0) throw new AppError('not-found', 'There is no such route');
    const list = [...new Set(allowed)].join(', ');
    response.setHeader('Allow', list);
    throw new AppError('method-not-allowed', `This route takes ${list}, not ${request.method}`);
  };
}

/** Each path as Express matches it, with its methods. */
function byPath(routes: readonly { method: string; path: string }[]): { pattern: RegExp; methods: Set<string> }[] {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  for (const { method, path } of routes) {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}/?$`);
    const known = paths.get(path) ?? { pattern, methods: new Set<string>() };
    paths.set(path, known);
    known.methods.add(method.toUpperCase());
    // Express answers HEAD wherever it answers GET.
    if (method === 'get') known.methods.add('HEAD');
  }
  return [...paths.values()];
}
