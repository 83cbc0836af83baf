/** What tests of pages and parts hold: a page on the screen, an API that answers as it is told, a person's hands. */
import type { ComponentChildren } from 'preact';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { Questions, Toasts } from '../parts';
import { address } from '../router';

/** Shows this as the page at an address below /console. */
export function show(page: ComponentChildren, at = '/'): void {
  const url = new URL(at, 'http://console.test');
  history.replaceState(null, '', `/console${url.pathname === '/' ? '' : url.pathname}${url.search}${url.hash}`);
  void act(() => {
    address.value = { path: url.pathname, query: url.searchParams, hash: new URLSearchParams(url.hash.slice(1)) };
    render(
      <>
        {page}
        <Toasts />
        <Questions />
      </>,
      document.body,
    );
  });
}

/** A problem as the API answers it. */
export const refusal = (status: number, code: string, detail = 'Something is wrong with it.') => ({
  problem: { status, code, title: code, detail },
});

export interface Asked {
  /** `GET /api/v1/messages`. */
  route: string;
  query: Record<string, string>;
  body: unknown;
  headers: Record<string, string>;
}

type Reply = unknown | ((asked: Asked) => unknown);

/**
 * The API from now on: what each `METHOD /path` answers, or a function that makes the answer; what is not named is 404.
 * @returns everything that was asked, in order.
 */
export function fakeApi(replies: Record<string, Reply>): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://console.test');
    const request: Asked = {
      route: `${init.method ?? 'GET'} ${url.pathname}`,
      query: Object.fromEntries(url.searchParams),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
      headers: (init.headers ?? {}) as Record<string, string>,
    };
    asked.push(request);
    const known =
      request.route in replies ? replies[request.route] : refusal(404, 'not-found', 'There is no such route');
    const reply: unknown = typeof known === 'function' ? await (known as (of: Asked) => unknown)(request) : known;
    if (reply instanceof Error) throw reply;
    const { problem } = (reply ?? {}) as { problem?: { status: number } };
    const status = problem?.status ?? (reply === undefined || reply === null ? 204 : 200);
    const text = status === 204 ? '' : JSON.stringify(problem ?? reply);
    const type = problem === undefined ? 'application/json' : 'application/problem+json';
    return { ok: status < 400, status, headers: new Headers({ 'content-type': type }), text: async () => text };
  }) as unknown as typeof fetch;
  return asked;
}

/** Everything that can be read on the screen. */
export const screenText = (): string => (document.body.textContent ?? '').replace(/\s+/g, ' ');

/** A page's code is compiled when the first test asks for it, which takes seconds on a busy machine. */
const DEADLINE_MS = 30_000;

/** Waits until this is true of the screen, and says what was there when it never was. */
export async function shown(what: string | RegExp | (() => unknown)): Promise<void> {
  const holds = (): boolean =>
    typeof what === 'function'
      ? Boolean(what())
      : typeof what === 'string'
        ? screenText().includes(what)
        : what.test(screenText());
  const endMs = Date.now() + DEADLINE_MS;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`Never shown: ${String(what)}\nOn the screen: ${screenText()}`);
    await act(async () => new Promise((resolve) => setTimeout(resolve, 5)));
  }
}

/** The one thing with this role-like selector and these words; @throws when there is none. */
export function the(selector: string, words?: string | RegExp): HTMLElement {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const name = (each: HTMLElement): string => `${each.textContent ?? ''} ${each.getAttribute('aria-label') ?? ''}`;
  const found = all.find((each) => words === undefined || (typeof words === 'string' ? name(each).includes(words) : words.test(name(each)))); // prettier-ignore
  if (found === undefined) throw new Error(`No ${selector} says ${String(words)}: ${all.map(name).join(' | ')}`);
  return found;
}

/** Presses the button or follows the link with these words. */
export async function press(words: string | RegExp): Promise<void> {
  await act(async () => the('button, a, summary', words).click());
}

/** Writes into the field with this label. */
export async function write(label: string | RegExp, value: string): Promise<void> {
  const id = the('label', label).getAttribute('for')!;
  const field = document.getElementById(id) as HTMLInputElement;
  await act(async () => {
    field.value = value;
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
  });
}

/** Streams that pages have opened; `tell` sends an event to all of them. */
export class FakeEventSource extends EventTarget {
  static open: FakeEventSource[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeEventSource.open.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  close(): void {
    FakeEventSource.open = FakeEventSource.open.filter((each) => each !== this);
  }

  static async tell(name: string, data: unknown): Promise<void> {
    await act(async () => {
      for (const each of FakeEventSource.open) {
        each.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
      }
    });
  }
}
