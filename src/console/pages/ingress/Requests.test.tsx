/** Requests: what was refused and why, found by number without one in the address. */
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import RequestPage from './Request';
import Requests from './Requests';

const request = (over: object = {}) => ({
  id: 'r1', at: '2026-11-29T10:00:00Z', shape: 'mobtexting', route: 'POST /api/v2/sms/clevertap/send', keyId: 'k1',
  keyName: 'CleverTap', status: 200, outcome: 'partly', accepted: 2, rejected: 1,
  problems: [{ index: 2, to: '+9198••••01', meta: 'c-1', field: 'message', code: 'unreplaced-token', message: 'is still $$Body' }],
  ...over,
}); // prettier-ignore
const page = (query = '') => ({ params: { id: 'r1' }, query: new URLSearchParams(query) });

test('the list says what was refused last, and of what', async () => {
  fakeApi({ 'GET /api/v1/requests': { items: [request()], nextCursor: 'r1' } });
  show(<Requests {...page()} />, '/requests');
  await shown('1 record was refused in 1 request here; the newest: “is still $$Body”.');
  await shown('Mobtexting');
  expect(the('.pager a', 'Next').getAttribute('href')).toBe('/console/requests?cursor=r1');
});

test('is asked by number; the address has none', async () => {
  const asked = fakeApi({ 'GET /api/v1/requests': { items: [], nextCursor: null } });
  show(<Requests {...page('outcome=refused')} />, '/requests?outcome=refused');
  await shown('No request is like this');
  await write('Number', '+919800000001');
  await press('Look');
  await shown(() => asked.at(-1)?.query['to'] === '+919800000001');
  expect(asked.at(-1)?.query).toEqual({ outcome: 'refused', to: '+919800000001' });
  expect(location.href).not.toContain('98000');
});

test('nothing was refused', async () => {
  fakeApi({ 'GET /api/v1/requests': { items: [], nextCursor: null } });
  show(<Requests {...page()} />, '/requests');
  await shown('Everything that came in the last 7 days was taken.');
  await shown('No request was refused');
});

test('an error', async () => {
  fakeApi({ 'GET /api/v1/requests': refusal(404, 'not-found', 'There is no such route') });
  show(<Requests {...page()} />, '/requests');
  await shown('There is no such route');
});

test('one request: each record with what to mend, and what it said', async () => {
  fakeApi({ 'GET /api/v1/requests/r1': request({ body: '{"message":"$$Body"}' }) });
  show(<RequestPage {...page()} />, '/requests/r1');
  await shown('1 record was refused, 2 taken.');
  await shown('{"message":"$$Body"}');
  expect(the('td a', 'unreplaced-token').getAttribute('href')).toBe('/docs/errors#unreplaced-token');
});

test('one that was refused as a whole; one that is gone', async () => {
  fakeApi({ 'GET /api/v1/requests/r1': request({ outcome: 'refused', status: 409, message: 'there is no gateway', problems: [] }) }); // prettier-ignore
  show(<RequestPage {...page()} />, '/requests/r1');
  await shown('It was refused with 409: there is no gateway. Nothing of it is sent.');
  expect(screenText()).toContain('Not kept');
});

test('one that is gone', async () => {
  fakeApi({});
  show(<RequestPage {...page()} />, '/requests/r1');
  await shown('Not found: the request');
});
