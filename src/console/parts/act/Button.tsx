/** A button that does something now. Links go somewhere; buttons do. */
import type { ComponentChildren } from 'preact';
import { useBusy } from '../hooks';

export interface ButtonProps {
  children: ComponentChildren;
  /** While its promise is open the button is busy and takes no second press. */
  onClick(): unknown;
  /** `main`: the one that a page is for. `danger`: what can't be undone. `quiet`: beside others. */
  kind?: 'main' | 'danger' | 'quiet';
  disabled?: boolean;
  /** Why it can't be pressed, or what it does beyond its words. */
  title?: string;
}

export function Button({ children, onClick, kind, disabled = false, title }: ButtonProps) {
  const [busy, run] = useBusy();
  return (
    <button
      type="button"
      class={kind ?? ''}
      disabled={disabled}
      title={title}
      aria-busy={busy}
      onClick={() => run(async () => onClick())}
    >
      {children}
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}
