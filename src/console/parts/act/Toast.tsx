/** What was just done, and the way back where there is one. */
import { signal } from '@preact/signals';
import type { Problem } from '../../api';

interface Said {
  id: number;
  text: string;
  tone: 'good' | 'bad';
  undo?: () => unknown;
}

const SHOWN_MS = 6_000;
/** To change one's mind takes longer than to read. */
const UNDO_MS = 12_000;

const said = signal<readonly Said[]>([]);
let serial = 0;

/** Says that something was done. @param undo takes it back; absent = that can't be. */
export function toast(text: string, options: { undo?: () => unknown; tone?: Said['tone'] } = {}): void {
  const id = ++serial;
  said.value = [...said.value.slice(-2), { id, text, tone: options.tone ?? 'good', undo: options.undo }];
  setTimeout(() => drop(id), options.undo === undefined ? SHOWN_MS : UNDO_MS);
}

/** Says why something was not done. */
export const toastProblem = (problem: Problem): void => toast(`${problem.title}. ${problem.detail}`, { tone: 'bad' });

const drop = (id: number): void => void (said.value = said.value.filter((each) => each.id !== id));

/** Where they are said; once in the frame of all pages. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said.value.map(({ id, text, tone, undo }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          {undo !== undefined && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                drop(id);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => drop(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
