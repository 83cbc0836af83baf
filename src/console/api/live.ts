/** Live events: a stream that is opened again when it breaks, and rests while nobody looks at the page. */
import { signal, type ReadonlySignal } from '@preact/signals';

/** `waiting`: it broke and will be tried again; `resting`: the page is in the background. */
export type LiveState = 'connecting' | 'live' | 'waiting' | 'resting';

export interface Live {
  state: ReadonlySignal<LiveState>;
  close(): void;
}

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/**
 * Watches a stream of server-sent events.
 * @param handlers by the event's name; `message` are those without one. They get the parsed JSON.
 */
export function openLive(path: string, handlers: Record<string, (data: never) => void>): Live {
  const state = signal<LiveState>('connecting');
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  let closed = false;

  function connect(): void {
    clearTimeout(timer);
    if (closed || source !== null) return;
    if (document.visibilityState === 'hidden') {
      state.value = 'resting';
      return;
    }
    const opened = new EventSource(path);
    source = opened;
    opened.onopen = () => {
      state.value = 'live';
      waitMs = FIRST_WAIT_MS;
    };
    // Also where the server ended it on purpose: the browser would ask again at once, and give up after a refusal.
    opened.onerror = () => {
      drop();
      state.value = 'waiting';
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(2 * waitMs, MAX_WAIT_MS);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      opened.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as never));
    }
  }

  function drop(): void {
    source?.close();
    source = null;
  }

  function onVisibility(): void {
    if (document.visibilityState === 'hidden') {
      drop();
      clearTimeout(timer);
      state.value = 'resting';
    } else connect();
  }

  document.addEventListener('visibilitychange', onVisibility);
  connect();
  return {
    state,
    close() {
      closed = true;
      clearTimeout(timer);
      drop();
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}
