/** A CSV file of recipients on its way in: what is taken, what is refused and why, and what a killed worker leaves. */
import { connect } from 'node:net';
import { markImportStarted } from '../../src/store/audience/upload-rows';
import { readUploadRows } from '../../src/store/audience/uploads';
import { bearerOf } from '../support/api';
import { startProcess, type TestProcess } from '../support/process';
import { ADMIN_KEY } from '../support/servers';
import { startStack, type Answer, type TestStack } from '../support/stack';
import { csvOf, storeUpload } from '../support/uploads';
import { until } from '../support/until';

let stack: TestStack;
const workers: TestProcess[] = [];
const startWorker = async (): Promise<TestProcess> => {
  const worker = await startProcess('worker', stack.env);
  workers.push(worker);
  return worker;
};

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await startWorker();
});
afterAll(async () => {
  for (const worker of workers) await worker.kill();
  await stack.stop();
});

const CSV = { 'content-type': 'text/csv' };
const upload = (file: string, query = '', headers: Record<string, string> = CSV) =>
  stack.call('POST', `/api/v1/uploads${query}`, file, headers);

/** Posts what `stack.call` can't: bytes, forms. */
async function post(body: string | FormData, headers: Record<string, string> = {}, query = ''): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${stack.api.port}/api/v1/uploads${query}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

/** The upload once its import is over. */
const finished = ({ status, json }: Answer) => {
  expect([status, json.state, json.rows]).toEqual([201, 'processing', 0]);
  return until('the import is over', async () => {
    const { json: now } = await stack.call('GET', `/api/v1/uploads/${json.id}`);
    return now.state === 'processing' ? null : now;
  });
};

async function reportOf(id: string, headers: Record<string, string> = {}): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${stack.api.port}/api/v1/uploads/${id}/errors.csv`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  return (await response.text()).trimEnd().split('\n');
}

const MIXED = [
  '\ufeffName;Phone;custom',
  'Asha;98000 00001;m1',
  '"Rao; ""A""";+919800000002;m2',
  '=1+1;98000x;m3',
  'Twice;919800000001;m4',
  '',
].join('\r\n');

describe('201', () => {
  test('a file with all that spreadsheets do to it: rows, counts and the report of errors', async () => {
    const answer = await upload(MIXED, '?delimiter=%3B&name=Diwali');
    const done = await finished(answer);
    expect(done).toMatchObject({
      ...{ name: 'Diwali', state: 'ready', rows: 4, valid: 2, invalid: 1, duplicates: 1 },
      columns: ['Name', 'Phone', 'custom'],
      errors: [
        { row: 4, column: 'Phone', value: '98000x', message: 'the number has characters other than digits' },
        { row: 5, column: 'Phone', value: '+919800000001' },
      ],
    });
    expect(Date.parse(done.finishedAt)).toBeGreaterThanOrEqual(Date.parse(done.createdAt));
    expect(await readUploadRows(stack.database.pool, done.id, 0, 10)).toEqual([
      { position: 2, msisdn: '+919800000001', meta: 'm1', variables: { Name: 'Asha' } },
      { position: 3, msisdn: '+919800000002', meta: 'm2', variables: { Name: 'Rao; "A"' } },
    ]);
    // The plus sign would make it a formula.
    expect(await reportOf(done.id)).toEqual([
      'row,column,value,message',
      '4,Phone,98000x,the number has characters other than digits',
      `5,Phone,'+919800000001,"the number is in an earlier row, which is the one that counts"`,
    ]);
  });

  test('a key that may only read sees the numbers masked', async () => {
    const { id } = await finished(await upload('to\n+919800000001\n+919800000001\n98000000012345678x\n'));
    const reader = await bearerOf(stack, ['read']);
    const { json } = await stack.call('GET', `/api/v1/uploads/${id}`, undefined, reader);
    const masked = ['+9198******01', '9800***********78x'];
    expect(json.errors.map(({ value }: { value: string }) => value)).toEqual(masked);
    const report = (await reportOf(id, reader)).join('\n');
    for (const value of masked) expect(report).toContain(value);
    expect(report).not.toContain('9800000001');
  });

  test('a file in another charset, declared in its type or in the query, with a delimiter that nobody named', async () => {
    const latin = new Blob([Buffer.from('Téléphone;Nom\n9800000001;Zoé\n', 'latin1')]);
    const form = new FormData();
    form.set('file', latin, 'list.csv');
    const declared = { 'content-type': 'text/csv; charset=windows-1252' };
    const raw = await fetch(`http://127.0.0.1:${stack.api.port}/api/v1/uploads`, {
      method: 'POST',
      body: latin,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, ...declared },
    });
    expect(raw.status).toBe(201);
    const done = await finished(await post(form, {}, '?charset=windows-1252'));
    expect(done).toMatchObject({ state: 'ready', valid: 1, otherColumn: 0, columns: ['Téléphone', 'Nom'] });
    const [row] = await readUploadRows(stack.database.pool, done.id, 0, 10);
    expect(row).toMatchObject({ variables: { Nom: 'Zoé' } });
  });

  test('a form with the file in it', async () => {
    const form = new FormData();
    form.set('note', 'ignored');
    form.set('file', new Blob([csvOf(3)], { type: 'text/csv' }), 'list é.csv');
    expect(await finished(await post(form))).toMatchObject({ name: 'list é.csv', state: 'ready', valid: 3 });
  });

  test('more than 4 MB, raw and as a form', async () => {
    const file = csvOf(150_000);
    expect(file.length).toBeGreaterThan(4 * 1_024 * 1_024);
    const form = new FormData();
    form.set('file', new Blob([file]), 'large.csv');
    const [raw, inForm] = await Promise.all([post(file, CSV), post(form)]);
    expect(await finished(raw)).toMatchObject({ state: 'ready', rows: 150_000, valid: 150_000 });
    expect(await finished(inForm)).toMatchObject({ state: 'ready', rows: 150_000, valid: 150_000 });
  }, 300_000);

  test('10 % bad rows are errors of their own', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => (i % 10 === 9 ? `x${i}` : `+91${9_100_000_000 + i}`));
    const done = await finished(await upload(`to\n${lines.join('\n')}`));
    expect(done).toMatchObject({ state: 'ready', rows: 2_000, valid: 1_800, invalid: 200 });
    expect(done.errors).toHaveLength(100);
    expect(done.errors[0]).toMatchObject({ row: 11, column: 'to', value: 'x9' });
    expect(await reportOf(done.id)).toHaveLength(201);
  });

  test('what is wrong further down ends as failed, with the reason', async () => {
    const long = await finished(await post(`${csvOf(10_000)}9800000001,${'x'.repeat(5_000_000)}\n`, CSV));
    expect(long.state).toBe('failed');
    expect(long.reason).toContain('line 10002 is longer than 64 KB');
    const bad = await finished(await upload('to\nnobody\n'));
    expect([bad.state, bad.reason]).toEqual(['failed', 'none of the 1 rows is valid; errors.csv says why']);
  });
});

describe('400, and nothing is left behind', () => {
  // An import takes the bytes away when it is over: none goes on while they are counted.
  beforeAll(async () => {
    await until('no import goes on', async () => {
      const { rowCount } = await stack.database.pool.query(`select from uploads where state = 'processing'`);
      return rowCount === 0;
    });
  });
  const uploads = async () => {
    const { rows } = await stack.database.pool.query<{ n: number }>(
      'select (select count(*) from uploads)::int + (select count(*) from upload_chunks)::int as n',
    );
    return rows[0]!.n;
  };

  test.each([
    ['an empty file', '', 'it is empty'],
    ['only a header', 'to,name\n', 'it has only a header row'],
    ['a delimiter that is none', 'sep=:\nto:name\n1:2\n', 'names ":" as delimiter'],
    ['no phone column', 'name,city\nAsha,Pune\n', 'the header row has "name", "city"'],
    ['a header of 5 MB', 'x'.repeat(5_000_000), 'the header, is longer than 64 KB'],
    ['a zip', 'PK\x03\x04\x14\x00\x08\x00', 'it looks like a zip archive or an Excel workbook (.xlsx)'],
    ['the same column twice', 'to,name,NAME\n', 'the column "NAME" twice'],
  ])('%s', async (_label, file, message) => {
    const before = await uploads();
    const { status, json } = await upload(file);
    expect([status, json.code, json.errors[0].field]).toEqual([400, 'invalid-request', 'file']);
    expect(json.detail).toContain(message);
    expect(await uploads()).toBe(before);
  });

  test('a form without the file, with it under another name, cut off', async () => {
    const form = new FormData();
    form.set('list', new Blob(['to\n1\n']), 'list.csv');
    expect((await post(form)).json.detail).toContain('it is in the field "list" of the form: name the field "file"');
    const none = new FormData();
    none.set('name', 'x');
    expect((await post(none)).json.detail).toContain('no field "file"');
    const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nto\r\n98';
    const { status, json } = await post(cut, { 'content-type': 'multipart/form-data; boundary=b' });
    expect([status, json.code]).toEqual([400, 'malformed-body']);
    expect((await post('x', { 'content-type': 'multipart/form-data' })).status).toBe(400);
  });

  test('settings: an unknown one, a delimiter that is none; a body that is no file', async () => {
    expect((await upload('to\n1\n', '?numbercolumn=to')).json.errors[0].field).toBe('numbercolumn');
    expect((await upload('to\n1\n', '?delimiter=x')).json.errors[0].field).toBe('delimiter');
    const json = await upload('{"to":1}', '', { 'content-type': 'application/json' });
    expect([json.status, json.json.detail]).toEqual([415, expect.stringContaining('text/csv or multipart/form-data')]);
    const unknown = await upload('to\n1\n', '', { 'content-type': 'text/csv; charset=klingon' });
    expect(unknown.json.detail).toContain('its charset is klingon');
    expect((await upload('to;name\n1;2\n', '?delimiter=,')).json.detail).toContain('?delimiter=%3B');
    expect((await stack.call('GET', '/api/v1/uploads?cursor=x')).json.errors[0].field).toBe('cursor');
  });

  test('a client that goes away in the middle', async () => {
    const before = await uploads();
    const head = [
      'POST /api/v1/uploads HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${ADMIN_KEY}`,
      'Content-Type: text/csv',
      'Content-Length: 10000000',
      '\r\n',
    ].join('\r\n');
    const socket = connect(stack.api.port, '127.0.0.1');
    socket.write(head + csvOf(40_000));
    await until('its first bytes are stored', async () => (await uploads()) > before);
    socket.resetAndDestroy();
    await until('nothing is left', async () => (await uploads()) === before);
  });
});

test('an Idempotency-Key: the same file again is the same upload, one of another size is refused', async () => {
  const keyed = { ...CSV, 'idempotency-key': 'list-1' };
  const first = await upload('to\n9800000001\n', '', keyed);
  const again = await upload('to\n9800000001\n', '', keyed);
  expect([again.status, again.json.id, again.headers.get('idempotency-replayed')]).toEqual([
    201,
    first.json.id,
    'true',
  ]);
  const { status, json } = await upload('to\n9800000001\n9800000002\n', '', keyed);
  expect([status, json.code]).toEqual([409, 'idempotency-mismatch']);
});

test('401, 403: uploading needs a key with the scope manage, looking one with read', async () => {
  const none = { ...CSV, authorization: '' };
  expect((await upload('to\n9800000001\n', '', none)).status).toBe(401);
  const reader = await bearerOf(stack, ['read']);
  expect((await upload('to\n9800000001\n', '', { ...CSV, ...reader })).status).toBe(403);
  expect((await stack.call('GET', '/api/v1/uploads', undefined, reader)).status).toBe(200);
  const sender = await bearerOf(stack, ['send']);
  expect((await stack.call('GET', '/api/v1/uploads', undefined, sender)).status).toBe(403);
});

test('200, 204, 404: lists by pages, and what is deleted is gone', async () => {
  const made = [await upload('to\n9800000001\n'), await upload('to\n9800000002\n')].map(({ json }) => json.id);
  const first = (await stack.call('GET', '/api/v1/uploads?limit=1')).json;
  expect([first.items[0].id, first.nextCursor]).toEqual([made[1], made[1]]);
  expect(first.items[0].errors).toBeUndefined();
  const second = (await stack.call('GET', `/api/v1/uploads?limit=1&cursor=${first.nextCursor}`)).json;
  expect(second.items[0].id).toBe(made[0]);

  const path = `/api/v1/uploads/${made[0]}`;
  expect((await stack.call('DELETE', path)).status).toBe(204);
  for (const [method, where] of [
    ['GET', path],
    ['GET', `${path}/errors.csv`],
    ['DELETE', path],
  ] as const) {
    expect((await stack.call(method, where)).status).toBe(404);
  }
  expect((await stack.call('GET', '/api/v1/uploads/none')).status).toBe(404);
  const other = (await stack.call('POST', '/api/v1/accounts', { name: 'Other' })).json.id;
  const asOther = { 'x-account-id': other };
  expect((await stack.call('GET', `/api/v1/uploads/${made[1]}`, undefined, asOther)).status).toBe(404);
  const { rows } = await stack.database.pool.query<{ action: string }>(
    'select action from audit where subject = $1 order by id',
    [made[0]],
  );
  expect(rows.map(({ action }) => action)).toEqual(['upload.created', 'upload.deleted']);
});

test('a worker that is killed in the middle: its successor goes on, every row is there once', async () => {
  const count = 120_000;
  // It comes as far as the middle, and no further before the worker is killed.
  const holder = await stack.database.pool.connect();
  await holder.query(`
    create function wait_in_the_middle() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(1); return new; end $$;
    create trigger wait_in_the_middle before insert on upload_rows
      for each row when (new.no = ${count / 2}) execute function wait_in_the_middle();
    select pg_advisory_lock(1)`);
  const { json } = await post(csvOf(count), CSV);
  const rowsSoFar = async () => (await stack.call('GET', `/api/v1/uploads/${json.id}`)).json.rows as number;
  await until('some rows are imported', async () => (await rowsSoFar()) > 0);
  await workers.at(-1)!.kill();
  expect(await rowsSoFar()).toBeLessThan(count);
  await holder.query('select pg_advisory_unlock(1)');
  holder.release();
  await startWorker();
  const done = await finished({ ...(await stack.call('GET', '/api/v1/uploads?limit=1')), status: 201, json });
  expect(done).toMatchObject({ state: 'ready', rows: count, valid: count, invalid: 0, duplicates: 0 });
  const { rows } = await stack.database.pool.query(
    `select count(*)::int as rows, count(distinct msisdn)::int as numbers, min(no) as first, max(no) as last
     from upload_rows where upload_id = $1`,
    [json.id],
  );
  expect(rows).toEqual([{ rows: count, numbers: count, first: 2, last: count + 1 }]);
  await stack.database.pool.query('drop trigger wait_in_the_middle on upload_rows');
}, 300_000);

describe('an upload whose import was never started', () => {
  const imported = (id: string) =>
    until('it is imported', async () => (await stack.call('GET', `/api/v1/uploads/${id}`)).json.state === 'ready');

  test('is started by the next api', async () => {
    const id = await storeUpload(stack.database, csvOf(10));
    await stack.stopApi();
    await stack.startApi();
    await imported(id);
  });

  test('is started by the next worker', async () => {
    await workers.at(-1)!.kill();
    const id = await storeUpload(stack.database, csvOf(10));
    // As if the workflow had gone with Temporal's data.
    await markImportStarted(stack.database.pool, id);
    await startWorker();
    await imported(id);
  });
});
