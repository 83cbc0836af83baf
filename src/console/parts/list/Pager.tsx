/** The next page of a list, by its cursor: a link, so that a page can be kept and gone back to. */
import { address, withQuery } from '../../router';

/** @param next the list's `nextCursor`. */
export function Pager({ next }: { next: string | null | undefined }) {
  const isFirst = !address.value.query.has('cursor');
  if (isFirst && (next ?? null) === null) return null;
  return (
    <nav class="pager" aria-label="Pages of the list">
      {!isFirst && <a href={withQuery({ cursor: undefined })}>← First page</a>}
      {(next ?? null) !== null && <a href={withQuery({ cursor: next! })}>Next page →</a>}
    </nav>
  );
}
