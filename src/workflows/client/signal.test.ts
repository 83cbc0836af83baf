import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { createDescriptions } from './description';
import { createWorkflowSignals, type HeardNews } from './signal';
import type { WorkflowStarts } from './start';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Temporal as far as signals go: they are delivered, unless `refuse` says otherwise. */
function harness(refuse: (workflowId: string) => Error | undefined = () => undefined, open: readonly string[] = []) {
  const started: string[] = [];
  const sent: { workflowId: string; payload: unknown }[] = [];
  const heard: HeardNews[][] = [];
  const errors: unknown[] = [];
  const take = (workflowId: string, payload: unknown): Promise<void> => {
    sent.push({ workflowId, payload });
    const error = refuse(workflowId);
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  const client = {
    workflow: {
      getHandle: (workflowId: string) => ({ signal: (_: string, payload: unknown) => take(workflowId, payload) }),
      signalWithStart: (_: string, { workflowId, signal }: { workflowId: string; signal: string }) =>
        take(workflowId, signal),
    },
  } as unknown as Client;
  const signals = createWorkflowSignals({
    client,
    starts: { startSend: ({ sliceId }) => Promise.resolve(void started.push(sliceId)) } as WorkflowStarts,
    openWork: {
      slice: (id) => Promise.resolve(open.includes(id) ? { sliceId: id, dueAtMs: null, priority: 1 } : null),
      campaign: () => Promise.resolve(null),
    },
    descriptions: createDescriptions('http://127.0.0.1'),
    onWoken: (news) => Promise.resolve(void heard.push(news)),
    onError: (error) => void errors.push(error),
  });
  return { signals, sent, heard, errors, started };
}

const news = (sliceId: string, wakeSeq: number, over: object = {}) => ({
  sliceId, campaignId: null, groupId: null, open: 1, refused: 1, wakeSeq, ...over,
}); // prettier-ignore

it('tells which news were heard, by their number: those that came while a signal was under way are not', async () => {
  const { signals, sent, heard } = harness();
  signals.wake([news('a', 1)]);
  signals.wake([news('a', 2)]);
  await jest.advanceTimersByTimeAsync(499);
  expect(sent).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(heard).toEqual([[{ sliceId: 'a', wakeSeq: 1 }]]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(heard[1]).toEqual([{ sliceId: 'a', wakeSeq: 2 }]);
  await signals.stop();
});

it('merged news are heard up to the newest of them, and the number stays with us', async () => {
  const { signals, sent, heard } = harness();
  signals.wake([news('a', 1)]);
  signals.wake([news('a', 3), news('a', 2)]);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(heard.flat()).toEqual([{ sliceId: 'a', wakeSeq: 1 }, { sliceId: 'a', wakeSeq: 3 }]); // prettier-ignore
  expect(sent.map(({ payload }) => payload)).toEqual([
    { open: 1, refused: 1 },
    { open: 1, refused: 2 },
  ]);
  await signals.stop();
});

it('news of a slice in a group go to the workflow of the group, and name the slice', async () => {
  const { signals, sent, heard } = harness();
  signals.wake([news('a', 1, { groupId: 'first' })]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([{ workflowId: 'send/first', payload: { sliceId: 'a', open: 1, refused: 1 } }]);
  expect(heard.flat()).toEqual([{ sliceId: 'a', wakeSeq: 1 }]);
  await signals.stop();
});

it('a workflow that is over has heard; one that could not be reached has not', async () => {
  const { signals, heard, errors } = harness((workflowId) =>
    workflowId === 'send/over' ? new WorkflowNotFoundError('over', workflowId, undefined) : new Error('away'),
  );
  signals.wake([news('over', 1), news('away', 1)]);
  await jest.advanceTimersByTimeAsync(900);
  expect(heard.flat()).toEqual([{ sliceId: 'over', wakeSeq: 1 }]);
  expect(errors).toEqual([new Error('away')]);
  await signals.stop();
});

it('what Temporal did not take is told again: to slices, campaigns and relays', async () => {
  let away = true;
  const { signals, sent, heard, errors } = harness(() => (away ? new Error('deadline exceeded') : undefined));
  signals.wake([news('a', 1), news('b', 2, { campaignId: 'spring' })]);
  signals.wakeRelays(['wh_1']);
  await jest.advanceTimersByTimeAsync(400);
  expect([heard.flat(), errors.length, sent.length]).toEqual([[], 3, 3]);
  away = false;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(heard.flat()).toEqual([{ sliceId: 'a', wakeSeq: 1 }]);
  const told = sent.map((signal) => JSON.stringify(signal));
  expect(told.slice(3).sort()).toEqual(told.slice(0, 3).sort());
  await jest.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(6);
  await signals.stop();
});

it('a workflow that was ended from outside is started where its slice is open, and has heard', async () => {
  const gone = (workflowId: string) => new WorkflowNotFoundError('gone', workflowId, undefined);
  const { signals, heard, started } = harness(gone, ['open']);
  signals.wake([news('open', 1), news('over', 1)]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(started).toEqual(['open']);
  expect(heard.flat().map(({ sliceId }) => sliceId).sort()).toEqual(['open', 'over']); // prettier-ignore
  await signals.stop();
});

it('stop tells what was delivered before it', async () => {
  const { signals, heard } = harness();
  signals.wake([news('a', 4)]);
  await jest.advanceTimersByTimeAsync(0);
  await signals.stop();
  expect(heard).toEqual([[{ sliceId: 'a', wakeSeq: 4 }]]);
  expect(jest.getTimerCount()).toBe(0);
});
