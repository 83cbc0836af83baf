/** Following rows that people change while dispatch runs: one query per interval, however many runs follow them. */

/** A row that is followed; `value` is what was read last. */
export interface Followed<T> {
  readonly value: T;
  /** Calls back after each reading; returns how to stop that. */
  onRead(callback: (value: T) => void): () => void;
  release(): void;
}

export interface Follower<T> {
  /** Resolves once the row was read. Null: there is none. */
  follow(id: string): Promise<Followed<T> | null>;
}

interface Entry<T> {
  value: T | undefined;
  followers: number;
  callbacks: Set<(value: T) => void>;
}

/**
 * @param read reads rows by id; an error leaves what is known as it is.
 * @param intervalMs how old a value may be.
 */
export function createFollower<T>(
  read: (ids: string[]) => Promise<Map<string, T>>,
  intervalMs: number,
  onError: (error: unknown) => void,
): Follower<T> {
  const entries = new Map<string, Entry<T>>();
  let timer: NodeJS.Timeout | undefined;
  let reading = false;

  async function refresh(ids: string[]): Promise<void> {
    const values = await read(ids);
    for (const [id, value] of values) {
      const entry = entries.get(id);
      if (entry === undefined) continue;
      entry.value = value;
      for (const callback of entry.callbacks) callback(value);
    }
  }

  function schedule(): void {
    if (timer !== undefined || reading || entries.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      reading = true;
      refresh([...entries.keys()])
        .catch(onError)
        .finally(() => {
          reading = false;
          schedule();
        });
    }, intervalMs);
  }

  function forget(id: string, entry: Entry<T>): void {
    if (entries.get(id) === entry) entries.delete(id);
    if (entries.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    async follow(id) {
      const entry: Entry<T> = entries.get(id) ?? { value: undefined, followers: 0, callbacks: new Set() };
      entries.set(id, entry);
      entry.followers++;
      const release = (): void => {
        entry.followers--;
        if (entry.followers === 0) forget(id, entry);
      };
      try {
        await refresh([id]);
      } catch (error) {
        release();
        throw error;
      }
      if (entry.value === undefined) {
        release();
        return null;
      }
      schedule();
      let released = false;
      return {
        get value() {
          return entry.value as T;
        },
        onRead(callback) {
          entry.callbacks.add(callback);
          return () => void entry.callbacks.delete(callback);
        },
        release() {
          if (released) return;
          released = true;
          release();
        },
      };
    },
  };
}
