/** How old a message may be when it leaves, as records, campaigns and accounts say it; nothing is sent here. */
import { insertOccurrence } from '../../src/store/campaigns/series';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  const { status } = await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { maxAgeSeconds: { P: 3_600 } });
  expect(status).toBe(200);
});
afterAll(() => stack.stop());

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const messageOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;
const problemsOf = ({ status, json }: Answer): [number, { field: string; message: string }[]] => [status, json.errors];

describe('records', () => {
  const send = (body: object) => stack.call('POST', '/clevertap/v1/messages', body);
  let next = 0;
  const record = (over: object = {}): object => ({
    to: `9198000009${String(next++).padStart(2, '0')}`,
    text: 'Hi',
    ...over,
  });

  test('200: each message shows until when it may leave, also in the list', async () => {
    const validUntil = inSeconds(600);
    const time = inSeconds(300);
    const list = [record(), record({ validUntil: inSeconds(60) }), record({ time, maxAgeSeconds: 30 })];
    const { status, json } = await send({ validUntil, list });
    expect([status, json.rejected]).toEqual([200, []]);
    const [shared, own, scheduled] = await Promise.all(json.ids.map(messageOf));
    expect(shared.validUntil).toBe(validUntil);
    expect(Date.parse(own.validUntil)).toBeLessThan(Date.parse(validUntil));
    expect(Date.parse(scheduled.validUntil) - Date.parse(scheduled.scheduledAt)).toBe(30_000);
    const listed = (await stack.call('GET', `/api/v1/messages?to=%2B${shared.to.slice(1)}`)).json.items;
    expect(listed).toMatchObject([{ id: shared.id, validUntil }]);
  });

  test('one that says nothing takes the default of its service, from its time', async () => {
    const time = inSeconds(300);
    const { json } = await send({ time, list: [record({ service: 'P' }), record({ service: 'T' })] });
    const [promotional, transactional] = await Promise.all(json.ids.map(messageOf));
    expect(Date.parse(promotional.validUntil) - Date.parse(time)).toBe(3_600_000);
    expect(transactional).not.toHaveProperty('validUntil');
  });

  test('a bad one is rejected alone, by field, value and remedy', async () => {
    const past = inSeconds(-60);
    const list = [record({ maxAgeSeconds: 0 }), record(), record({ validUntil: past })];
    const { status, json } = await send({ list });
    expect([status, json.accepted]).toEqual([200, 1]);
    expect(json.rejected).toEqual([
      {
        index: 0,
        code: 'invalid-number',
        field: 'maxAgeSeconds',
        message: 'maxAgeSeconds is "0"; it must be a whole number from 1 to 34560000',
      },
      {
        index: 2,
        code: 'invalid-time',
        field: 'validUntil',
        message: `validUntil is ${past}, which is over before the message could leave: give a moment to come, or none`,
      },
    ]);
  });

  test('the same record again is the same, whatever it says of its age', async () => {
    const same = record({ custom: 'age 1' });
    const first = await send({ ...same, maxAgeSeconds: 60 });
    const again = await send({ ...same, maxAgeSeconds: 90 });
    expect(again.json).toMatchObject({ ids: first.json.ids, duplicates: [0] });
  });
});

describe('campaigns', () => {
  const PATH = '/api/v1/campaigns';
  const create = (over: object = {}) =>
    stack.call('POST', PATH, {
      name: 'Sale',
      message: 'The sale is on.',
      audience: { recipients: [{ to: '+919800000990' }] },
      draft: true,
      ...over,
    });
  const made = async (over: object = {}) => {
    const { status, json } = await create(over);
    expect([status, json.errors]).toEqual([201, undefined]);
    return json;
  };

  test('201: shown as given, else as the account says of its service when it is made', async () => {
    const validUntil = inSeconds(600);
    expect(await made({ maxAgeSeconds: 90 })).toMatchObject({ maxAgeSeconds: 90, validUntil: null });
    expect(await made({ service: 'P', validUntil })).toMatchObject({ maxAgeSeconds: null, validUntil });
    const both = await made({ maxAgeSeconds: 90, validUntil });
    expect((await stack.call('GET', `${PATH}/${both.id}`)).json).toMatchObject({ maxAgeSeconds: 90, validUntil });
    expect(await made({ service: 'P' })).toMatchObject({ maxAgeSeconds: 3_600, validUntil: null });
    expect(await made({ service: 'T' })).toMatchObject({ maxAgeSeconds: null, validUntil: null });
  });

  test('400: an age that is none', async () => {
    for (const maxAgeSeconds of [0, -1, 1.5, 34_560_001, '90']) {
      const { status, json } = await create({ maxAgeSeconds });
      expect([status, json.errors[0].field]).toEqual([400, 'maxAgeSeconds']);
    }
  });

  test('400: a validUntil that comes too early, can’t be read, or is one of a series', async () => {
    const past = inSeconds(-60);
    const [time, before] = [inSeconds(600), inSeconds(500)];
    const over = 'which is over before the message could leave';
    expect(problemsOf(await create({ validUntil: past }))).toEqual([
      400,
      [{ field: 'validUntil', message: `is ${past}, ${over}: give a moment to come, or none` }],
    ]);
    expect(problemsOf(await create({ time, validUntil: before }))).toEqual([
      400,
      [{ field: 'validUntil', message: `is ${before}, ${over} at ${time}: give a later one, or none` }],
    ]);
    expect(problemsOf(await create({ validUntil: 'soon' }))).toEqual([
      400,
      [{ field: 'validUntil', message: expect.stringContaining('unreadable') }],
    ]);
    expect(problemsOf(await create({ validUntil: time, recurrence: { cron: '0 10 * * *' } }))).toEqual([
      400,
      [{ field: 'validUntil', message: expect.stringContaining('give maxAgeSeconds') }],
    ]);
  });

  test('400: no other time at which it would be over', async () => {
    const validUntil = inSeconds(600);
    const { id } = await made({ validUntil });
    const reschedule = (time: string) => stack.call('POST', `${PATH}/${id}/reschedule`, { time });
    expect(problemsOf(await reschedule(validUntil))).toEqual([
      400,
      [{ field: 'time', message: expect.stringContaining(`its validUntil (${validUntil}) is over: give an earlier`) }],
    ]);
    const time = inSeconds(500);
    expect((await reschedule(time)).json).toMatchObject({ state: 'draft', time, validUntil });
  });

  test('409: a draft is not launched once it is over', async () => {
    const { id } = await made({ validUntil: inSeconds(600) });
    await stack.database.pool.query(`update campaigns set valid_until = now() where id = $1`, [id]);
    const { status, json } = await stack.call('POST', `${PATH}/${id}/launch`);
    expect([status, json.code, json.detail]).toEqual([409, 'wrong-state', expect.stringContaining('is over')]);
    expect((await stack.call('GET', `${PATH}/${id}`)).json.state).toBe('draft');
  });

  test('the campaigns of a series are as old as it says', async () => {
    const { id } = await made({ maxAgeSeconds: 90, recurrence: { cron: '0 10 29 2 *' } });
    const { db, pool } = stack.database;
    await pool.query(`update campaigns set state = 'scheduled' where id = $1`, [id]);
    const occurrence = await insertOccurrence(db, { seriesId: id, occurrence: 'run 1', dueAt: new Date(), label: '' });
    expect((await stack.call('GET', `${PATH}/${occurrence!.id}`)).json).toMatchObject({
      seriesId: id,
      maxAgeSeconds: 90,
    });
    await pool.query(`delete from campaigns where id = $1`, [occurrence!.id]);
    await pool.query(`delete from campaigns where id = $1`, [id]);
  });

  test('a notification says it itself, and takes the default of the account where it does not', async () => {
    const group = await stack.call('POST', '/api/v1/groups', { name: 'People' });
    await stack.call('POST', `/api/v1/groups/${group.json.id}/members`, { members: [{ to: '+919800000991' }] });
    await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { maxAgeSeconds: { P: 3_600, T: 300 } });
    const entry = { groupId: group.json.id, message: 'Hello' };
    const validUntil = inSeconds(600);
    const { json } = await stack.call('POST', '/api/v1/send', [
      entry,
      { ...entry, maxAgeSeconds: 60 },
      { ...entry, validUntil },
      { ...entry, maxAgeSeconds: 0 },
    ]);
    const said = await Promise.all(
      json.slice(0, 3).map(async ({ campaignId }: { campaignId: string }) => {
        const { maxAgeSeconds, validUntil: until } = (await stack.call('GET', `${PATH}/${campaignId}`)).json;
        return [maxAgeSeconds, until];
      }),
    );
    expect(said).toEqual([
      [300, null],
      [60, null],
      [null, validUntil],
    ]);
    expect(json[3]).toMatchObject({ status: 'rejected', error: expect.stringContaining('maxAgeSeconds') });
  });
});
