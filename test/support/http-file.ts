/** Reads `.http` files as VS Code's REST Client does, as far as the examples use them. */

export interface HttpExample {
  /** What stands behind `###`. */
  title: string;
  /** Of `# @name`: later requests refer to its answer. */
  name: string | undefined;
  /** Of `# Expect:`. */
  status: number;
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | undefined;
}

/** The requests of a file, in order, with their `{{variables}}` as they stand. @throws Error naming a request without status. */
export function readHttpFile(text: string): HttpExample[] {
  return text
    .split(/^###/m)
    .slice(1)
    .map((block) => {
      const [titleLine = '', ...lines] = block.split('\n');
      const title = titleLine.trim();
      const comment = (pattern: RegExp) => lines.map((line) => pattern.exec(line)?.[1]).find((found) => found);
      const status = Number(comment(/^# Expect: (\d{3})$/));
      if (!(status >= 200)) throw new Error(`"${title}" does not say which status it expects: # Expect: 200`);
      const request = lines
        .filter((line) => !line.startsWith('#'))
        .join('\n')
        .trim();
      const blank = request.indexOf('\n\n');
      const [first = '', ...headers] = (blank < 0 ? request : request.slice(0, blank)).split('\n');
      const [method = '', url = ''] = first.split(' ');
      return {
        title,
        name: comment(/^# @name (\w+)$/),
        status,
        method,
        url,
        headers: Object.fromEntries(headers.map((line) => splitHeader(line))),
        body: blank < 0 ? undefined : request.slice(blank + 2),
      };
    });
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** The values of `@name = value` lines. */
export const readVariables = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, value!]));

/**
 * Fills `{{name}}` and `{{request.response.body.$.path[0]}}`.
 * @param answers bodies of the named requests before this one
 * @throws Error naming what has no value
 */
export function fill(text: string, variables: Record<string, string>, answers: Record<string, unknown>): string {
  return text.replace(/\{\{([^}]+)\}\}/g, (_, expression: string) => {
    const [, request, path] = /^(\w+)\.response\.body\.\$\.(.+)$/.exec(expression) ?? [];
    const value =
      request === undefined
        ? variables[expression]
        : path!
            .split(/[.[\]]+/)
            .filter(Boolean)
            .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], answers[request]);
    if (typeof value !== 'string') throw new Error(`{{${expression}}} has no value`);
    return value;
  });
}
