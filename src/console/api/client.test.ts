/** The client: problems are values, reads outlast a short break, writes are done once and say where they come from. */
import { fakeApi, refusal } from '../testing';
import { addressOf, api, offline, sessionEnded } from './client';

test('a path is filled in and a query leaves out what is not given', () => {
  expect(addressOf('/api/v1/messages/{id}', { params: { id: 'a/b' } })).toBe('/api/v1/messages/a%2Fb');
  expect(addressOf('/x', { query: { to: '+91 98', meta: undefined, state: '', limit: 5 } })).toBe(
    '/x?to=%2B91+98&limit=5',
  );
});

test('an answer is data, a problem is a value', async () => {
  fakeApi({ 'GET /api/v1/gateways': { items: [], nextCursor: null }, 'GET /api/v1/routes': refusal(403, 'forbidden', 'No.') }); // prettier-ignore
  expect(await api.get('/api/v1/gateways')).toEqual({ ok: true, data: { items: [], nextCursor: null } });
  const refused = await api.get('/api/v1/routes');
  expect(refused).toMatchObject({ ok: false, problem: { status: 403, code: 'forbidden', detail: 'No.' } });
});

test('a read is tried again when the connection breaks; then everybody is told', async () => {
  let breaks = 1;
  const asked = fakeApi({
    'GET /api/v1/gateways': () => (breaks-- > 0 ? new TypeError('network') : { items: [], nextCursor: null }),
  });
  expect((await api.get('/api/v1/gateways')).ok).toBe(true);
  expect(asked).toHaveLength(2);
  expect(offline.value).toBe(false);
  breaks = Infinity;
  expect(await api.get('/api/v1/gateways')).toMatchObject({ ok: false, problem: { status: 0, code: 'offline' } });
  expect(offline.value).toBe(true);
});

test('a write is sent once, as the console’s own, and its problem says that it may have been done', async () => {
  const asked = fakeApi({ 'DELETE /api/v1/gateways/g1': () => new TypeError('network') });
  const result = await api.delete('/api/v1/gateways/{id}', { params: { id: 'g1' } });
  expect(asked.map(({ headers }) => headers['X-Heliograph-Console'])).toEqual(['1']);
  expect(result).toMatchObject({ ok: false, problem: { detail: expect.stringContaining('may have been done') } });
});

test('a request can be stopped', async () => {
  const stop = new AbortController();
  fakeApi({ 'GET /api/v1/gateways': () => (stop.abort(), new Error('AbortError')) });
  const result = await api.get('/api/v1/gateways', { signal: stop.signal });
  expect(result).toMatchObject({ ok: false, problem: { code: 'aborted' } });
  expect(offline.value).toBe(false);
});

test('401 ends the session on the screen', async () => {
  const before = sessionEnded.value;
  fakeApi({ 'GET /api/v1/gateways': refusal(401, 'unauthorized') });
  await api.get('/api/v1/gateways');
  expect(sessionEnded.value).toBe(before + 1);
});
