/**
 * What happens in a campaign, as signals: events may come as fast as they like, the page is drawn once a frame at most, and
 * only where a number has changed.
 */
import { batch, signal, type ReadonlySignal } from '@preact/signals';
import { settled, type Campaign, type CampaignNews, type CampaignState, type Counts } from '../api';

/** What was done in a second. */
export interface Second {
  /** Left for a provider. */
  sent: number;
  settled: number;
}

export interface Feed {
  state: ReadonlySignal<CampaignState>;
  reason: ReadonlySignal<string | null>;
  counts: ReadonlySignal<Counts>;
  /** The last minute, the newest last. */
  series: ReadonlySignal<readonly Second[]>;
  /** An event, or an answer of the API: shown with the next frame. */
  tell(news: Pick<CampaignNews, 'state' | 'reason' | 'counts'>): void;
  /** Ends a second of the series; to be called about once a second. @param nowMs a clock that only goes forward. */
  sample(nowMs: number): void;
  close(): void;
}

export const SECONDS = 60;

/** Messages that have left, whatever became of them. */
export const sentOf = ({ accepted, queued, submitting, suppressed, cancelled }: Counts): number =>
  accepted - queued - submitting - suppressed - cancelled;

/** @param nowMs of the same clock as `sample` is given. */
export function createFeed(first: Pick<Campaign, 'state' | 'reason' | 'counts'>, nowMs: number): Feed {
  const state = signal(first.state);
  const reason = signal(first.reason);
  const counts = signal(first.counts);
  const series = signal<readonly Second[]>([]);
  let newest = first;
  let frame: number | null = null;
  let last = { counts: first.counts, atMs: nowMs };

  function draw(): void {
    frame = null;
    batch(() => {
      state.value = newest.state;
      reason.value = newest.reason;
      counts.value = newest.counts;
    });
  }

  return {
    state,
    reason,
    counts,
    series,
    tell(news) {
      newest = news;
      frame ??= requestAnimationFrame(draw);
    },
    sample(atMs) {
      const seconds = (atMs - last.atMs) / 1_000;
      if (seconds <= 0) return;
      const perSecond = (of: (counts: Counts) => number): number =>
        Math.max(0, Math.round(((of(newest.counts) - of(last.counts)) / seconds) * 10) / 10);
      const second: Second = { sent: perSecond(sentOf), settled: perSecond(settled) };
      last = { counts: newest.counts, atMs };
      series.value = [...series.value.slice(1 - SECONDS), second];
    },
    close() {
      if (frame !== null) cancelAnimationFrame(frame);
      frame = null;
    },
  };
}
