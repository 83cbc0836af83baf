/**
 * Makes the pages of `/docs` from the Markdown of `docs/`: dist/docs/<address>.html, the search index and the script of the
 * pages. Runs after the compiler: the frame around a page is the API's own (src/api/openapi/page.ts).
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { addressOf, indexMarkdown, readPages } from './index.mjs';
import { renderMarkdown } from './markdown.mjs';
import { SEARCH } from './search.mjs';

const require = createRequire(import.meta.url);

/** Long lists that answer no question. */
const NOT_SEARCHED = ['docs/licenses.md', 'CHANGELOG.md'];

/** Writes everything below `dist/docs`. @throws Error naming a page and a link of it that leads nowhere */
export async function buildDocs(root) {
  const folder = path.join(root, 'dist', 'docs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  const { guidePage } = require(path.join(root, 'dist', 'api', 'openapi', 'guides', 'page.js'));
  const pages = readPages(root);
  const list = pages.map(({ address, group, title, file }) => ({
    address,
    group,
    title,
    hidden: /\/decisions\//.test(file),
  }));
  const index = { file: 'docs/README.md', address: '/docs', group: '', title: '', markdown: indexMarkdown(pages) };
  const titles = new Map(list.map(({ address, title }) => [address, title]));
  const titleOf = (href) => titles.get(href.split('#')[0]);
  const found = [];
  for (const page of [index, ...pages]) {
    const { html, title, sections } = renderMarkdown(page.markdown, (link) => resolve(root, page.file, link), titleOf);
    const target = path.join(
      folder,
      page.address === '/docs' ? 'index.html' : `${page.address.slice('/docs/'.length)}.html`,
    );
    mkdirSync(path.dirname(target), { recursive: true });
    const outline = sections.filter(({ level }) => level === 2);
    writeFileSync(target, guidePage({ address: page.address, title, html, outline }, list));
    if (page === index || NOT_SEARCHED.includes(page.file)) continue;
    for (const { id, title: heading, text, level } of sections) {
      const where = level === 1 ? page.address : `${page.address}#${id}`;
      found.push({ id: found.length, address: where, page: title, title: heading, text });
    }
  }
  writeFileSync(path.join(folder, 'assets', 'search.json'), JSON.stringify(searchIndex(found)));
  await bundleScript(folder);
  const images = path.join(root, 'docs', 'images');
  if (existsSync(images)) cpSync(images, path.join(folder, 'images'), { recursive: true });
}

function searchIndex(sections) {
  const MiniSearch = require('minisearch');
  const index = new MiniSearch(SEARCH);
  index.addAll(sections);
  return index;
}

async function bundleScript(folder) {
  const { build } = require('esbuild');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'browser.js')],
    outfile: path.join(folder, 'assets', 'pages.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
}

/** Where a link of `file` leads on the pages: to a page, a picture, the document of the API; of others the words stay. */
function resolve(root, file, link) {
  if (/^(https?:|mailto:|#|\/)/.test(link)) return link;
  const [where, anchor] = link.split('#');
  const target = path.posix.join(path.posix.dirname(file), where);
  if (!existsSync(path.join(root, target))) throw new Error(`${file} has a link that leads nowhere: ${link}`);
  if (target === 'docs/openapi.json') return '/openapi.json';
  if (target.startsWith('docs/images/')) return `/${target}`;
  const address = addressOf(target);
  if (address === null) return null;
  return anchor === undefined ? address : `${address}#${anchor}`;
}
