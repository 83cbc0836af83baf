/** `docs/errors.md` as a page, so that the `type` of every problem leads to its explanation. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { html, inline, type Html, type Piece } from './html';
import { documentPage } from './page';

const SOURCE = path.resolve(__dirname, '../../../docs/errors.md');

export function errorsPage(): string {
  const navigation = html`<a class="group" href="/docs">API</a> <a class="group" href="/openapi.json">openapi.json</a>`;
  return documentPage('Heliograph errors', navigation, toHtml(readFileSync(SOURCE, 'utf8')));
}

/** The Markdown that the page is written in: headings, paragraphs, lists, fenced code and tables. */
export function toHtml(markdown: string): Piece {
  return markdown
    .split(/(^```[\s\S]*?^```$)|\n\s*\n/m)
    .filter((block) => block !== undefined && block.trim() !== '')
    .map((block) => toBlock(block.trim()));
}

function toBlock(block: string): Html {
  const [, fenced] = /^```\w*\n([\s\S]*?)\n```$/.exec(block) ?? [];
  if (fenced !== undefined) return html`<pre tabindex="0">${fenced}</pre>`;
  const [, hashes, heading] = /^(#{1,2}) (.*)$/.exec(block) ?? [];
  if (hashes === '#') return html`<h1>${heading}</h1>`;
  if (hashes === '##') return html`<h2>${heading}</h2>`;
  if (block.startsWith('|')) return toTable(block.split('\n'));
  return html`<p>${inline(block)}</p>`;
}

/** Each row has its first cell as its id: the code. */
function toTable([header, , ...rows]: string[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${cellsOf(header!).map((cell) => html`<th>${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(cellsOf).map(
        (cells) =>
          html`<tr id="${cells[0]!.replaceAll('`', '')}">
            ${cells.map((cell) => html`<td>${inline(cell)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const cellsOf = (row: string): string[] =>
  row
    .slice(1, row.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
