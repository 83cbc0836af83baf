/** What `/openapi.json` and the pages below `/docs` answer, without a key. */
import { createHash } from 'node:crypto';
import { ERRORS } from '../../src/errors';
import { operations } from '../../src/api/operations';
import { codeBlocks, filesBelow, readDocument } from '../support/markdown';
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

const hrefs = (text: string): string[] => [...text.matchAll(/(?:href|src)="([#/][^"]*)"/g)].map(([, link]) => link!);

describe.each(['/docs', '/docs/api', '/docs/errors', '/docs/providers/infobip'])('200: %s', (path) => {
  test('is a page whose policy lets through its style, the one script, and nothing else', async () => {
    const { status, headers, text } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text.match(/<script.*?<\/script>/g)).toEqual(['<script src="/docs/assets/pages.js" defer></script>']);
    expect(text).not.toMatch(/\sstyle=|<[^>]*\son\w+=|url\(|@import|(src|href)="https?:[^"]*\.(js|css)/i);
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(text)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });
});

test('every page is reached from the index, and every link of every page leads to a place that is there', async () => {
  const pages: Record<string, string> = { '/docs': (await get('/docs')).text };
  const broken: string[] = [];
  for (const [page, text] of walk(pages)) {
    for (const link of hrefs(text)) {
      const [where, anchor] = link.split('#') as [string, string | undefined];
      const target = where === '' ? page : where;
      if (!target.startsWith('/docs') && target !== '/openapi.json') continue;
      if (pages[target] === undefined) {
        const answer = await get(target);
        if (answer.status !== 200) broken.push(`${page}: ${link} is ${answer.status}`);
        pages[target] = answer.text;
      }
      if (anchor !== undefined && !pages[target]!.includes(`id="${anchor}"`)) broken.push(`${page}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
  const written = filesBelow('docs', '.md').filter((file) => file !== 'docs/README.md');
  const served = (file: string) => pages[`/${file.slice(0, -'.md'.length)}`] !== undefined;
  // Decisions are reached by those that lead to them, and the first one from the index.
  expect(written.filter((file) => !file.includes('/decisions/') && !served(file))).toEqual([]);
  for (const file of written.filter((one) => one.includes('/decisions/'))) {
    expect([file, (await get(`/${file.slice(0, -'.md'.length)}`)).status]).toEqual([file, 200]);
  }
});

/** What is there, and what is added while one goes through it. */
function* walk(pages: Record<string, string>): Generator<[string, string]> {
  const seen = new Set<string>();
  for (;;) {
    const next = Object.keys(pages).find((page) => !seen.has(page));
    if (next === undefined) return;
    seen.add(next);
    yield [next, pages[next]!];
  }
}

test('a page speaks of pages, not of files: its Markdown links are links, and no customer is sent to src', async () => {
  const { text } = await get('/docs/errors');
  expect(text).toContain('<a href="/docs/clevertap#what-a-gateway-cant-carry">');
  expect(text).not.toMatch(/\bsrc\//);
  expect(text).not.toMatch(/\]\(/);
});

describe('a diagram is a picture, and a list for who can’t see it', () => {
  const contentOf = async (page: string): Promise<{ svg: string; list: string[] }> => {
    const { text } = await get(`/docs/${page}`);
    expect(text).not.toMatch(/--&gt;|mermaid|\sstyle=/);
    const [, svg, items] = /(<svg [\s\S]*?<\/svg>)[\s\S]*?<ul>(.*?)<\/ul><\/details>/.exec(text)!;
    return { svg: svg!, list: [...items!.matchAll(/<li>(.*?)<\/li>/g)].map(([, item]) => item!) };
  };
  const arrowsOf = (page: string): string[] =>
    codeBlocks(readDocument(`docs/${page}.md`), 'mermaid')[0]!.match(/.*-->.*/g)!;

  test.each(['state-machine', 'campaigns'])(
    'states of %s: each change is a dot, and stands in the list',
    async (page) => {
      const { svg, list } = await contentOf(page);
      const changes = arrowsOf(page)
        .filter((arrow) => !arrow.includes('[*]'))
        .map((arrow) => arrow.trim().split(' --> '));
      expect(svg.match(/<circle /g)).toHaveLength(changes.length);
      for (const [from, to] of changes) {
        const becomes = list
          .find((item) => item.split(' ')[0] === from)!
          .replace(/, or stays$/, '')
          .split(' becomes ')[1]!;
        expect(becomes.split(', ')).toContain(to);
      }
    },
  );

  test('steps of a failover: each stands in both, under what leads to it', async () => {
    const { svg, list } = await contentOf('failover');
    const arrows = arrowsOf('failover');
    expect(list).toHaveLength(arrows.length);
    expect(svg.match(/<rect /g)).toHaveLength(arrows.length + 1);
    expect(list).toContain('waits for its receipt → receipt: delivered → delivered');
    for (const part of list.flatMap((item) => item.split(' → '))) expect(svg).toContain(`>${part}</text>`);
  });
});

test('the search index is there, and finds a page by what stands in it', async () => {
  const { headers, json } = await get('/docs/assets/search.json');
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(json.documentCount).toBeGreaterThan(200);
  expect(Object.values(json.storedFields as Record<string, { address: string }>)).toContainEqual(
    expect.objectContaining({ address: '/docs/runbook#callbacks-pile-up' }),
  );
  expect((await get('/docs/assets/pages.js')).headers.get('content-type')).toMatch(/^text\/javascript/);
});

test('nothing but what the build has made is served', async () => {
  for (const path of [
    '/docs/..%2f..%2fpackage.json',
    '/docs/assets/..%2f..%2findex',
    '/docs/.built',
    '/docs/assets/none.js',
  ]) {
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  }
});

test('/docs/api has every operation with samples, and what was written about it as text', async () => {
  const { text } = await get('/docs/api');
  for (const { id, summary } of operations) {
    expect(text).toContain(`id="${id}"`);
    expect(text).toContain(`data-try="${id}"`);
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
