/** Requests of the ingress that were refused, and the latest of each key: what is kept of them, and who sees it. */
import { randomUUID } from 'node:crypto';
import { bearerOf } from '../support/api';
import { callerOf, type Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
/** Another account of the same deployment: it sees nothing of the first. */
let neighbour: SharedStack;
beforeAll(async () => {
  [stack, neighbour] = [await joinStack({ worker: false }), await joinStack({ worker: false })];
});
afterAll(async () => {
  expect((await neighbour.call('GET', '/api/v1/requests')).json.items).toEqual([]);
  expect((await neighbour.call('GET', '/api/v1/requests/latest')).json.items).toEqual([]);
  await neighbour.stop();
  await stack.stop();
});

const requests = async (query: string): Promise<Answer['json'][]> =>
  (await stack.call('GET', `/api/v1/requests?${query}`)).json.items;
/** The same once there is one: what was refused is written a moment later, and a read waits half a second for it, no longer. */
const kept = (query: string): Promise<Answer['json'][]> =>
  until(`a request is kept: ${query}`, async () => {
    const items = await requests(query);
    return items.length > 0 && items;
  });
const ROUTE = '/clevertap/v1/messages';

test('a batch of which two are refused is found by their number and meta, and by no accepted one', async () => {
  const list = [
    { to: '9800000301', message: 'Hello', mid: 'fine-301' },
    { to: '9800000302', message: '$$Body', mid: 'token-302' },
    { to: '98000003', message: 'Hello', mid: 'short-303' },
  ];
  const { status, json } = await stack.call('POST', ROUTE, { list });
  expect([status, json.accepted, json.rejected.length]).toEqual([200, 1, 2]);
  const [byNumber] = await kept('to=%2B91%2098000%2000302');
  expect(byNumber).toMatchObject({
    shape: 'generic', route: ROUTE, status: 200, outcome: 'partly', accepted: 1, rejected: 2,
    problems: [{ index: 1, to: '+919800000302', meta: 'token-302', field: 'message', code: 'unreplaced-token' }],
  }); // prettier-ignore
  expect(byNumber.body).toContain('$$Body');
  expect(byNumber.body).not.toContain('9800000301');
  expect((await requests('to=98000003'))[0].problems).toMatchObject([
    { index: 2, to: '98000003', code: 'invalid-number' },
  ]);
  expect((await requests('meta=short-303'))[0].id).toBe(byNumber.id);
  expect(await requests('to=9800000301')).toEqual([]);
  expect(await requests('meta=fine-301')).toEqual([]);
  const whole = await stack.call('GET', `/api/v1/requests/${byNumber.id}`);
  expect(whole.json.problems.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
  expect((await neighbour.call('GET', `/api/v1/requests/${byNumber.id}`)).status).toBe(404);
  expect((await neighbour.call('GET', '/api/v1/requests?to=9800000302')).json.items).toEqual([]);
});

test('each contract is told apart; a request that is refused as a whole is told with what it said', async () => {
  await stack.call('POST', '/api/v2/sms/clevertap/send', { to: '9800000311', service: 'T', custom: 'mt-311' });
  await stack.call('GET', '/ct/api/v1/message?to=9800000312&from=TXTSMS&corelationid=tm-312');
  await stack.call('POST', ROUTE, '{"to":"9800000313","message":', { 'content-type': 'application/json' });
  await stack.call('POST', '/api/v1/send', [{ groupId: 'grp_none', message: 'Hello' }]);
  await stack.call('POST', '/api/v1/campaigns', { name: 'x' });
  const [campaign, send, malformed] = await until('the last is kept', async () => {
    const latest = await requests('limit=3');
    return latest[0]?.route === '/api/v1/campaigns' && latest;
  });
  expect((await requests('meta=mt-311'))[0]).toMatchObject({ shape: 'mobtexting', outcome: 'refused', status: 400 });
  expect((await requests('meta=tm-312'))[0]).toMatchObject({
    shape: 'times-mobile',
    problems: [{ to: '+919800000312' }],
  });
  expect(campaign).toMatchObject({ shape: 'api', route: '/api/v1/campaigns', code: 'invalid-request', status: 400 });
  expect(send).toMatchObject({ shape: 'api', route: '/api/v1/send', problems: [{ index: 0 }] });
  expect(malformed).toMatchObject({ shape: 'generic', code: 'malformed-body', problems: [] });
  expect(malformed.body).toContain('9800000313');
});

test('no credential is kept, of a URL its host alone, of a sensitive record no word', async () => {
  const url = 'https://evil.example.net/dlr?token=secret-callback';
  const record = {
    to: '9800000321',
    message: 'Hello',
    mid: 'cb-321',
    callback_url: url,
    password: 'secret-pw',
    extra: { api_key: 'secret-key' },
  };
  expect((await stack.call('POST', ROUTE, record)).status).toBe(400);
  const [refused] = await kept('meta=cb-321');
  expect(refused.problems).toMatchObject([{ code: 'callback-url', field: 'callback_url' }]);
  expect(refused.body).toContain('https://evil.example.net/…');
  expect(JSON.stringify(refused)).not.toContain('secret-');
  await stack.call('POST', ROUTE, '{"password":"secret-pw","x":', { 'content-type': 'application/json' });
  const [broken] = await until('it is kept', async () => {
    const latest = await requests('limit=1');
    return latest[0].id !== refused.id && latest;
  });
  expect(broken.code).toBe('malformed-body');
  expect(JSON.stringify(broken)).not.toContain('secret-');
  await stack.call('POST', ROUTE, { to: 'x', message: 'The code is 4711', mid: 's-322', sensitive: true });
  expect((await kept('meta=s-322'))[0].body).toBeUndefined();
});

test('numbers are shown to `manage`, words to `content`', async () => {
  await stack.call('POST', ROUTE, { to: '9800000331', message: '$$Body to 9800000331', mid: 'seen-331' });
  await kept('meta=seen-331');
  const as = async (scopes: string[]) =>
    (await stack.call('GET', '/api/v1/requests?meta=seen-331', undefined, await bearerOf(stack, scopes))).json.items[0];
  const reader = await as(['read']);
  expect([reader.problems[0].to, reader.body]).toEqual(['+9198******31', undefined]);
  const writer = await as(['read', 'content']);
  expect(writer.body).toContain('$$Body');
  expect(JSON.stringify(writer)).not.toContain('9800000331');
  expect((await as(['read', 'manage'])).problems[0].to).toBe('+919800000331');
  expect((await stack.call('GET', '/api/v1/requests', undefined, await bearerOf(stack, ['send']))).status).toBe(403);
});

test('a key that ended or lacks the scope is told to its account, and no secret of it; nobody’s key is told to nobody', async () => {
  const post = callerOf(stack.url);
  const before = (await requests('limit=500')).length;
  const { json: made } = await stack.call('POST', '/api/v1/api-keys', { name: 'CleverTap form', scopes: ['send'] });
  await stack.call('DELETE', `/api/v1/api-keys/${made.id}`);
  const record = { to: '9800000341', message: 'Hello' };
  expect((await post('POST', ROUTE, record, { authorization: `Bearer ${made.key}` })).status).toBe(401);
  const reader = await bearerOf(stack, ['read']);
  expect((await post('POST', ROUTE, record, reader)).status).toBe(403);
  expect((await post('POST', ROUTE, record, { authorization: 'Bearer hg_nobodyskey_secret' })).status).toBe(401);
  const [forbidden, ended, ...rest] = await until('both are kept', async () => {
    const all = await requests('limit=500');
    return all.length >= before + 2 && all;
  });
  expect(rest.length).toBe(before);
  expect(forbidden).toMatchObject({ status: 403, code: 'forbidden', keyName: 'test' });
  expect(ended).toMatchObject({ status: 401, code: 'unauthorized', keyId: made.id, keyName: 'CleverTap form' });
  expect(ended.body).toBeUndefined();
  const { items } = (await stack.call('GET', '/api/v1/requests/latest')).json;
  expect(items.find(({ keyId }: { keyId: string }) => keyId === made.id)).toMatchObject({
    shape: 'generic', status: 401, outcome: 'refused', code: 'unauthorized',
  }); // prettier-ignore
});

test('the latest of a key and contract is a light: refused, then taken, with when', async () => {
  const key = await bearerOf(stack, ['send'], { name: 'light' });
  const latest = async () => {
    const { items } = (await stack.call('GET', '/api/v1/requests/latest')).json;
    return items.find(({ keyName, shape }: Record<string, string>) => keyName === 'light' && shape === 'mobtexting');
  };
  const post = (body: object) => stack.call('POST', '/api/v2/sms/clevertap/send', body, key);
  expect(await latest()).toBeUndefined();
  await post({ to: 'x', message: 'Hello' });
  const latestOf = (status: number) =>
    until(`it is ${status}`, async () => {
      const one = await latest();
      return one?.status === status && one;
    });
  const refused = await latestOf(400);
  expect(refused).toMatchObject({ status: 400, outcome: 'refused' });
  expect(refused.takenAt).toBeUndefined();
  await post({ to: '9800000351', message: 'Hello', service: 'T' });
  const taken = await latestOf(200);
  expect(taken).toMatchObject({ status: 200, outcome: 'taken', takenAt: taken.at });
  await post({ to: 'x', message: 'Hello' });
  expect(await latestOf(400)).toMatchObject({ outcome: 'refused', takenAt: taken.takenAt });
  const [shown] = (await requests('outcome=taken')).filter(({ keyName }) => keyName === 'light');
  expect(shown).toMatchObject({ status: 200, accepted: 1, rejected: 0 });
  expect((await stack.call('GET', `/api/v1/requests/${shown.id}`)).json).toEqual(shown);
});

test('pages and times', async () => {
  const first = (await stack.call('GET', '/api/v1/requests?limit=2')).json;
  const second = (await stack.call('GET', `/api/v1/requests?limit=2&cursor=${first.nextCursor}`)).json;
  expect(new Set([...first.items, ...second.items].map(({ id }: { id: string }) => id)).size).toBe(4);
  expect(await requests(`until=${first.items[1].at}&limit=1`)).not.toContainEqual(first.items[0]);
  expect(await requests(`from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
});

test('a flood of bad requests is bounded, and what is not kept is counted', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Flood' });
  const own = { 'x-account-id': account.id as string };
  await stack.call(
    'POST',
    '/api/v1/gateways',
    { provider: 'infobip', name: 'g', credentials: { apiKey: 'k' }, sendingPattern: 'loop' },
    own,
  );
  // 5,000 records at once, and 50 a second: no other thousand is let in for 20 s.
  const list = Array.from({ length: 1_000 }, () => ({ to: 'x', message: 'Hello' }));
  await Promise.all(Array.from({ length: 8 }, () => stack.call('POST', ROUTE, { list }, own)));
  const counted = await until('all are counted', async () => {
    const { rows } = await stack.database.pool.query<{ kept: number; dropped: number }>(
      `select coalesce(sum(kept), 0)::int as kept, coalesce(sum(dropped), 0)::int as dropped from request_days
       where account_id = $1`,
      [account.id],
    );
    return rows[0]!.kept + rows[0]!.dropped === 8 && rows[0];
  });
  const { items } = (await stack.call('GET', '/api/v1/requests', undefined, own)).json;
  expect([items.length, counted]).toEqual([5, { kept: 5, dropped: 3 }]);
  // Others are not concerned.
  const meta = randomUUID();
  await stack.call('POST', ROUTE, { to: 'x', message: 'Hello', mid: meta });
  expect(await kept(`meta=${meta}`)).toHaveLength(1);
});

test.each(['generic', 'mobtexting', 'times-mobile'])('a sample goes the way of CleverTap’s: %s', async (shape) => {
  const { status, json } = await stack.call('POST', '/api/v1/clevertap/test', { shape, to: '9800000361' });
  expect([status, json.answer.status, json.messageIds.length]).toEqual([200, 200, 1]);
  expect(json.request.body.to).toBe('+9198******61');
  expect((await stack.call('GET', `/api/v1/messages/${json.messageIds[0]}`)).json).toMatchObject({
    to: '+919800000361',
  });
  const none = await stack.call('POST', '/api/v1/clevertap/test', { shape });
  expect([none.status, none.json.code]).toEqual([409, 'no-test-phone']);
});
