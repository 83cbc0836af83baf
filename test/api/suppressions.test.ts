/** Lists of suppressions in and out, and who may share them. */
import { request, type Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
/** Another account of the same deployment, which asks for its own after everything that is done to the first. */
let neighbour: SharedStack;
beforeAll(async () => {
  [stack, neighbour] = [await joinStack(), await joinStack()];
});
afterAll(async () => {
  expect((await neighbour.call('GET', '/api/v1/suppressions')).json.items).toEqual([]);
  expect((await neighbour.call('GET', '/api/v1/consents')).json.items).toEqual([]);
  await neighbour.stop();
  await stack.stop();
});

const csv = { 'content-type': 'text/csv' };
const put = (body: unknown, query = '', headers: Record<string, string> = {}): Promise<Answer> =>
  stack.call('POST', `/api/v1/suppressions${query}`, body as object, headers);
const imported = (id: string) =>
  until('the list is read', async () => {
    const { json } = await stack.call('GET', `/api/v1/suppressions/imports/${id}`);
    return json.state === 'processing' ? null : json;
  });
const byNumber = async (to: string) => (await stack.call('GET', `/api/v1/suppressions?to=${to}`)).json.items[0];

describe('a list in the request', () => {
  test('is taken but for the numbers that can’t be read, which are told masked', async () => {
    const numbers = ['+919800000201', '9800000202', '98000 00201', '12', 'hundred', '919800000203x99'];
    const { status, json } = await put({ numbers, classes: 'promotional', reason: 'moved over' });
    expect([status, json]).toEqual([201, {
      rows: 6, valid: 3, invalid: 3, added: 2,
      errors: [
        expect.objectContaining({ row: 4, column: 'numbers', value: '12' }),
        expect.objectContaining({ row: 5, value: 'hundred' }),
        expect.objectContaining({ row: 6, value: '9198********x99' }),
      ],
    }]); // prettier-ignore
    expect(await byNumber('9800000202')).toMatchObject({
      source: 'import',
      classes: 'promotional',
      reason: 'moved over',
    });
    expect((await put({ numbers })).json).toMatchObject({ valid: 3, added: 0 });
  });

  test.each([
    ['nothing', { numbers: [] }, 'numbers'],
    ['no number', { numbers: ['x'] }, 'numbers[0]'],
    ['no text', { numbers: [5] }, 'numbers.0'],
    ['two kinds', { numbers: ['9800000201'], to: '9800000201' }, 'to'],
    ['no class', { to: '9800000201', classes: 'some' }, 'classes'],
    ['5,001 numbers', { numbers: Array.from({ length: 5_001 }, () => '9800000201') }, 'numbers'],
  ])('400: %s', async (_, body, field) => {
    const { status, json } = await put(body);
    expect([status, json.errors[0].field]).toEqual([400, field]);
  });
});

describe('a file', () => {
  test('is read after the answer; bad rows are told with their line, masked, and why', async () => {
    const file =
      'mobile,reason,at\n9800000211,by phone,2026-01-31\n98000002119800000211,,\n9800000212,,tomorrow\n9800000213,,\n';
    const { status, json } = await put(file, '?classes=promotional&name=old%20system', csv);
    expect([status, json]).toMatchObject([201, { state: 'processing', name: 'old system' }]);
    expect(await imported(json.id)).toMatchObject({
      state: 'ready', rows: 4, valid: 2, invalid: 2, added: 2,
      errors: [
        { row: 3, column: 'mobile', value: expect.stringMatching(/^9800\*+11$/) },
        { row: 4, column: 'at', value: 'tomorrow' },
      ],
    }); // prettier-ignore
    const report = await stack.call('GET', `/api/v1/suppressions/imports/${json.id}/errors.csv`);
    expect(report.text).toMatch(/^row,column,value,message\n3,mobile,9800\*+11,.*\n4,at,tomorrow,.*\n$/);
    expect(await byNumber('9800000211')).toMatchObject({
      source: 'import', classes: 'promotional', reason: 'by phone', at: '2026-01-31T00:00:00.000Z',
      evidence: { importId: json.id, row: 2 },
    }); // prettier-ignore
    expect((await put(file, '', csv)).status).toBe(201);
  });

  test('of a form is taken too', async () => {
    const form = new FormData();
    form.set('file', new Blob(['to\n9800000221\n'], { type: 'text/csv' }), 'stops.csv');
    const encoded = new Response(form);
    const type = { 'content-type': encoded.headers.get('content-type')! };
    const { status, json } = await put(await encoded.text(), '', type);
    expect([status, json.name]).toEqual([201, 'stops.csv']);
    expect(await imported(json.id)).toMatchObject({ state: 'ready', added: 1 });
  });

  test('that is none is refused with the remedy; no recipient list is made of one', async () => {
    const { status, json } = await put('name\nAsha\n', '', csv);
    expect([status, json.detail]).toEqual([400, expect.stringContaining('no column with the numbers')]);
    const { json: list } = await put('to\n9800000231\n', '', csv);
    await imported(list.id);
    expect((await stack.call('GET', `/api/v1/uploads/${list.id}`)).status).toBe(404);
    expect((await neighbour.call('GET', `/api/v1/suppressions/imports/${list.id}`)).status).toBe(404);
    const audience = { uploadId: list.id as string };
    const campaign = await stack.call('POST', '/api/v1/campaigns', { name: 'x', message: 'x', audience, draft: true });
    expect(campaign.status).toBe(400);
  });
});

test('what is exported can be brought in again, and changes nothing', async () => {
  await put({ to: '+15550100241', reason: '=1+1', classes: 'promotional' });
  const { text, headers } = await request(stack.url, 'GET', '/api/v1/suppressions.csv', undefined, {
    authorization: `Bearer ${stack.env.HELIOGRAPH_ADMIN_KEY}`,
    'x-account-id': stack.accountId,
  });
  expect(headers.get('content-type')).toMatch(/^text\/csv/);
  const [header, newest] = text.split('\n');
  expect(header).toBe('to,classes,source,reason,at,id');
  expect(newest).toMatch(/^'\+15550100241,promotional,person,'=1\+1,/);
  const { json } = await put(text, '', csv);
  const rows = text.trim().split('\n').length - 1;
  expect(await imported(json.id)).toMatchObject({ state: 'ready', rows, valid: rows, added: 0 });
});

test('pages go by a cursor that tells no number, and each number is there once', async () => {
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const { json } = await stack.call('GET', `/api/v1/suppressions?limit=2${cursor}`);
    seen.push(...json.items.map(({ to }: { to: string }) => to));
    if (json.nextCursor === null) break;
    expect(Buffer.from(json.nextCursor as string, 'base64url').toString()).toMatch(/^\["[0-9a-f-]{36}"\]$/);
    cursor = `&cursor=${json.nextCursor}`;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThan(5);
  expect((await stack.call('GET', '/api/v1/suppressions?cursor=%2B919800000201')).status).toBe(400);
});

test('the audit names the suppression and the hash of its number, the record of consents the same hash', async () => {
  const { json } = await put({ to: '9800000251' });
  await stack.call('DELETE', `/api/v1/suppressions/${json.id}`);
  const audit = (await stack.call('GET', `/api/v1/audit?subject=${json.id}`)).json.items;
  expect(audit.map(({ action }: { action: string }) => action)).toEqual(['suppression.deleted', 'suppression.created']);
  const consents = (await stack.call('GET', '/api/v1/consents?to=9800000251')).json.items;
  expect(consents.map(({ kind, source }: Record<string, string>) => [kind, source])).toEqual([
    ['opt-in', 'person'],
    ['opt-out', 'person'],
  ]);
  const hashes = new Set(
    [...audit.map((row: { detail: object }) => row.detail), ...consents].map((one) => one.numberHash),
  );
  expect([...hashes]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(JSON.stringify([audit, consents])).not.toContain('9800000251');
});

test('only an admin says that an account shares opt-outs; the rest is the account’s own to say', async () => {
  const { json: key } = await stack.call('POST', '/api/v1/api-keys', { name: 'm', scopes: ['manage'] });
  const bearer = { authorization: `Bearer ${key.key}` };
  const patch = (optOut: object) => stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { optOut }, bearer);
  const { status, json } = await patch({ scope: 'deployment' });
  expect([status, json.code]).toEqual([403, 'forbidden']);
  expect((await patch({ scope: 'account', words: ['HALT'] })).json.optOut).toEqual({
    scope: 'account', classes: 'all', words: ['HALT'], optInWords: [],
  }); // prettier-ignore
  expect((await patch({ classes: 'promotional' })).json.optOut).toMatchObject({
    classes: 'promotional',
    words: ['HALT'],
  });
  for (const [bad, field] of [
    [{ words: ['…'] }, 'optOut.words.0'],
    [{ words: ['halt'], optInWords: ['HALT!'] }, 'optOut.optInWords.0'],
    [{ scope: 'world' }, 'optOut.scope'],
    [{ keywords: [] }, 'optOut.keywords'],
  ] as const) {
    const answer = await patch(bad);
    expect([answer.status, answer.json.errors[0].field]).toEqual([400, field]);
  }
  await patch({ classes: 'all', words: [] });
});
