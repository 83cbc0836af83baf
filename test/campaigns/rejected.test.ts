/** Recipients that a campaign leaves out: counted, told and found again, whoever rejected them. */
import type { Answer } from '../support/client';
import { bearerOf } from '../support/api';
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

const PATH = '/api/v1/campaigns';
const message = 'Hi {name}';
const named = (to: string, custom?: string) => ({
  to,
  variables: { name: 'Asha' },
  ...(custom === undefined ? {} : { custom }),
});
const GOOD = [named('+919800000101', 'm-good'), named('+919800000102')];
const BAD = [
  { ...named('98000', 'm-short') },
  { to: '+919800000103', custom: 'm-nameless' },
  named('+919800000101'),
  { to: 7, custom: 'm-typed' },
  { ...named('+919800000104'), colour: 'red' },
];

const rejectedOf = async (id: string, query = '', headers?: Record<string, string>): Promise<Answer> =>
  stack.call('GET', `${PATH}/${id}/rejected${query}`, undefined, headers);
const found = async (id: string, query: string): Promise<number[]> =>
  (await rejectedOf(id, query)).json.items.map(({ position }: { position: number }) => position);
const ledgerOf = async (id: string) => (await stack.call('GET', `${PATH}/${id}/ledger`)).json;
const forecastOf = (id: string) =>
  until('the forecast is made', async () => {
    const { status, json } = await stack.call('GET', `${PATH}/${id}/forecast`);
    return status === 200 ? json : null;
  });

async function upload(csv: string): Promise<string> {
  const { json } = await stack.call('POST', '/api/v1/uploads', csv, { 'content-type': 'text/csv' });
  await until(
    'the upload is ready',
    async () => (await stack.call('GET', `/api/v1/uploads/${json.id}`)).json.state === 'ready',
  );
  return json.id;
}

test('of a request: on the draft, in its forecast, in the ledger, and after it has finished', async () => {
  const made = await campaigns.create({ message, draft: true, audience: { recipients: [...GOOD, ...BAD] } });
  expect(made.json.rejected).toHaveLength(4);
  const codes = ['invalid-number', 'missing-variable', 'invalid-type', 'invalid-type'];
  const audience = { rejected: 4, duplicates: 1 };
  const { id } = made.json;
  const draft = await campaigns.read(id);
  expect(draft.audience).toMatchObject(audience);
  expect(draft.audience.problems.map(({ code }: { code: string }) => code)).toEqual(codes);
  expect(draft.audience.problems.map(({ position }: { position: number }) => position)).toEqual([2, 3, 5, 6]);
  expect(await forecastOf(id)).toMatchObject({ recipients: 2, ...audience, problems: draft.audience.problems });
  await campaigns.act(id, 'launch');
  const done = await campaigns.reaches(id, 'finished');
  expect(done.audience).toEqual({ ...draft.audience, recipients: 2 });
  expect(await ledgerOf(id)).toMatchObject({ ledger: { accepted: 2, open: 0 }, leftOut: audience });
  expect((await rejectedOf(id)).json.items).toMatchObject([
    { position: 2, to: '98000', meta: 'm-short', code: 'invalid-number' },
    { position: 3, to: '+919800000103', meta: 'm-nameless', code: 'missing-variable' },
    { position: 5, to: null, meta: 'm-typed', code: 'invalid-type' },
    { position: 6, to: '+919800000104', meta: null, code: 'invalid-type' },
  ]);
});

test('found by number in any spelling, and by meta; masked for a key that may only read', async () => {
  const { json } = await campaigns.create({ message, draft: true, audience: { recipients: [...GOOD, ...BAD] } });
  const { id } = json;
  for (const to of ['+919800000103', '9800000103', '+91 98000 00103']) {
    expect([to, await found(id, `?to=${encodeURIComponent(to)}`)]).toEqual([to, [3]]);
  }
  expect(await found(id, '?to=98000')).toEqual([2]);
  expect(await found(id, '?meta=m-typed')).toEqual([5]);
  expect(await found(id, '?meta=m-good')).toEqual([]);
  expect(await found(id, '?limit=2')).toEqual([2, 3]);
  const { nextCursor } = (await rejectedOf(id, '?limit=2')).json;
  expect(await found(id, `?limit=2&cursor=${nextCursor}`)).toEqual([5, 6]);
  const reader = await bearerOf(stack, ['read'], { accountId: stack.accountId });
  const { items } = (await rejectedOf(id, '?meta=m-nameless', reader)).json;
  expect(items).toMatchObject([{ to: '+9198******03', meta: 'm-nameless' }]);
  const { json: other } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  expect((await rejectedOf(id, '', { 'x-account-id': other.id })).status).toBe(404);
});

test('of an upload: its invalid rows, by their place in the file; duplicates are counted apart', async () => {
  const rows = ['+919800000111,Asha', '98000,Ravi', '+919800000111,Asha', 'no number,Mira', '+919800000112,Noor'];
  const uploadId = await upload(['to,name', ...rows].join('\n'));
  const id = await campaigns.launch({ message, audience: { uploadId } });
  const done = await campaigns.reaches(id, 'finished');
  expect(done.audience).toMatchObject({ recipients: 2, rejected: 2, duplicates: 1 });
  expect(done.audience.problems).toMatchObject([
    { position: 3, code: 'invalid-row', message: expect.stringMatching(/^to: /) },
    { position: 5, code: 'invalid-row', message: expect.stringMatching(/^to: /) },
  ]);
  expect(await ledgerOf(id)).toMatchObject({ leftOut: { rejected: 2, duplicates: 1 } });
  expect(await found(id, '?to=98000')).toEqual([3]);
});

test('whose text can’t be made: found while it is prepared, with their number and meta', async () => {
  const uploadId = await upload(
    ['to,custom,name', '+919800000121,m-1,Asha', '+919800000122,m-2,', '98,m-3,Ravi'].join('\n'),
  );
  const id = await campaigns.launch({ message, audience: { uploadId } });
  const done = await campaigns.reaches(id, 'finished');
  expect(done.audience).toMatchObject({ recipients: 1, rejected: 2 });
  expect((await rejectedOf(id)).json.items).toMatchObject([
    { position: 3, to: '+919800000122', meta: 'm-2', code: 'missing-variable' },
    { position: 4, to: '98', meta: 'm-3', code: 'invalid-row' },
  ]);
  expect(await found(id, '?meta=m-2')).toEqual([3]);
});

test('more than are told: all are counted, the first hundred told, all of a request found', async () => {
  const bad = Array.from({ length: 1_500 }, (_, i) => ({ to: `x${i}`, custom: `m-${i}` }));
  const { json } = await campaigns.create({
    message: 'Hello',
    draft: true,
    audience: { recipients: [...people(1, 7_000_000), ...bad] },
  });
  const { audience } = await campaigns.read(json.id);
  expect([audience.rejected, audience.problems.length]).toEqual([1_500, 100]);
  expect(await found(json.id, '?meta=m-1499')).toEqual([1_500]);
});

test('cancelled while it is prepared: those left out stay left out, the others are cancelled', async () => {
  const bad = Array.from({ length: 50 }, (_, i) => ({ to: `x${i}` }));
  const id = await campaigns.launch({
    message: 'Hello',
    audience: { recipients: [...people(8_000, 7_100_000), ...bad] },
  });
  await campaigns.act(id, 'cancel');
  await campaigns.waitFor(id, 'nothing is open', ({ counts }) => counts.open === 0);
  const { ledger, leftOut } = await ledgerOf(id);
  expect({ ledger, leftOut }).toMatchObject({ ledger: { accepted: 8_000 }, leftOut: { rejected: 50 } });
});

test('a series hands them on to the campaigns that it makes', async () => {
  const recurrence = { cron: '0 10 1 1 *', overlap: 'allow' };
  const made = await campaigns.create({ message, recurrence, audience: { recipients: [...GOOD, ...BAD] } });
  expect(made.status).toBe(201);
  const series = await campaigns.read(made.json.id);
  expect(series.audience).toMatchObject({ rejected: 4, duplicates: 1 });
  expect(await found(made.json.id, '?meta=m-short')).toEqual([2]);
  await campaigns.act(made.json.id, 'cancel');
});
