/** The frame around every page: the way to all others, what was done, what is asked. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { session, signOut } from '../../api';
import { address, href, mayLeave } from '../../router';
import { Questions } from '../act/Dialog';
import { Toasts, toastProblem } from '../act/Toast';
import { OfflineBar } from '../list/states';
import { ZoneNote } from '../show/Time';
import { KeysHelp, type KeyedPage } from './keys';
import { ThemeSwitch } from './theme';

/** Where each page is told of. */
export interface NavEntry extends KeyedPage {
  /** Below /console. */
  path: string;
}

const isWithin = (path: string, of: string): boolean => path === of || (of !== '/' && path.startsWith(`${of}/`));

export function Layout({ nav, children }: { nav: readonly NavEntry[]; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const { path } = address.value;
  const main = useRef<HTMLElement>(null);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class={open ? 'frame open' : 'frame'}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the page
      </a>
      <header class="top">
        <a class="brand" href={href('/')}>
          <Mark /> Heliograph
        </a>
        <button type="button" class="quiet menu" aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          Menu
        </button>
      </header>
      <nav id="nav" aria-label="Pages">
        <a class="brand" href={href('/')}>
          <Mark /> Heliograph
        </a>
        <ul>
          {nav.map((entry) => (
            <li key={entry.path}>
              <a href={href(entry.path)} aria-current={isWithin(path, entry.path) ? 'page' : undefined}>
                {entry.title}
                <kbd aria-hidden="true">{entry.key}</kbd>
              </a>
            </li>
          ))}
        </ul>
        <Who />
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        <OfflineBar />
        {children}
        <ZoneNote />
      </main>
      <Toasts />
      <Questions />
      <KeysHelp pages={nav} />
    </div>
  ); // prettier-ignore
}

/** The account, the key, the theme, the way out. */
function Who() {
  const who = session.value;
  const leave = async (): Promise<void> => {
    if (!(await mayLeave())) return;
    const result = await signOut();
    if (!result.ok) toastProblem(result.problem);
  };
  return (
    <div class="who">
      {who && (
        <p>
          <b>{who.accountName}</b>
          <br />
          <span class="soft">Key: {who.keyName}</span>
        </p>
      )}
      <ThemeSwitch />
      <p class="links">
        <a href="/docs" target="_blank" rel="noreferrer">
          Docs
        </a>
        <button type="button" class="quiet" onClick={() => void leave()}>
          Sign out
        </button>
      </p>
    </div>
  );
}

/** A mirror that sends the sun's light on. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <circle cx="9" cy="15" r="6" fill="none" stroke="currentColor" stroke-width="2.5" />
      <path d="M14 10l7-7M16.5 12.5l5-2M11.5 7.500l2-5" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
    </svg>
  ); // prettier-ignore
}
