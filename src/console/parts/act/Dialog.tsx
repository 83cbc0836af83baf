/** Dialogs: forms beside a page, and questions before what can't be undone. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A `<dialog>` over the page; Escape and its close button call `onClose`. */
export function Dialog({ title, onClose, children }: { title: string; onClose(): void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** What is asked before it is done. */
export interface Question {
  title: string;
  /** What will happen, and what will not. */
  text: ComponentChildren;
  /** Names what it does: `Cancel 3,412 messages that have not left`. */
  action: string;
  /** What the other button says; `Keep it as it is` unless given. */
  keep?: string;
  /** It can't be undone. */
  danger?: boolean;
}

const asked = signal<(Question & { answer(yes: boolean): void }) | null>(null);

/** Asks the person; true = they want it. One question at a time: an open one is answered with no. */
export function ask(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where {@link ask} asks; once in the frame of all pages. */
export function Questions() {
  const question = asked.value;
  const keep = useRef<HTMLButtonElement>(null);
  // What destroys is never what Enter presses.
  useEffect(() => keep.current?.focus(), [question]);
  if (question === null) return null;
  const { title, text, action, danger, answer } = question;
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <div class="what">{text}</div>
      <p class="actions">
        <button type="button" ref={keep} onClick={() => answer(false)}>
          {question.keep ?? 'Keep it as it is'}
        </button>
        <button type="button" class={danger === true ? 'danger' : 'main'} onClick={() => answer(true)}>
          {action}
        </button>
      </p>
    </Dialog>
  );
}
