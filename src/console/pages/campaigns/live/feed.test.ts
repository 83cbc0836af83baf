/** A campaign of 1,000 messages a second: however many events come, the page is drawn once a frame. */
import { effect } from '@preact/signals';
import { counts, running } from '../fixtures';
import { createFeed, SECONDS, sentOf } from './feed';

let frames: (() => void)[] = [];
const drawFrame = (): void => frames.splice(0).forEach((draw) => draw());

beforeEach(() => {
  frames = [];
  Object.assign(globalThis, {
    requestAnimationFrame: (draw: () => void) => frames.push(draw),
    cancelAnimationFrame: () => (frames = []),
  });
});

test('a thousand events between two frames are one update, with the newest', () => {
  const feed = createFeed(running, 0);
  let drawn = 0;
  const stop = effect(() => void (feed.counts.value, feed.state.value, drawn++));
  for (let i = 1; i <= 1_000; i++) {
    feed.tell({ ...running, counts: { ...counts, delivered: counts.delivered + i, open: counts.open - i } });
  }
  expect([frames.length, drawn]).toEqual([1, 1]);
  drawFrame();
  expect([drawn, feed.counts.value.delivered]).toEqual([2, counts.delivered + 1_000]);
  feed.tell({ ...running, state: 'finished' });
  drawFrame();
  expect(feed.state.value).toBe('finished');
  stop();
  feed.close();
});

test('the last minute: rates over the time that has really passed, and no more than a minute', () => {
  const feed = createFeed(running, 0);
  feed.tell({ ...running, counts: { ...counts, queued: counts.queued - 3_000, submitted: counts.submitted + 2_000, delivered: counts.delivered + 1_000, open: counts.open - 1_000 } }); // prettier-ignore
  feed.sample(2_000);
  expect(feed.series.value).toEqual([{ sent: 1_500, settled: 500 }]);
  feed.sample(2_000);
  expect(feed.series.value).toHaveLength(1);
  for (let i = 1; i <= 2 * SECONDS; i++) feed.sample(2_000 + i * 1_000);
  expect(feed.series.value).toHaveLength(SECONDS);
  expect(feed.series.value.at(-1)).toEqual({ sent: 0, settled: 0 });
});

test('a page that is left draws nothing more', () => {
  const feed = createFeed(running, 0);
  feed.tell({ ...running, state: 'paused' });
  feed.close();
  drawFrame();
  expect(feed.state.value).toBe('running');
  expect(sentOf(counts)).toBe(1_816);
});
