/** A stream is opened again when it breaks, rests while nobody looks, and is gone once it is closed. */
import { FakeEventSource } from '../testing';
import { openLive } from './live';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
  Object.assign(globalThis, { EventSource: FakeEventSource });
  FakeEventSource.open = [];
});
afterEach(() => {
  setHidden(false);
  jest.useRealTimers();
});

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    get: () => (hidden ? 'hidden' : 'visible'),
  });
  document.dispatchEvent(new Event('visibilitychange'));
}
const opened = async () => FakeEventSource.open[0]!.onopen!();

test('events are parsed; a break is tried again after ever longer waits, until it holds', async () => {
  const seen: unknown[] = [];
  const live = openLive('/api/v1/events', { ledger: (data) => seen.push(data) });
  await opened();
  expect(live.state.value).toBe('live');
  await FakeEventSource.tell('ledger', { open: 1 });
  expect(seen).toEqual([{ open: 1 }]);
  for (const waitMs of [1_000, 2_000, 4_000]) {
    FakeEventSource.open[0]!.onopen = null;
    FakeEventSource.open[0]!.onerror!();
    expect([live.state.value, FakeEventSource.open.length]).toEqual(['waiting', 0]);
    jest.advanceTimersByTime(waitMs - 1);
    expect(FakeEventSource.open).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect(FakeEventSource.open).toHaveLength(1);
    FakeEventSource.open[0]!.onopen = null;
  }
  live.close();
});

test('in the background it rests; whoever comes back has it at once', async () => {
  const live = openLive('/api/v1/events', {});
  await opened();
  setHidden(true);
  expect([live.state.value, FakeEventSource.open.length]).toEqual(['resting', 0]);
  jest.advanceTimersByTime(60_000);
  expect(FakeEventSource.open).toHaveLength(0);
  setHidden(false);
  expect(FakeEventSource.open).toHaveLength(1);
  live.close();
  expect(FakeEventSource.open).toHaveLength(0);
  setHidden(false);
  expect(FakeEventSource.open).toHaveLength(0);
});
