/** Why of a campaign that does not go on, and of its messages; the one beside it, of another account, does. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
let neighbour: SharedStack;
beforeAll(async () => {
  // An api alone: nothing moves but what a test moves.
  [stack, neighbour] = [await joinStack({ worker: false }), await joinStack({ worker: false })];
});
afterAll(async () => {
  await neighbour.stop();
  await stack.stop();
});

let number = 0;
/** A campaign of one message that waits, as it is while it runs. @param windows of its slice; null = at any time. */
async function running({ call, accountId, database }: SharedStack, windows: object[] | null = null) {
  const id = `cmp_why${++number}`;
  const record = { to: `98000066${String(number).padStart(2, '0')}`, message: 'Hello', mid: id, service: 'T' };
  const message = (await call('POST', '/clevertap/v1/messages', record)).json.ids[0] as string;
  await database.pool.query(
    `insert into campaigns (id, account_id, name, state, look_at, body, service, audience, timezone, send_id)
     values ($1, $2, 'Diwali', 'running', now() + interval '6 hours', 'Hello', 'T', '{"kind":"recipients"}', 'UTC', gen_random_uuid())`,
    [id, accountId],
  );
  await database.pool.query(
    `update slices s set campaign_id = $2, windows = $3::jsonb, legs = null
     where id = (select slice_id from messages where id = $1)`,
    [message, id, windows === null ? null : JSON.stringify(windows)],
  );
  return { id, message };
}
/** As the duty marked it so long ago, with so many that had left. */
const mark = (id: string, minutes: number, moved = 0) =>
  stack.database.pool.query(
    `insert into campaign_marks (campaign_id, moved, marked_at) values ($1, $2, now() - $3 * interval '1 minute')
     on conflict (campaign_id) do update set moved = excluded.moved, marked_at = excluded.marked_at`,
    [id, moved, minutes],
  );
const why = async (id: string, { call }: SharedStack = stack) =>
  (await call('GET', `/api/v1/why?id=${id}`)).json.verdict;
const hours = (from: number, until: number) => {
  const clock = (plus: number) => new Date(Date.now() + plus * 3_600_000).toISOString().slice(11, 16);
  return [{ start: clock(from), end: clock(until), timezone: 'UTC' }];
};
const minutesSince = ({ since }: { since: string }): number => Math.round((Date.now() - Date.parse(since)) / 60_000);

test('nothing of it has left for ten minutes: the campaign and its message say since when, and what mends it', async () => {
  const [{ id, message }, beside] = [await running(stack), await running(neighbour)];
  await mark(id, 12);
  await mark(beside.id, 12, 3); // Some have left since: it moves.
  const verdict = await why(id);
  expect(verdict).toMatchObject({
    code: 'campaign-stuck',
    who: 'you',
    sentence: expect.stringMatching(
      /^The campaign Diwali runs, and nothing of it has left since .*\(Asia\/Kolkata\)\.$/,
    ),
    remedy: { command: 'heliograph doctor', link: `/console/campaigns/${id}` },
  });
  expect(minutesSince(verdict)).toBe(12);
  const ofMessage = await why(message);
  expect(ofMessage).toMatchObject({ code: 'campaign-stuck', since: verdict.since });
  expect(ofMessage.sentence).toBe(`It waits. ${verdict.sentence}`);
  expect([(await why(beside.id, neighbour)).code, (await why(beside.message, neighbour)).code]).toEqual([
    'campaign-sending', 'waits-its-turn',
  ]); // prettier-ignore
  expect((await neighbour.call('GET', `/api/v1/why?id=${id}`)).status).toBe(404);
});

test.each<[string, number, object[] | null, string]>([
  ['still for nine minutes', 9, null, 'campaign-sending'],
  ['still within a window that opened long ago', 12, hours(-2, 2), 'campaign-stuck'],
  ['still since a window closed', 12, hours(2, 4), 'campaign-outside-window'],
  ['still, with a window that opened three minutes ago', 12, hours(-0.05, 2), 'campaign-sending'],
])('%s', async (_, minutes, windows, code) => {
  const { id } = await running(stack, windows);
  await mark(id, minutes);
  expect((await why(id)).code).toBe(code);
});

test('nothing looks after it: due to be looked at six minutes ago, and not four; one that is paused waits for a person', async () => {
  const [lost, late, paused] = [await running(stack), await running(stack), await running(stack)];
  const lookAt = (id: string, minutes: number, state = 'running') =>
    stack.database.pool.query(
      `update campaigns set look_at = now() - $2 * interval '1 minute', state = $3 where id = $1`,
      [id, minutes, state],
    );
  await Promise.all([lookAt(lost.id, 6), lookAt(late.id, 4), lookAt(paused.id, 6, 'paused')]);
  const verdict = await why(lost.id);
  expect(verdict).toMatchObject({
    code: 'campaign-stuck',
    who: 'you',
    sentence: expect.stringMatching(/^The campaign Diwali does not go on: nothing has looked after it since /),
    remedy: { command: 'heliograph doctor' },
  });
  expect(minutesSince(verdict)).toBe(6);
  expect((await why(lost.message)).code).toBe('campaign-stuck');
  expect([(await why(late.id)).code, (await why(paused.id)).code]).toEqual(['campaign-sending', 'campaign-paused']);
});
