import type { Client } from '@temporalio/client';
import { searchAttributesOf } from '../attributes';
import { createSearchAttributes } from './search-attributes';

const ATTRIBUTES = searchAttributesOf({ accountIds: ['acc_1'] });
const client = {} as Client;

/** As the client throws what the server answers. */
const refusal = (code: number, details: string): Error =>
  Object.assign(new Error('Failed to start Workflow'), {
    cause: Object.assign(new Error(details), { code, details, metadata: {} }),
  });
const UNKNOWN = refusal(3, 'Namespace default has no mapping defined for search attribute HeliographAccountId');

/** A start that fails with `error` as long as it has attributes; which ones each of its calls had. */
function startOf(error?: Error) {
  const tried: unknown[] = [];
  const start = ({ typedSearchAttributes }: { typedSearchAttributes?: unknown }): Promise<string> => {
    tried.push(typedSearchAttributes);
    return error !== undefined && typedSearchAttributes !== undefined
      ? Promise.reject(error)
      : Promise.resolve('started');
  };
  return { tried, start };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('where Temporal does not know them it starts without, says so, and tries them again after a minute', async () => {
  const told: unknown[] = [];
  const { withAttributes } = createSearchAttributes(client, (error) => void told.push(error));
  const { tried, start } = startOf(UNKNOWN);
  expect(await withAttributes(ATTRIBUTES, start)).toBe('started');
  expect(await withAttributes(ATTRIBUTES, start)).toBe('started');
  expect(tried).toEqual([ATTRIBUTES, undefined, undefined]);
  expect(told).toEqual([UNKNOWN]);

  jest.advanceTimersByTime(60_000);
  const registered = startOf();
  await withAttributes(ATTRIBUTES, registered.start);
  expect(registered.tried).toEqual([ATTRIBUTES]);
});

test.each([
  ['another bad request', refusal(3, 'WorkflowId length exceeds limit.')],
  ['an absent Temporal', refusal(14, 'no search attribute can be read: connection refused')],
])('%s is told to whoever starts', async (_, error) => {
  const { withAttributes } = createSearchAttributes(client, () => undefined);
  const { tried, start } = startOf(error);
  await expect(withAttributes(ATTRIBUTES, start)).rejects.toBe(error);
  expect(tried).toHaveLength(1);
});

test('the accounts of a large group fit into one attribute', () => {
  const accountIds = Array.from({ length: 1_000 }, (_, i) => `acc_${String(i % 500).padStart(16, '0')}`);
  const [accounts] = searchAttributesOf({ accountIds });
  const listed = accounts!.value as string[];
  expect(listed).toEqual(accountIds.slice(0, listed.length));
  expect(listed.length).toBeGreaterThan(50);
  expect(JSON.stringify(listed).length).toBeLessThan(2_000);
});
