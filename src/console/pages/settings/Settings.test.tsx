/** Settings: account, keys, suppressions, erasure, audit, doctor; each with data, empty or with an error. */
import { session } from '../../api';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import { change, controls, fieldOf, fieldsOf } from '../../testing/schema-fields';
import AccountPage from './Account';
import Audit from './Audit';
import Doctor from './Doctor';
import Erasures from './Erasures';
import Keys from './Keys';
import Suppressions from './Suppressions';

const list = (items: object[]) => ({ items, nextCursor: null });
const page = (query = '') => ({ params: {}, query: new URLSearchParams(query) });
const AT = '2026-11-29T10:00:00Z';

describe('account', () => {
  const account = {
    id: 'acc_1', name: 'Shop', timezone: 'Asia/Kolkata', defaultCountry: 'IN', defaultService: 'T', requireApprovedSenders: false,
    callbackHosts: ['*.wzrkt.com'], retentionDays: 180, unsupportedOptions: 'refuse', clickTracking: 'off', windows: [],
    promotionalOutsideWindow: 'hold', promotionalServices: [], indiaStrict: true, floors: { indiaStrict: true },
    optOut: { scope: 'account', classes: 'all', words: [], optInWords: [] }, duplicateWindowMinutes: 1_440, smartEncoding: false,
    safety: {}, maxAgeSeconds: {}, encryption: null, createdAt: AT,
  }; // prettier-ignore
  const temporalUiUrl = 'http://127.0.0.1:8233/namespaces/default/workflows';
  const api = (more: object = {}) => ({
    'GET /api/v1/accounts/acc_1': account,
    'GET /api/v1/deployment': { version: '0.1.0', publicUrl: 'https://sms.example.com', temporalUiUrl },
    'GET /console/session': session.value,
    ...more,
  });

  test('only what was changed is sent; what an admin has fixed is named', async () => {
    const asked = fakeApi(api({ 'PATCH /api/v1/accounts/acc_1': { ...account, timezone: 'Asia/Dubai' } }));
    show(<AccountPage />, '/settings');
    await shown('You act for Shop, with the key “Console”');
    await shown('Fixed by an admin, whatever stands below: indiaStrict.');
    await write('Time zone', 'Asia/Dubai');
    await press('Save the account');
    await shown('The account is saved.');
    expect(asked.find(({ route }) => route.startsWith('PATCH'))?.body).toEqual({ timezone: 'Asia/Dubai' });
    expect(the('a', 'Temporal UI').getAttribute('href')).toBe(temporalUiUrl);
    expect(screenText()).toContain('https://sms.example.com');
  });

  describe('every setting of the API', () => {
    const window = { country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' };
    const full = {
      ...account,
      windows: [window],
      safety: { frequencyCap: { count: 3, hours: 24 } },
      floors: { windows: [window] },
      encryption: { keys: [{ version: 'v1' }], encoding: 'base64' },
    };
    const open = async () => {
      session.value = { ...session.value!, scopes: ['admin'] };
      const asked = fakeApi(api({ 'GET /api/v1/accounts/acc_1': full, 'PATCH /api/v1/accounts/acc_1': full }));
      show(<AccountPage />, '/settings');
      await shown('Save the account');
      return () => asked.filter(({ route }) => route.startsWith('PATCH')).map(({ body }) => body);
    };
    const fields = fieldsOf('patch', '/api/v1/accounts/{id}');

    test('stands in the form; an admin’s floors too', async () => {
      await open();
      const there = new Set(controls().map(fieldOf));
      expect(fields.filter((field) => !there.has(field))).toEqual([]);
      expect(fields.length).toBeGreaterThan(35);
    });

    test.each(fields)('%s is sent when it is changed, and nothing else is', async (field) => {
      const sent = await open();
      await change(controls().find((control) => fieldOf(control) === field)!);
      await press('Save the account');
      await shown('The account is saved.');
      const [body] = sent() as Record<string, unknown>[];
      const [member] = field.split(/[.[]/);
      expect(Object.keys(body!)).toEqual([member]);
    });

    test('a line less and a line more', async () => {
      const sent = await open();
      await press('Remove line 1');
      await press('Add a window');
      await change(controls().find((control) => fieldOf(control) === 'windows[].country')!);
      await press('Save the account');
      await shown('The account is saved.');
      expect(sent()).toEqual([{ windows: [{ country: 'X', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' }] }]);
    });
  });

  test('an error, and the way out', async () => {
    fakeApi({ 'GET /api/v1/accounts/acc_1': refusal(503, 'unavailable'), 'DELETE /console/session': undefined });
    show(<AccountPage />, '/settings');
    await shown('The account can’t be shown');
    const before = session.value!;
    await press('Sign out');
    await shown(() => session.value === null);
    session.value = before;
  });
});

describe('keys', () => {
  const key = (over: object = {}) => ({
    id: 'k1', name: 'CleverTap', last4: 'abcd', scopes: ['send'], expiresAt: null, revokedAt: null, ratePerSecond: 100,
    lastUsedAt: null, createdAt: AT, ...over,
  }); // prettier-ignore

  test('one is made, and shown once', async () => {
    const asked = fakeApi({
      'GET /api/v1/api-keys': list([key(), key({ id: 'k2', name: 'Old', revokedAt: AT })]),
      'POST /api/v1/api-keys': { id: 'k3', name: 'Reports', key: 'hg_k3_secret' },
    });
    show(<Keys />, '/settings/keys');
    await shown('1 key is good; 1 was never used.');
    expect(screenText()).not.toContain('Revoke Old');
    await press('Make a key');
    await write('Name', 'Reports');
    await press('Make the key');
    await shown('hg_k3_secret');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ name: 'Reports', scopes: ['send'] });
    await press('I have kept it');
    await shown(() => !screenText().includes('hg_k3_secret'));
  });

  test('one is rotated, one is revoked: each after a question that says what it does', async () => {
    const asked = fakeApi({
      'GET /api/v1/api-keys': list([key()]),
      'POST /api/v1/api-keys/k1/rotate': { id: 'k4', name: 'CleverTap', key: 'hg_k4_secret' },
      'DELETE /api/v1/api-keys/k1': undefined,
    });
    show(<Keys />, '/settings/keys');
    await shown('CleverTap');
    await press('Rotate CleverTap');
    await shown('The present one is good for another 24 hours');
    await press('Make the new key');
    await shown('hg_k4_secret');
    await press('Revoke CleverTap');
    await press('Revoke “CleverTap” now');
    await shown('“CleverTap” is revoked.');
    expect(asked.some(({ route }) => route === 'DELETE /api/v1/api-keys/k1')).toBe(true);
  });

  test('admin is offered to admins only; no key yet; an error', async () => {
    fakeApi({ 'GET /api/v1/api-keys': list([]) });
    show(<Keys />, '/settings/keys');
    await shown('No key yet');
    await press('Make a key');
    expect(screenText()).not.toContain('All accounts and the deployment');
    fakeApi({ 'GET /api/v1/api-keys': refusal(403, 'forbidden', 'It needs manage.') });
    show(<Keys key="again" />, '/settings/keys');
    await shown('Your key may not see the keys');
  });
});

describe('suppressions', () => {
  const one = { id: 's1', to: '+919800000055', source: 'inbound', classes: 'all', reason: null, at: AT, evidence: {} };

  test('one is lifted after a question, with an undo; one is added', async () => {
    const asked = fakeApi({
      'GET /api/v1/suppressions': list([one]),
      'DELETE /api/v1/suppressions/s1': undefined,
      'POST /api/v1/suppressions': one,
    });
    show(<Suppressions {...page()} />, '/settings/suppressions');
    await shown('Nothing is sent to these numbers.');
    await press('Send to it again');
    await shown('The person asked not to be texted.');
    await press('Send to +919800000055 again');
    await shown('+919800000055 is sent to again.');
    await press('Undo');
    await shown(() => asked.some(({ route }) => route.startsWith('POST')));
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ to: '+919800000055', classes: 'all', reason: null }); // prettier-ignore
    await write('Phone number', '919800000056');
    await press('Suppress it');
    await shown('Nothing is sent to 919800000056 from now on.');
  });

  test('a number is looked for, not in the address; none; an error', async () => {
    const asked = fakeApi({ 'GET /api/v1/suppressions': list([]) });
    show(<Suppressions {...page()} />, '/settings/suppressions');
    await shown('No number is suppressed');
    await write('Number', '+919800000055');
    await press('Look');
    await shown('This number is not suppressed');
    expect(asked.at(-1)?.query).toEqual({ to: '+919800000055' });
    expect(location.href).not.toContain('98000');
    fakeApi({ 'GET /api/v1/suppressions': refusal(500, 'internal') });
    show(<Suppressions key="again" {...page()} />, '/settings/suppressions');
    await shown('The suppressions can’t be shown');
  });

  test('a list is brought as a file and followed', async () => {
    const state = { id: 'i1', state: 'ready', rows: 3, valid: 2, invalid: 1, added: 2, errors: [], createdAt: AT };
    const asked = fakeApi({ 'GET /api/v1/suppressions': list([one]), 'POST /api/v1/suppressions': state });
    show(<Suppressions {...page()} />, '/settings/suppressions');
    await shown('Or bring a list as CSV');
    const input = document.querySelector<HTMLInputElement>('input[type=file]')!;
    Object.defineProperty(input, 'files', { value: [new File(['to\n919800000001'], 'stop.csv')] });
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await shown('3 rows read, 2 numbers added, 1 rows refused.');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.headers).toMatchObject({ 'Content-Type': 'text/csv' });
  });
});

describe('erasure', () => {
  const done = { id: 'e1', kind: 'number', hash: 'a'.repeat(64), state: 'done', accounts: 1, counts: { messages: 2, empty: 0 }, waiting: 0, createdAt: AT, finishedAt: AT }; // prettier-ignore

  test('names what it will erase, and what it has', async () => {
    const asked = fakeApi({ 'GET /api/v1/erasures': list([done]), 'POST /api/v1/erasures': done });
    show(<Erasures {...page()} />, '/settings/erasure');
    await shown('All that was asked for is erased.');
    await shown('messages: 2');
    await write('Number', '+919800000055');
    await press('Erase …');
    await press('Erase +919800000055');
    await shown('The erasure is under way');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ to: '+919800000055' });
  });

  test('nobody yet; an error', async () => {
    fakeApi({ 'GET /api/v1/erasures': list([]) });
    show(<Erasures {...page()} />, '/settings/erasure');
    await shown('Nobody was erased yet.');
    fakeApi({ 'GET /api/v1/erasures': refusal(500, 'internal') });
    show(<Erasures key="again" {...page()} />, '/settings/erasure');
    await shown('The erasures can’t be shown');
  });
});

describe('audit', () => {
  const entry = {
    id: 'a1',
    action: 'gateway.created',
    subject: 'gw_1',
    keyId: 'environment-1',
    detail: { name: 'Infobip' },
    at: AT,
  };
  const keys = { 'GET /api/v1/api-keys': list([]) };

  test('who changed what; each leads to its like', async () => {
    const asked = fakeApi({ ...keys, 'GET /api/v1/audit': list([entry]) });
    show(<Audit {...page('subject=gw_1')} />, '/settings/audit?subject=gw_1');
    await shown('Admin key of the environment');
    await shown('name: Infobip');
    expect(asked.find(({ route }) => route === 'GET /api/v1/audit')?.query).toEqual({ subject: 'gw_1' });
    expect(the('td a', 'Gateway created').getAttribute('href')).toContain('action=gateway.created');
  });

  test('nothing; an error', async () => {
    fakeApi({ ...keys, 'GET /api/v1/audit': list([]) });
    show(<Audit {...page()} />, '/settings/audit');
    await shown('Nothing was changed yet');
    fakeApi({ ...keys, 'GET /api/v1/audit': refusal(403, 'forbidden') });
    show(<Audit key="again" {...page()} />, '/settings/audit');
    await shown('Your key may not see the audit');
  });
});

describe('doctor', () => {
  test('what is broken stands first, with what to do', async () => {
    fakeApi({
      'GET /api/v1/doctor': {
        checks: [
          { id: 'database', state: 'ok', sentence: 'Postgres answers.', remedy: null },
          { id: 'public-url', state: 'fail', sentence: 'Nobody reaches it.', remedy: 'Set HELIOGRAPH_PUBLIC_URL.' },
          { id: 'webhooks', state: 'warn', sentence: 'One rests.', remedy: 'Look at it.' },
        ],
      },
    });
    show(<Doctor />, '/settings/doctor');
    await shown('Broken: public URL. To look at: webhooks.');
    expect([...document.querySelectorAll('.checks b')].map((each) => each.textContent)).toEqual(['Public URL', 'Webhooks', 'Database']); // prettier-ignore
    await shown('Set HELIOGRAPH_PUBLIC_URL.');
  });

  test('all is well; it can’t look', async () => {
    fakeApi({ 'GET /api/v1/doctor': { checks: [{ id: 'database', state: 'ok', sentence: 'Fine.', remedy: null }] } });
    show(<Doctor />, '/settings/doctor');
    await shown('All is well: 1 check found nothing wrong.');
    fakeApi({ 'GET /api/v1/doctor': refusal(503, 'unavailable') });
    show(<Doctor key="again" />, '/settings/doctor');
    await shown('It could not look.');
  });
});
