/** CleverTap set-up: values to copy, the light, the test. */
import { session } from '../../api';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import CleverTap from './CleverTap';

const page = (query = '') => ({ params: {}, query: new URLSearchParams(query) });
const gateways = {
  items: [{ id: 'gw_1', defaultSender: 'BRANDA', callbackUrl: 'https://sms.example.com/callbacks/token' }],
  nextCursor: null,
};
const API = {
  'GET /api/v1/deployment': { version: '0.1.0', publicUrl: 'https://sms.example.com', temporalUiUrl: null },
  'GET /api/v1/gateways': gateways,
  'GET /api/v1/requests/latest': { items: [] },
};
const copied = (label: string) => the('button', `Copy ${label}`).closest('.copy')!.querySelector('code')!.textContent;

test('the values are those of the deployment: its public address, its sender ID', async () => {
  fakeApi(API);
  show(<CleverTap {...page()} />, '/clevertap');
  await shown('https://sms.example.com/clevertap/v1/messages');
  expect(copied('Header Authorization')).toBe('Bearer <your key>');
  expect(JSON.parse(copied('Parameters (JSON)')!)).toEqual({
    listsms: [{ from: 'BRANDA', to: '$$To', body: '$$Body', templateid: '$$TemplateID', mid: '$$MessageID' }],
  });
});

test.each([
  ['mobtexting', 'https://sms.example.com/api/v2/sms/clevertap/send'],
  ['mobtexting-json', 'https://sms.example.com/api/v2/sms/clevertap/json'],
  ['times-mobile', 'https://sms.example.com/ct/api/v1/message'],
  ['pingbix', 'https://sms.example.com/clevertap/v1/messages'],
])('%s', async (form, endpoint) => {
  fakeApi(API);
  show(<CleverTap {...page(`form=${form}`)} />, `/clevertap?form=${form}`);
  await shown('BRANDA');
  expect(copied('HTTP endpoint')).toBe(endpoint);
  expect(screenText()).toContain('$$MessageID');
});

test('a key that is made stands in the values', async () => {
  const asked = fakeApi({ ...API, 'POST /api/v1/api-keys': { id: 'k1', key: 'hg_k1_secret', name: 'CleverTap' } });
  show(<CleverTap {...page('form=times-mobile')} />, '/clevertap?form=times-mobile');
  await shown('BRANDA');
  await press('Make a key for CleverTap');
  await shown('It is shown this once.');
  expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ name: 'CleverTap', scopes: ['send'] });
  expect(copied('Parameters (JSON)')).toContain('hg_k1_secret');
});

test('the light waits, and then says that it came, and what was wrong', async () => {
  fakeApi(API);
  show(<CleverTap {...page()} />, '/clevertap');
  await shown('It waits for the first request.');
  const latest = { keyId: 'k1', keyName: 'CleverTap', shape: 'generic', at: '2026-11-29T10:00:00Z', status: 200 };
  fakeApi({ ...API, 'GET /api/v1/requests/latest': { items: [{ ...latest, outcome: 'taken' }] } });
  show(<CleverTap key="2" {...page()} />, '/clevertap');
  await shown('CleverTap comes through.');
  expect(document.querySelector('.light.good')).not.toBeNull();
  fakeApi({ ...API, 'GET /api/v1/requests/latest': { items: [{ ...latest, outcome: 'refused', status: 400, code: 'no-records' }] } }); // prettier-ignore
  show(<CleverTap key="3" {...page()} />, '/clevertap');
  await shown('It came, and was refused with 400 (no-records).');
});

test('a light that can’t be had, with no gateway yet', async () => {
  fakeApi({ 'GET /api/v1/gateways': { items: [], nextCursor: null }, 'GET /api/v1/requests/latest': refusal(404, 'not-found') }); // prettier-ignore
  show(<CleverTap {...page()} />, '/clevertap');
  await shown('There is no gateway yet, so whatever comes is refused.');
  await shown('the latest request');
  await shown('is not one that CleverTap reaches');
});

test('a test goes the whole way and says what CleverTap would be told', async () => {
  const asked = fakeApi({
    ...API,
    'POST /api/v1/clevertap/test': {
      shape: 'generic',
      request: { method: 'POST', path: '/clevertap/v1/messages', body: { to: '91••••01' } },
      answer: { status: 200, body: { accepted: 1 } },
      messageIds: ['m1'],
    },
  });
  show(<CleverTap {...page()} />, '/clevertap');
  await shown('BRANDA');
  await write('To (optional)', '+919800000001');
  await press('Send a test as CleverTap would');
  await shown('CleverTap would be answered 200.');
  expect(the('a', 'See the message').getAttribute('href')).toBe('/console/messages/m1');
  expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ shape: 'generic', to: '+919800000001' });
});

test('who may only read makes no key and sends nothing', async () => {
  session.value = { ...session.value!, scopes: ['read'] };
  fakeApi(API);
  show(<CleverTap {...page()} />, '/clevertap');
  await shown('Making one needs the scope “manage”.');
  await shown('Sending needs the scope “send”.');
});
