/** The frame of a page that was written by hand: groups of pages at its side, and what is on the page itself. */
import { Html, html, type Piece } from '../html';
import { documentPage } from '../page';

/** A page in the list of all. */
export interface GuideEntry {
  address: string;
  group: string;
  title: string;
  /** Reached by links only. */
  hidden: boolean;
}

export interface Guide {
  address: string;
  title: string;
  /** Made from Markdown, so it holds nothing but what Markdown can say. */
  html: string;
  outline: readonly { id: string; title: string }[];
}

/** The page as HTML. @param all every page, in the order of the index */
export function guidePage(guide: Guide, all: readonly GuideEntry[]): string {
  return documentPage(
    guide.address === '/docs' ? guide.title : `${guide.title} · Heliograph`,
    html`${SEARCH}
      <div class="groups">
        <a class="group" href="/docs" ${current(guide.address === '/docs')}>All pages</a>
        <a class="group" href="/docs/api">API reference</a>
        ${groupsOf(all).map((group) => groupOf(group, guide, all))}
      </div>`,
    html`<article>${new Html(guide.html)}</article>`,
  );
}

/** Works where scripts do; without them it is not shown. */
const SEARCH = html`<form class="search" role="search" hidden>
  <label for="search">Search the pages</label>
  <input id="search" type="search" autocomplete="off" spellcheck="false" />
  <div id="found" role="status" aria-live="polite"></div>
</form>`;

const groupsOf = (all: readonly GuideEntry[]): string[] => [...new Set(all.map(({ group }) => group))];

const current = (is: boolean): Piece => (is ? new Html('aria-current="page"') : null);

function groupOf(group: string, guide: Guide, all: readonly GuideEntry[]): Html {
  const entries = all.filter((entry) => entry.group === group && (!entry.hidden || entry.address === guide.address));
  return html`<span class="group-name">${group}</span>
    <ul class="operations">
      ${entries.map(
        ({ address, title }) =>
          html`<li>
            <a href="${address}" ${current(address === guide.address)}>${title}</a>
            ${address === guide.address ? outlineOf(guide) : null}
          </li>`,
      )}
    </ul>`;
}

const outlineOf = ({ outline }: Guide): Piece =>
  outline.length < 2
    ? null
    : html`<ul class="outline">
        ${outline.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
      </ul>`;
