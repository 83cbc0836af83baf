/** How a page gets its data: loaded, kept while it is loaded anew, followed live. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { offline, openLive, type LiveState, type Problem, type Result } from '../api';

/** `data` stays while it is loaded anew, and beside a problem that came later. */
export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
  /** Loads again; what is shown stays until the answer has come. */
  reload(): void;
  /** Shows this from now on, such as the answer to a change. */
  set(data: T): void;
}

/**
 * Loads when the page appears, and again when one of `inputs` changes or the connection is back.
 * @param inputs compared by value: texts, numbers, undefined.
 */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<Result<T>>, inputs: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<Pick<Loaded<T>, 'data' | 'problem' | 'loading'>>({
    data: undefined,
    problem: undefined,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const wasOffline = useRef(false);
  const key = JSON.stringify(inputs);
  const keyBefore = useRef(key);

  useEffect(() => {
    const stop = new AbortController();
    // What another thing was must not stand under this one's name.
    const isSame = keyBefore.current === key;
    keyBefore.current = key;
    setState((before) => ({ ...before, data: isSame ? before.data : undefined, loading: true }));
    void load(stop.signal).then((result) => {
      if (stop.signal.aborted) return;
      wasOffline.current = !result.ok && result.problem.code === 'offline';
      setState((before) =>
        result.ok
          ? { data: result.data, problem: undefined, loading: false }
          : { data: before.data, problem: result.problem, loading: false },
      );
    });
    return () => stop.abort();
  }, [key, turn]);

  useEffect(
    () => offline.subscribe((isOffline) => void (!isOffline && wasOffline.current && setTurn((n) => n + 1))),
    [],
  );

  return {
    ...state,
    reload: () => setTurn((n) => n + 1),
    set: (data) => setState({ data, problem: undefined, loading: false }),
  };
}

/**
 * Follows a stream of events while the page is shown.
 * @param path undefined = there is nothing to follow now.
 * @param handlers by the event's name; those of the newest rendering are called.
 */
export function useLive(path: string | undefined, handlers: Record<string, (data: never) => void>): LiveState {
  const [state, setState] = useState<LiveState>('connecting');
  const newest = useRef(handlers);
  newest.current = handlers;
  useEffect(() => {
    if (path === undefined) return;
    const called = Object.keys(handlers).map((name) => [name, (data: never) => newest.current[name]?.(data)] as const);
    const live = openLive(path, Object.fromEntries(called));
    const leave = live.state.subscribe(setState);
    return () => {
      leave();
      live.close();
    };
  }, [path]);
  return state;
}

/** Whether something is under way, and how to begin it: a button that is pressed twice does it once. */
export function useBusy(): [boolean, (work: () => Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  return [
    busy,
    (work) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      void work().finally(() => {
        running.current = false;
        setBusy(false);
      });
    },
  ];
}

/** Does something again and again while `active` and somebody looks at the page. */
export function useEvery(ms: number, work: () => void, active: boolean): void {
  const newest = useRef(work);
  newest.current = work;
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => document.visibilityState === 'hidden' || newest.current(), ms);
    return () => clearInterval(timer);
  }, [ms, active]);
}
