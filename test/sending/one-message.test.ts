/** What people ask of one message: to be dropped, to take another gateway, to be sent again. */
import { auditOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: SharedStack;
let other: Tenant;
beforeAll(async () => {
  stack = await joinStack();
  other = await makeTenant(stack, 'another');
});
afterAll(() => stack.stop());

type Call = Pick<Tenant, 'call'>;
const traceOf = async ({ call }: Call, id: string) => (await call('GET', `/api/v1/messages/${id}`)).json;
const act = ({ call }: Call, id: string, action: string, body?: object) =>
  call('POST', `/api/v1/messages/${id}/${action}`, body);
const settled = (of: Call, id: string) =>
  until('the message is settled', async () => {
    const trace = await traceOf(of, id);
    return trace.settledAt === undefined ? null : trace;
  });

/** Sends one message of the file's account, whose outcomes the simulated CleverTap is told. */
let serial = 919_800_400_000;
async function sendOne(fields: object = {}): Promise<{ id: string; meta: string }> {
  const to = String(++serial);
  const record = { to, text: 'Hello', from: 'BRANDA', mid: `${to}.m`, service: 'T', ...fields };
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', record);
  expect([status, json.rejected]).toEqual([200, []]);
  return { id: json.ids[0] as string, meta: `${to}.m` };
}
const told = async () => (await stack.control('GET', '/control/clevertap')).json;

describe('cancel', () => {
  it('drops what waits, tells CleverTap 917 once, and may be asked again', async () => {
    await stack.control('POST', '/control/reset');
    const gateway = (status: string) => stack.call('PATCH', `/api/v1/gateways/${stack.gatewayId}`, { status });
    expect((await gateway('inactive')).status).toBe(200);
    const { id } = await sendOne();
    await until('it waits', async () => (await traceOf(stack, id)).state === 'queued');
    expect((await act(other, id, 'cancel')).status).toBe(404);
    for (let time = 0; time < 2; time++) {
      const { status, json } = await act(stack, id, 'cancel');
      expect([status, json.state, json.code]).toEqual([200, 'cancelled', '917']);
    }
    expect(await auditOf(stack, id)).toEqual([['message.cancelled', null]]);
    await gateway('active');
    await until('CleverTap was told', async () => (await traceOf(stack, id)).callbacks[0]?.state === 'delivered');
    expect((await traceOf(stack, id)).callbacks).toMatchObject([{ event: 'failed', code: '917', tries: 1 }]);
    expect(await told()).toMatchObject({ records: 1, duplicates: 0 });
    expect((await traceOf(stack, id)).attempts).toEqual([]);
  });

  it('is refused once the message has left', async () => {
    const { id } = await sendOne();
    await settled(stack, id);
    const { status, json } = await act(stack, id, 'cancel');
    expect([status, json.code]).toEqual([409, 'already-left']);
    expect(await auditOf(stack, id)).toEqual([]);
  });

  it('beside dispatch: each message is either dropped or sent, and another account notices nothing', async () => {
    const tenant = await makeTenant(stack, 'cancelling');
    // Half a minute's work: however long a busy machine takes to ask, some still wait.
    const COUNT = 300;
    const gatewayId = await tenant.gateway('cancelling', KNOWS_OUR_IDS, { ratePerSecond: 10 });
    await other.gateway('beside', KNOWS_OUR_IDS, { ratePerSecond: 20 });
    const [ids, others] = [await tenant.send(COUNT), await other.send(20)];
    await until('some have left', async () => (await tenant.states(ids)).includes('delivered'));
    const answers = await Promise.all([...ids].reverse().map((id) => act(tenant, id, 'cancel')));
    const dropped = answers.filter(({ status }) => status === 200).length;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    await until('all are settled', async () =>
      (await tenant.states(ids)).every((state) => ['cancelled', 'delivered'].includes(state)),
    );
    const states = await tenant.states(ids);
    expect(states.filter((state) => state === 'cancelled')).toHaveLength(dropped);
    const counts = await tenant.counts('cancelling');
    expect([counts.submissions, counts.doubled ?? 0]).toEqual([COUNT - dropped, 0]);
    const { json: stats } = await tenant.call('GET', '/api/v1/stats');
    expect(stats.ledger).toMatchObject({ accepted: COUNT, cancelled: dropped, delivered: COUNT - dropped, open: 0 });
    await other.reach(others, 'delivered');
    const { json: found } = await tenant.call(
      'GET',
      `/api/v1/messages?gatewayId=${gatewayId}&state=delivered&limit=${COUNT}`,
    );
    expect(found.items).toHaveLength(COUNT - dropped);
  });
});

describe('move', () => {
  /** Over a gateway that takes one a second: the last of them waits longer than any busy machine takes to ask. */
  const MANY = 120;

  it('a message that waits for its turn takes the other gateway at once; those behind it wait on', async () => {
    const tenant = await makeTenant(stack, 'moving');
    const slow = await tenant.gateway('slow', KNOWS_ITS_OWN, { priority: 1, ratePerSecond: 1, maxInFlight: 1 });
    const spare = await tenant.gateway('spare', KNOWS_OUR_IDS, { priority: 2 });
    const idle = await tenant.gateway('idle', KNOWS_OUR_IDS, { priority: 3, status: 'inactive' });
    const broke = await tenant.gateway('broke', KNOWS_OUR_IDS, { priority: 3 });
    const late = async () => tenant.gateway('late', KNOWS_OUR_IDS, { priority: 4 });
    const ids = await tenant.send(MANY);
    const last = ids.at(-1)!;
    await until('it has a route', async () => (await tenant.states(ids)).includes('delivered'));
    const later = await late();
    await stack.database.pool.query(`update gateways set paused_reason = 'no credit' where id = $1`, [broke]);
    const codes = await Promise.all(
      [idle, broke, later, 'gw_unknown'].map(
        async (gatewayId) => (await act(tenant, last, 'move', { gatewayId })).json.code,
      ),
    );
    expect(codes).toEqual(['gateway-unusable', 'gateway-unusable', 'gateway-not-in-route', 'invalid-request']);
    expect((await act(other, last, 'move', { gatewayId: spare })).status).toBe(404);
    expect((await act(tenant, last, 'move', { gatewayId: spare })).status).toBe(200);
    expect(await settled(tenant, last)).toMatchObject({
      state: 'delivered',
      gatewayId: spare,
      attempts: [{ gatewayId: spare }],
    });
    expect((await tenant.counts('spare')).submissions).toBe(1);
    const waiting = ids.slice(0, -1);
    expect((await tenant.states(waiting)).filter((state) => state !== 'delivered').length).toBeGreaterThan(0);
    expect(await auditOf(stack, last)).toMatchObject([['message.moved', { to: spare }]]);
    await Promise.all(waiting.map((id) => act(tenant, id, 'cancel')));
    expect((await act(tenant, last, 'move', { gatewayId: slow })).json.code).toBe('already-left');
  });

  it('over a gateway that refused one of its sender IDs it leaves under the other', async () => {
    const tenant = await makeTenant(stack, 'choosing');
    const over = { fallbackSender: 'TXTALT', ratePerSecond: 1, maxInFlight: 1 };
    const gatewayId = await tenant.gateway('choosing', KNOWS_OUR_IDS, over);
    const ids = await tenant.send(MANY);
    const last = ids.at(-1)!;
    await until('it has a route', async () => (await tenant.states(ids)).includes('delivered'));
    // As it was refused before it was put back.
    const { pool } = stack.database;
    await pool.query(
      `insert into attempts (message_id, no, account_id, gateway_id, leg, sender, state, claim, answered_at)
       values ($1, 1, $2, $3, 0, 'TXTSMS', 'refused', gen_random_uuid(), now())`,
      [last, tenant.accountId, gatewayId],
    );
    await pool.query('update messages set attempts = 1 where id = $1', [last]);
    expect((await act(tenant, last, 'move', { gatewayId })).status).toBe(200);
    expect(await auditOf(stack, last)).toMatchObject([['message.moved', { to: gatewayId, leg: 1 }]]);
    // It would wait for those before it.
    await Promise.all(ids.slice(0, -1).map((id) => act(tenant, id, 'cancel')));
    const { attempts } = await settled(tenant, last);
    expect(attempts.map(({ sender }: { sender: string }) => sender)).toEqual(['TXTSMS', 'TXTALT']);
  });

  it('of one that is not due yet there is no route', async () => {
    const { id } = await sendOne({ time: new Date(Date.now() + 3_600_000).toISOString() });
    const { status, json } = await act(stack, id, 'move', { gatewayId: stack.gatewayId });
    expect([status, json.code]).toEqual([409, 'wrong-state']);
    expect((await act(stack, id, 'cancel')).json.state).toBe('cancelled');
  });
});

describe('of a campaign whose slice is looked at in an hour', () => {
  // An api alone: nothing is looked at but by a test.
  let alone: SharedStack;
  beforeAll(async () => {
    alone = await joinStack({ worker: false });
  });
  afterAll(() => alone.stop());

  /** Two messages in a slice that has its route. @param hours until their time: those of one time may share a slice. */
  async function laterOf(campaignId: string, hours: number): Promise<string[]> {
    const time = new Date(Date.now() + hours * 3_600_000).toISOString();
    const record = (n: number) => ({ to: String(++serial), message: `Hello ${n}`, service: 'T', time });
    const { json } = await alone.call('POST', '/clevertap/v1/messages', { list: [record(1), record(2)] });
    const { pool } = alone.database;
    await pool.query(
      `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id)
       values ($1, $2, 'Sale', 'running', 'Hello', 'T', '{"kind":"recipients"}', 'UTC', gen_random_uuid())`,
      [campaignId, alone.accountId],
    );
    await pool.query(
      `update slices set campaign_id = $2, legs = $3::jsonb, look_at = now() + interval '1 hour'
       where id = (select slice_id from messages where id = $1)`,
      [json.ids[0], campaignId, JSON.stringify([{ gatewayId: alone.gatewayId, sender: 'requested' }])],
    );
    return json.ids as string[];
  }
  const lookOf = async (campaignId: string) => {
    const { rows } = await alone.database.pool.query<{ look_at: Date | null; commands: number }>(
      'select s.look_at, c.commands from slices s join campaigns c on c.id = s.campaign_id where c.id = $1',
      [campaignId],
    );
    return rows[0]!;
  };

  it.each([
    ['cancel', () => undefined],
    ['move', () => ({ gatewayId: alone.gatewayId })],
  ])('%s has the rest looked at at once; what a run found out before counts no longer', async (action, body) => {
    const [id, beside] = [`cmp_${action}`, `cmp_${action}beside`];
    const [messages] = [await laterOf(id, 2), await laterOf(beside, 3)];
    const [before, other] = [await lookOf(id), await lookOf(beside)];
    expect(before.look_at).not.toBeNull();
    expect((await act(alone, messages[0]!, action, body())).status).toBe(200);
    expect(await lookOf(id)).toEqual({ look_at: null, commands: before.commands + 1 });
    expect(await lookOf(beside)).toEqual(other);
  });
});

describe('resend', () => {
  it('sends the text of a failed message again, once, and tells CleverTap no second outcome', async () => {
    await stack.control('POST', '/control/reset');
    await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'recipient' }] });
    const { id, meta } = await sendOne();
    expect(await settled(stack, id)).toMatchObject({ state: 'failed' });
    await stack.control('PUT', '/control/script', {});
    expect((await act(other, id, 'resend')).status).toBe(404);
    const answers = await Promise.all([1, 2, 3].map(() => act(stack, id, 'resend')));
    const [made] = answers.filter(({ status }) => status === 201);
    expect(answers.map(({ status }) => status).sort()).toMatchObject([201, expect.any(Number), expect.any(Number)]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const again = await settled(stack, made!.json.id);
    expect(again).toMatchObject({ state: 'delivered', meta, resendOf: id, text: 'Hello', requestedSender: 'BRANDA' });
    const { status, json } = await act(stack, id, 'resend');
    expect([status, json.code, json.resentAs]).toEqual([409, 'already-resent', again.id]);
    expect(await traceOf(stack, id)).toMatchObject({ state: 'failed', resentAs: again.id });
    expect(again.callbacks).toEqual([]);
    expect(await auditOf(stack, id)).toEqual([['message.resent', { resentAs: again.id, state: 'failed' }]]);
    const { json: page } = await stack.call('GET', `/api/v1/messages?meta=${meta}`);
    expect(page.items.map((one: { id: string }) => one.id)).toEqual([again.id, id]);
    // The record is still the first one's: CleverTap's repetition of it is a duplicate.
    const record = { to: meta.slice(0, -2), text: 'Hello', from: 'BRANDA', mid: meta, service: 'T' };
    expect((await stack.call('POST', '/clevertap/v1/messages', record)).json.ids).toEqual([id]);
  });

  it.each([
    ['wrong-state', { time: new Date(Date.now() + 3_600_000).toISOString() }, false],
    ['confirm-needed', {}, true],
  ])('%s', async (code, fields, ends) => {
    const { id } = await sendOne(fields);
    if (ends) await settled(stack, id);
    expect((await act(stack, id, 'resend')).json.code).toBe(code);
    const confirmed = await act(stack, id, 'resend', { confirm: true });
    expect(confirmed.status).toBe(ends ? 201 : 409);
    if (ends) expect(await settled(stack, confirmed.json.id)).toMatchObject({ state: 'delivered', resendOf: id });
    else await act(stack, id, 'cancel');
  });

  it('may be asked again at once where the new message was not accepted', async () => {
    const { id } = await sendOne({ text: 'Refused the second time' });
    await settled(stack, id);
    const { pool } = stack.database;
    await pool.query(`alter table messages add constraint never check (body <> 'Refused the second time') not valid`);
    const refused = await act(stack, id, 'resend', { confirm: true });
    await pool.query('alter table messages drop constraint never');
    expect(refused.status).toBe(500);
    const { status, json } = await act(stack, id, 'resend', { confirm: true });
    expect(status).toBe(201);
    expect(await settled(stack, json.id)).toMatchObject({ state: 'delivered', resendOf: id });
  });

  it('not to a number that has opted out, and not without a text', async () => {
    const { id, meta } = await sendOne();
    await settled(stack, id);
    const to = meta.slice(0, -2);
    const { json: suppression } = await stack.call('POST', '/api/v1/suppressions', { to });
    expect((await act(stack, id, 'resend', { confirm: true })).json.code).toBe('recipient-suppressed');
    await stack.call('DELETE', `/api/v1/suppressions/${suppression.id}`);
    await stack.database.pool.query(`update messages set body = '' where id = $1`, [id]);
    expect((await act(stack, id, 'resend', { confirm: true })).json.code).toBe('text-gone');
  });
});

describe('what lists show', () => {
  it('the sender ID that delivered, the one that was asked for, and what the provider calls the message', async () => {
    await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'sender', senders: ['BRANDA'] }] });
    const { id } = await sendOne();
    const trace = await settled(stack, id);
    await stack.control('PUT', '/control/script', {});
    const shown = { sender: 'HELIOB', requestedSender: 'BRANDA', gatewayId: stack.gatewayId, state: 'delivered' };
    expect(trace).toMatchObject(shown);
    // Infobip calls a message by our id of its attempt, and each attempt has one.
    const called = trace.attempts.map((attempt: { providerMessageId: string }) => attempt.providerMessageId);
    expect(called).toEqual([expect.stringMatching(/^[0-9a-z]{26}1$/), expect.stringMatching(/^[0-9a-z]{26}2$/)]);
    expect(trace.providerMessageId).toBe(called[1]);
    for (const query of [
      `providerMessageId=${called[0].toUpperCase()}`,
      'sender=HELIOB&limit=1',
      `code=${trace.attempts[0].code}&limit=1`,
    ]) {
      const { json } = await stack.call('GET', `/api/v1/messages?${query}`);
      expect(json.items).toMatchObject([{ id, ...shown, providerMessageId: called[1] }]);
    }
    const { json: foreign } = await other.call('GET', `/api/v1/messages?providerMessageId=${called[0]}`);
    expect(foreign.items).toEqual([]);
  });
});
