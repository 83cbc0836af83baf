/** Markdown as the pages of `/docs` show it: headings with ids, tables that a phone can show, links that lead to pages. */
import MarkdownIt from 'markdown-it';
import { drawDiagram } from './diagram.mjs';

/** Words of a heading as the fragment that GitHub gives them. */
export const slugOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

/** Comments tell tests and the index something; readers see none. Those inside of code stay. */
export const withoutComments = (markdown) =>
  markdown
    .split(/(^ *```[\s\S]*?^ *```$)/m)
    .map((part) => (/^ *```/.test(part) ? part : part.replace(/^<!--[\s\S]*?-->\n?/gm, '')))
    .join('');

/**
 * One page.
 * @param resolve what becomes of a link or an image: an href, or null where only its words are to stay
 * @param titleOf the title of a page by its href, for links whose words are the name of its file
 * @returns `html`; `title` = the first heading; `lead` = the first sentence below it; `sections` = the text by heading,
 *   for the search: `{id, title, text}`, the first one without an id.
 */
export function renderMarkdown(markdown, resolve = (link) => link, titleOf = () => undefined) {
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false });
  const tokens = md.parse(withoutComments(markdown), {});
  const sections = nameHeadings(tokens);
  for (const { children } of tokens) if (children) rewriteLinks(children, resolve, titleOf);
  labelCells(tokens, md);
  md.renderer.rules.fence = (all, at) => fenced(all[at], md);
  md.renderer.rules.table_open = (all, at) =>
    `<div class="table" tabindex="0" role="region" aria-label="${md.utils.escapeHtml(all[at].meta)}"><table>\n`;
  md.renderer.rules.table_close = () => '</table></div>\n';
  return {
    html: md.renderer.render(tokens, md.options, {}),
    title: sections.find(({ level }) => level === 1)?.title ?? '',
    lead: leadOf(tokens),
    sections,
  };
}

/** Gives each heading its id, and gathers what stands below it. */
function nameHeadings(tokens) {
  const sections = [];
  const seen = new Map();
  tokens.forEach((token, at) => {
    if (token.type === 'heading_open') {
      const title = plain(tokens[at + 1]);
      const slug = slugOf(title);
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      const id = times === 0 ? slug : `${slug}-${times}`;
      token.attrSet('id', id);
      sections.push({ id, level: Number(token.tag.slice(1)), title, text: '' });
    } else if (token.type === 'inline' && tokens[at - 1].type !== 'heading_open' && sections.length > 0) {
      sections.at(-1).text += `${plain(token)} `;
    } else if (token.type === 'fence' && sections.length > 0) {
      sections.at(-1).text += `${token.content} `;
    }
  });
  return sections;
}

const plain = ({ children }) =>
  children.map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'image' ? '' : content)).join('');

/** A paragraph's first sentence. */
function leadOf(tokens) {
  const at = tokens.findIndex(({ type }) => type === 'paragraph_open');
  if (at < 0) return '';
  return /^.*?[.:!?](?=\s|$)/.exec(plain(tokens[at + 1]))?.[0].replace(/:$/, '.') ?? plain(tokens[at + 1]);
}

function rewriteLinks(children, resolve, titleOf) {
  const open = [];
  for (const [at, token] of children.entries()) {
    if (token.type === 'image') token.attrSet('src', resolve(token.attrGet('src')) ?? 'data:,');
    if (token.type === 'link_open') {
      const href = resolve(token.attrGet('href'));
      open.push(href);
      if (href !== null) {
        token.attrSet('href', href);
        const words = children[at + 1];
        if (/^[\w/-]+\.md$/.test(words.content)) words.content = titleOf(href) ?? words.content;
      }
      if (href === null) hide(token);
    }
    if (token.type === 'link_close' && open.pop() === null) hide(token);
  }
}

const hide = (token) => Object.assign(token, { type: 'text', content: '', hidden: true });

/** Cells say of which column they are, for screens that show no columns; a row that explains a code has it as its id. */
function labelCells(tokens, md) {
  let columns = [];
  let column = 0;
  let row;
  let heading = '';
  let tables = 0;
  tokens.forEach((token, at) => {
    if (token.type === 'heading_open') heading = plain(tokens[at + 1]);
    // Whoever hears the page is told which table it is.
    if (token.type === 'table_open') token.meta = `Table ${(tables += 1)}: ${heading}`;
    if (token.type === 'thead_open') columns = [];
    if (token.type === 'th_open') columns.push(plain(tokens[at + 1]));
    if (token.type === 'tr_open') [row, column] = [token, 0];
    if (token.type !== 'td_open') return;
    const { children } = tokens[at + 1];
    if (column === 0 && columns[0] === 'Code' && children.length === 1 && children[0].type === 'code_inline') {
      row.attrSet('id', md.utils.escapeHtml(children[0].content));
    } else if (column > 0 && children.length > 0) token.attrSet('data-label', columns[column]);
    column += 1;
  });
}

/** What a reader copies is marked as such; the script puts a button there. */
function fenced({ info, content }, md) {
  if (info.trim() === 'mermaid') return drawDiagram(content);
  const copied = ['sh', 'json', 'ini', 'sql', 'ts'].includes(info.trim()) ? ' data-copy' : '';
  return `<pre tabindex="0"${copied}><code>${md.utils.escapeHtml(content.trimEnd())}</code></pre>\n`;
}
