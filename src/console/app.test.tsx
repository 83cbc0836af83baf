import { act } from 'preact/test-utils';
import { session, watchSession } from './api';
import { App } from './app';
import { FakeEventSource, fakeApi, press, refusal, screenText, show, shown, the, write } from './testing';
import { overview } from './testing/fixtures';

const who = { accountId: 'acc_1', accountName: 'Shop', scopes: ['read'], keyName: 'Desk', timezone: 'Asia/Kolkata' };
beforeEach(() => {
  session.value = undefined;
  Object.assign(globalThis, { EventSource: FakeEventSource });
});

test('whoever is not signed in signs in with a key, which is not kept', async () => {
  let isIn = false;
  const asked = fakeApi({
    'GET /console/session': () => (isIn ? who : refusal(401, 'unauthorized')),
    'POST /console/session': ({ body }: { body: { key: string } }) =>
      body.key === 'hg_good' ? void (isIn = true) : refusal(401, 'unauthorized', 'The API key is wrong.'),
    'GET /api/v1/overview': overview,
  });
  show(<App />);
  await shown('API key');
  await write('API key', 'hg_bad');
  await press('Sign in');
  await shown('The API key is wrong.');
  await write('API key', ' hg_good ');
  await press('Sign in');
  await shown('1 thing needs you');
  expect(asked.find(({ route, body }) => route.startsWith('POST') && (body as { key: string }).key === 'hg_good')).toBeDefined();
  expect(JSON.stringify({ ...localStorage })).not.toContain('hg_');
  expect(screenText()).toContain('Key: Desk');
  expect(the('nav a', 'Now').getAttribute('aria-current')).toBe('page');
}); // prettier-ignore

test('a session that ends on the way leads back to signing in, and says why', async () => {
  const stop = watchSession();
  let isIn = true;
  fakeApi({
    'GET /console/session': who,
    'GET /api/v1/find': () => (isIn ? { items: [], searched: [] } : refusal(401, 'unauthorized')),
  });
  show(<App />, '/find#q=abc');
  await shown('Nothing fits');
  isIn = false;
  await act(async () => {
    const box = the('input[type=search]') as HTMLInputElement;
    box.value = 'abcd';
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await press('Find');
  await shown('Your session has ended');
  stop();
});

test('signing out', async () => {
  fakeApi({ 'GET /console/session': who, 'DELETE /console/session': undefined, 'GET /api/v1/overview': overview });
  show(<App />);
  await shown('Sign out');
  await press('Sign out');
  await shown('API key');
});

test('an address without a page says so', async () => {
  fakeApi({ 'GET /console/session': who });
  show(<App />, '/nowhere');
  await shown('There is no such page');
});

test('a server that is away is no wrong key', async () => {
  fakeApi({ 'GET /console/session': refusal(503, 'unavailable', 'Postgres is away.') });
  show(<App />);
  await shown('Postgres is away.');
  expect(screenText()).not.toContain('API key');
});
