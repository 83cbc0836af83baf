/** Addresses below /console, and the way from one to another without loading the page anew. */
import { signal } from '@preact/signals';

const BASE = '/console';

/**
 * Where the person is: the path below the base, the query, and what stands behind `#`, which no server or proxy is told of:
 * the place for a number that somebody looks for.
 */
export interface Address {
  path: string;
  query: URLSearchParams;
  hash: URLSearchParams;
}

/** What a page is handed: the parameters of its path and the query of its address. */
export interface PageProps {
  params: Record<string, string>;
  query: URLSearchParams;
}

const read = (): Address => ({
  path: location.pathname.slice(BASE.length).replace(/\/+$/, '') || '/',
  query: new URLSearchParams(location.search),
  hash: new URLSearchParams(location.hash.slice(1)),
});

export const address = signal<Address>({
  path: '/',
  query: new URLSearchParams(),
  hash: new URLSearchParams(),
});

/** The address of a page, as a link has it: `href('/messages/1')`. */
export const href = (path: string): string => (path === '/' ? BASE : BASE + path);

/** Asks whether the page may be left, where something would be lost; absent = it may. */
let guard: (() => Promise<boolean>) | undefined;

/** From now on the page is left only where `mayGo` says so, links and the browser's own steps. @returns how to stop. */
export function guardPage(mayGo: () => Promise<boolean>): () => void {
  guard = mayGo;
  const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault();
  window.addEventListener('beforeunload', onUnload);
  return () => {
    if (guard === mayGo) guard = undefined;
    window.removeEventListener('beforeunload', onUnload);
  };
}

/** Whether the page may be left: at once, unless it is guarded. */
export const mayLeave = (): Promise<boolean> => guard?.() ?? Promise.resolve(true);

/** Goes there as {@link go} does, unless the page is guarded and the person stays. */
export function leaveFor(url: string): void {
  if (guard === undefined) go(url);
  else void mayLeave().then((may) => may && go(url));
}

/** Goes to `/console…`, as a link would; `replace` leaves no step to go back to. */
export function go(url: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  const before = address.value.path;
  address.value = read();
  if (address.value.path !== before) window.scrollTo?.(0, 0);
}

/** The present address with other parameters; an empty one is taken out. A filter begins at the first page of its list. */
export function withQuery(changes: Record<string, string | undefined>): string {
  const query = new URLSearchParams(address.value.query);
  if (!('cursor' in changes)) query.delete('cursor');
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  return href(address.value.path) + (query.size === 0 ? '' : `?${query.toString()}`);
}

/** The parameters of a path that fits the pattern `/messages/:id`, decoded; null = it does not. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(':')) {
      if (given[i] === '') return null;
      params[part.slice(1)] = decode(given[i]!);
    } else if (part !== given[i]) return null;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Follows links and the browser's own steps from now on. @returns how to stop. */
export function startRouter(): () => void {
  address.value = read();
  let shownUrl = location.href;
  const forget = address.subscribe(() => void (shownUrl = location.href));
  const onStep = (): void => {
    if (guard === undefined) return void (address.value = read());
    // The browser is there already: back to what is shown, until the person has said so.
    const wanted = location.href;
    history.pushState(null, '', shownUrl);
    leaveFor(wanted);
  };
  const onClick = (event: MouseEvent): void => {
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || !isOurs(link) || hasIntent(event)) return;
    event.preventDefault();
    leaveFor(link.pathname + link.search + link.hash);
  };
  window.addEventListener('popstate', onStep);
  document.addEventListener('click', onClick);
  return () => {
    forget();
    window.removeEventListener('popstate', onStep);
    document.removeEventListener('click', onClick);
  };
}

const isOurs = ({ origin, pathname, target, download }: HTMLAnchorElement): boolean =>
  origin === location.origin && /^\/console(\/|$)/.test(pathname) && target === '' && download === '';

/** A new tab, a new window, or handled already. */
const hasIntent = (event: MouseEvent): boolean =>
  event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
