/** Keys: `/` to Find, `g` and a letter to a page, `?` for what there is. */
import { signal } from '@preact/signals';
import { href, leaveFor } from '../../router';
import { Dialog } from '../act/Dialog';

/** A page that can be gone to by its letter. */
export interface KeyedPage {
  path: string;
  title: string;
  /** The letter after `g`. */
  key: string;
}

/** Between `g` and its letter. */
const CHORD_MS = 1_500;
const helpShown = signal(false);

/** Listens from now on. @returns how to stop. */
export function startKeys(pages: readonly KeyedPage[]): () => void {
  let armedUntilMs = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const page = Date.now() < armedUntilMs ? pages.find(({ key }) => key === event.key) : undefined;
    armedUntilMs = 0;
    if (page !== undefined) leaveFor(href(page.path));
    else if (event.key === 'g') armedUntilMs = Date.now() + CHORD_MS;
    else if (event.key === '?') helpShown.value = !helpShown.value;
    else if (event.key === '/') focusFind();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName) || target.closest('dialog') !== null
  );
}

/** The box of Find takes the keys, on whatever page it is shown. */
function focusFind(): void {
  const box = document.querySelector<HTMLInputElement>('input[type=search]');
  if (box !== null) box.focus();
  else leaveFor(href('/find'));
}

/** The list of keys; shown by `?`. */
export function KeysHelp({ pages }: { pages: readonly KeyedPage[] }) {
  if (!helpShown.value) return null;
  const rows = [['/', 'Find'], ...pages.map(({ key, title }) => [`g ${key}`, title]), ['?', 'These keys']];
  return (
    <Dialog title="Keys" onClose={() => (helpShown.value = false)}>
      <dl class="keys">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key!.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
