/** A stream of server-sent events, as a client reads it. */

export interface EventStream {
  status: number;
  /** The data of every event of this kind that came so far. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- events of several kinds.
  events(kind: string): any[];
  ended(): boolean;
  close(): void;
}

/** Opens a stream and goes on reading it. */
export async function watchEvents(url: string, headers: Record<string, string>): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  let text = '';
  let ended = false;
  void (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
    } catch {
      // Closed from this side.
    }
    ended = true;
  })();
  return {
    status: response.status,
    events: (kind) =>
      text
        .split('\n\n')
        .filter((block) => block.startsWith(`event: ${kind}\n`))
        .map((block) => JSON.parse(block.slice(block.indexOf('data: ') + 6)) as unknown),
    ended: () => ended,
    close: () => abort.abort(),
  };
}
