import type { ComponentChildren } from 'preact';

/** The heading of a page: its name, what it says in a sentence, and what can be done on it. */
export function PageHead({
  title,
  sentence,
  children,
}: {
  title: string;
  sentence?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="head">
      <div>
        <h1>{title}</h1>
        {sentence !== undefined && <p class="sentence">{sentence}</p>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </header>
  );
}
