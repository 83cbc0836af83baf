import { createReadiness } from './readiness';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function make(postgres: string | null, temporal: string | null) {
  const asked = { postgres: 0, temporal: 0 };
  const readiness = createReadiness({
    postgres: () => Promise.resolve((asked.postgres++, postgres)),
    temporal: () => (asked.temporal++, temporal === null ? Promise.resolve(null) : Promise.reject(new Error(temporal))),
  });
  return { asked, readiness };
}

test.each([
  [null, null, 'ok'],
  [null, 'gone', 'degraded'],
  ['gone', null, 'unavailable'],
  ['gone', 'gone', 'unavailable'],
] as const)('Postgres %s, Temporal %s: %s', async (postgres, temporal, status) => {
  const { readiness } = make(postgres, temporal);
  expect(await readiness()).toEqual({ status, checks: { postgres: postgres ?? 'ok', temporal: temporal ?? 'ok' } });
});

test('however many ask, there is one look a second', async () => {
  const { asked, readiness } = make(null, null);
  await Promise.all(Array.from({ length: 100 }, readiness));
  await readiness();
  expect(asked).toEqual({ postgres: 1, temporal: 1 });
  jest.advanceTimersByTime(1_000);
  await Promise.all(Array.from({ length: 100 }, readiness));
  expect(asked).toEqual({ postgres: 2, temporal: 2 });
});
