/**
 * The script of the pages, as the build bundles it, in a document of its own: search, copying, trying an operation.
 *
 * @jest-environment @happy-dom/jest-environment
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './support/until';

const ASSETS = path.resolve(__dirname, '../dist/docs/assets');
/** `npm test` builds it first. */
const read = (name: string): string => readFileSync(path.join(ASSETS, name), 'utf8');

/* eslint-disable @typescript-eslint/no-explicit-any -- a document of a browser, whose types this project does not load. */
const page = globalThis as any;

const DOCUMENT = {
  paths: {
    '/api/v1/groups/{id}/members': {
      post: {
        operationId: 'addMembers',
        security: [{ bearer: [] }],
        parameters: [{ name: 'id', in: 'path', required: true }],
        requestBody: { content: { 'application/json': {} } },
      },
    },
  },
};

const asked: { url: string; options: any }[] = [];
function answer(url: string, options: any = {}): Promise<unknown> {
  asked.push({ url, options });
  const text = url.endsWith('search.json')
    ? read('search.json')
    : JSON.stringify(url === '/openapi.json' ? DOCUMENT : { added: 1 });
  return Promise.resolve({
    status: 200,
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text)),
  });
}

beforeAll(() => {
  expect(existsSync(ASSETS)).toBe(true);
  page.fetch = answer;
  page.document.body.innerHTML = `
    <form class="search" hidden><input type="search" /><div id="found"></div></form>
    <pre data-copy><code>npm start</code></pre>
    <details class="samples" data-try="addMembers"><summary>Samples</summary>
      <pre data-copy><code>curl -s "$HELIOGRAPH/x" --data-binary '{"name": "Asha'\\''s"}'</code></pre></details>`;
  page.eval(read('pages.js'));
});

test('without the script there is no search field that does nothing; with it one that finds pages', async () => {
  const form = page.document.querySelector('form.search');
  expect(form.hidden).toBe(false);
  const field = form.querySelector('input');
  field.value = 'dead webhook paused';
  field.dispatchEvent(new page.Event('input', { bubbles: true }));
  await until('a page is found that is about it', () => {
    const links = [...form.querySelectorAll('#found a')].map((link: any) => link.getAttribute('href'));
    return links.some((link: string) => /^\/docs\/(webhooks|runbook)/.test(link));
  });

  field.value = 'zzqqxx';
  field.dispatchEvent(new page.Event('input', { bubbles: true }));
  await until('it says that there is nothing', () => {
    return form.querySelector('#found').textContent === 'Nothing about “zzqqxx”.';
  });
});

test('what can be copied has a button', () => {
  expect([...page.document.querySelectorAll('button.copy')]).toHaveLength(2);
});

test('an operation is tried with the key that was typed, and with nothing that the browser keeps', async () => {
  const details = page.document.querySelector('details');
  details.open = true;
  details.dispatchEvent(new page.Event('toggle'));
  const form = await until<any>('there is a form', () => details.querySelector('form'));
  expect(form.querySelector('textarea').value).toBe('{"name": "Asha\'s"}');
  form.querySelector('input[type=password]').value = 'hg_1_secret';
  form.querySelector('input[name=id]').value = 'grp/1';
  form.dispatchEvent(new page.Event('submit', { cancelable: true }));
  await until('it is answered', () => form.querySelector('pre')?.textContent.startsWith('200 '));
  expect(asked.at(-1)).toEqual({
    url: '/api/v1/groups/grp%2F1/members',
    options: {
      method: 'POST',
      credentials: 'omit',
      headers: { Authorization: 'Bearer hg_1_secret', 'Content-Type': 'application/json' },
      body: '{"name": "Asha\'s"}',
    },
  });
  expect(form.querySelector('pre').textContent).toMatch(/^200 in \d+ ms\n\{\n {2}"added": 1\n\}$/);
  expect(page.localStorage).toHaveLength(0);
});
