/** HTML that is safe by construction: what is put into a template is escaped unless it is HTML itself. */
export class Html {
  constructor(readonly text: string) {}
}

export type Piece = string | number | Html | null | undefined | readonly Piece[];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template: html`<p>${text}</p>`. Lists are joined; null and undefined are nothing. */
export function html(parts: TemplateStringsArray, ...pieces: Piece[]): Html {
  return new Html(parts.map((part, i) => part + textOf(pieces[i])).join(''));
}

function textOf(piece: Piece): string {
  if (piece === null || piece === undefined) return '';
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return (piece as readonly Piece[]).map(textOf).join('');
  return String(piece as string | number).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** Pieces with something between them. */
export const join = (pieces: readonly Piece[], between: Piece): Piece =>
  pieces.flatMap((piece, i) => (i === 0 ? [piece] : [between, piece]));

/** One line of Markdown: `code`, and links that lead to a place on the page; of others the words stay. */
export function inline(text: string): Piece {
  return text.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith('`') && part.length > 1) return html`<code>${part.slice(1, -1)}</code>`;
    const [, words, target] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part) ?? [];
    if (words === undefined) return part;
    return target!.startsWith('#') ? html`<a href="${target}">${inline(words)}</a>` : inline(words);
  });
}

/** Paragraphs of such lines, parted by empty ones. */
export const prose = (text: string | undefined): Piece =>
  (text ?? '')
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map((paragraph) => html`<p>${inline(paragraph)}</p>`);
