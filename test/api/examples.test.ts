/** The requests of `examples/`, in order, against the real thing: each is answered with the status that it names. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DateTime } from 'luxon';
import { fill, readHttpFile, readVariables } from '../support/http-file';
import { ROOT, readDocument } from '../support/markdown';
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

/** What a reader fills in; the address is where the requests go in any case. */
const FILLED = {
  key: ADMIN_KEY,
  "$datetime 'YYYY-MM-DD' 1 d": DateTime.utc().plus({ days: 1 }).toISODate(),
  baseUrl: '',
};

const files = readdirSync(path.join(ROOT, 'examples')).filter((file) => file.endsWith('.http'));

test.each(files)('%s', async (file) => {
  const text = readDocument(`examples/${file}`);
  expect(readVariables(text)).toMatchObject({ baseUrl: 'http://127.0.0.1:8080', key: expect.any(String) });
  const variables = { ...readVariables(text), ...FILLED };
  const answers: Record<string, unknown> = {};
  const seen: unknown[] = [];
  const examples = readHttpFile(text);
  for (const { title, name, method, url, headers, body } of examples) {
    const filled = (part: string): string => fill(part, variables, answers);
    const sent = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, filled(value)]));
    const answer = await stack.call(method, filled(url), body === undefined ? undefined : filled(body), {
      authorization: '',
      ...sent,
    });
    if (name !== undefined) answers[name] = answer.json;
    seen.push([title, answer.status]);
  }
  expect(examples.length).toBeGreaterThan(0);
  expect(seen).toEqual(examples.map(({ title, status }) => [title, status]));
});
