/** What `/openapi.json` and `/docs` answer, without a key. */
import { createHash } from 'node:crypto';
import { ERRORS } from '../../src/errors';
import { operations } from '../../src/api/operations';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const get = (path: string) => stack.call('GET', path, undefined, { authorization: '' });

test('200: /openapi.json names this server and has every operation', async () => {
  const { status, json } = await get('/openapi.json');
  expect(status).toBe(200);
  expect(json).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://sms.example.com' }] });
  expect(json.components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl).toBe(
    'https://sms.example.com/oauth/token',
  );
  const ids = Object.values(json.paths as Record<string, Record<string, { operationId: string }>>).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(ids.sort()).toEqual(operations.map(({ id }) => id).sort());
});

describe.each(['/docs', '/docs/errors'])('200: %s', (path) => {
  test('brings all it needs, and its policy lets that through and nothing else', async () => {
    const { status, headers, text } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).not.toMatch(/<script|<img|\ssrc=|\sstyle=|\son\w+=|url\(|@import/i);
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(text)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toMatch(/^default-src 'none';/);
  });

  test('its links lead somewhere', async () => {
    const { text } = await get(path);
    const pages: Record<string, string> = { [path]: text };
    for (const [, link] of text.matchAll(/href="([#/][^"]*)"/g)) {
      const [page, anchor] = link!.split('#') as [string, string | undefined];
      pages[page || path] ??= (await get(page)).text;
      if (anchor !== undefined) expect(pages[page || path]).toContain(`id="${anchor}"`);
    }
  });
});

test('/docs has every operation, and what was written about it as text', async () => {
  const { text } = await get('/docs');
  for (const { id, summary } of operations) {
    expect(text).toContain(`id="${id}"`);
    expect(text).toContain(summary.split('`')[0]!);
  }
});

test('the type of a problem is a place on /docs/errors, for every code', async () => {
  const { json } = await get('/api/v1/messages');
  expect(json).toMatchObject({ code: 'unauthorized', type: '/docs/errors#unauthorized' });
  const { text } = await get('/docs/errors');
  for (const code of Object.keys(ERRORS)) expect(text).toContain(`id="${code}"`);
});

test('405: a method that the path has not; Allow names those it has', async () => {
  const { status, headers, json } = await stack.call('PUT', '/api/v1/gateways/gw_1', {});
  expect([status, json.code, headers.get('allow')]).toEqual([405, 'method-not-allowed', 'GET, HEAD, PATCH, DELETE']);
  expect((await get('/docs/nothing')).headers.get('allow')).toBeNull();
});

test('404: a page that is not there', async () => {
  expect((await get('/docs/nothing')).json).toMatchObject({ status: 404, code: 'not-found' });
});
