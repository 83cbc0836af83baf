/** What stands where data is not: it comes, there is none, it can't be had. */
import type { ComponentChildren } from 'preact';
import { offline, type Problem } from '../../api';
import type { Loaded } from '../hooks';
import { PageHead } from '../page/PageHead';

/** Space is kept for what comes, so that nothing jumps. */
export function Loading({ what, lines = 4 }: { what: string; lines?: number }) {
  return (
    <div class="loading" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="bone" />
      ))}
    </div>
  );
}

/** Says what to do first, and has the button for it as its children. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <div class="what">{children}</div>
    </div>
  );
}

/** What happened, what is safe, what to do. @param what could not be had: `the messages`. */
export function ErrorState({ problem, what, retry }: { problem: Problem; what: string; retry?: () => void }) {
  return (
    <div class="error" role="alert">
      <h2>{titleOf(problem, what)}</h2>
      <p>{problem.detail}</p>
      {problem.errors !== undefined && problem.errors.length > 0 && (
        <ul>
          {problem.errors.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      <p class="actions">
        {retry !== undefined && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
        {problem.status > 0 && (
          <a href={`/docs/errors#${problem.code}`} target="_blank" rel="noreferrer">
            About <code>{problem.code}</code>
          </a>
        )}
      </p>
    </div>
  );
}

function titleOf(problem: Problem, what: string): string {
  if (problem.status === 404) return `Not found: ${what}`;
  if (problem.status === 403) return `Your key may not see ${what}`;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} can’t be shown: ${problem.title}`;
}

/**
 * Shows what was loaded, or why it is not there. What was loaded before stays beside a problem that came later.
 * @param what it is, as it is read in a sentence: `the messages`.
 * @param title the page's heading until the data bring one of their own; without it the page has a heading already.
 */
export function Shown<T>({
  of,
  what,
  title,
  lines,
  children,
}: {
  of: Loaded<T>;
  what: string;
  title?: string;
  lines?: number;
  children(data: T): ComponentChildren;
}) {
  if (of.data === undefined) {
    return (
      <>
        {title !== undefined && <PageHead title={title} />}
        {of.problem === undefined ? (
          <Loading what={what} lines={lines} />
        ) : (
          <ErrorState problem={of.problem} what={what} retry={of.reload} />
        )}
      </>
    );
  }
  return (
    <>
      {of.problem !== undefined && of.problem.code !== 'offline' && (
        <ErrorState problem={of.problem} what={what} retry={of.reload} />
      )}
      {children(of.data)}
    </>
  );
}

/** Stands above every page while the server can't be reached. */
export function OfflineBar() {
  if (!offline.value) return <div role="status" />;
  return (
    <div class="offline" role="status">
      <b>Heliograph can’t be reached.</b> What you see is as it was; sending goes on where it runs. Trying again …
    </div>
  );
}
