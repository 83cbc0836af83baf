/** Why somebody got no message: each cause in one question, and nothing of another account. */
import { bearerOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: SharedStack;
/** Another account: it knows nothing of the first one's people. */
let neighbour: SharedStack;
beforeAll(async () => {
  [stack, neighbour] = [await joinStack(), await joinStack()];
});
afterAll(async () => {
  await neighbour.stop();
  await stack.stop();
});

const ROUTE = '/clevertap/v1/messages';
type Call = SharedStack['call'];
const ask = async (query: string, call: Call = stack.call) => (await call('GET', `/api/v1/why?${query}`)).json;
const verdict = async (query: string, call?: Call) => (await ask(query, call)).verdict;
/** Once the message has come so far. */
const becomes = (query: string, code: string, call?: Call) =>
  until(`${query} is ${code}`, async () => {
    const answer = await ask(query, call);
    if (answer.verdict.code !== code) throw new Error(`it is ${JSON.stringify(answer.verdict)}`);
    return answer;
  });

test('a record that was refused on the way in: by number and by meta', async () => {
  await stack.call('POST', ROUTE, { to: '9800000401', message: '$$Body', mid: 'why-401' });
  for (const query of ['to=9800000401', 'meta=why-401']) {
    const { verdict: said, subject, evidence } = await becomes(query, 'record-refused');
    expect(said).toMatchObject({
      code: 'record-refused',
      who: 'clevertap',
      remedy: { link: `/console/requests/${subject.id}` },
    });
    expect(said.sentence).toContain('$$Body');
    expect([subject.kind, evidence.length]).toEqual(['request', 1]);
    expect((await ask(`id=${subject.id}`)).verdict.code).toBe('record-refused');
  }
  expect((await verdict('to=9800000401', neighbour.call)).code).toBe('never-came');
});

test('a callback URL that is not allowed', async () => {
  await stack.call('POST', ROUTE, { to: '9800000402', message: 'Hello', callback_url: 'https://evil.example.net/x' });
  expect((await becomes('to=9800000402', 'callback-url-refused')).verdict.who).toBe('you');
});

test('it never came: what was searched, and since when', async () => {
  const { verdict: said, subject } = await ask('to=9800000403', neighbour.call);
  expect(said).toMatchObject({ code: 'never-came', who: 'clevertap' });
  expect(said.sentence).toMatch(/refused requests since .*rows of uploads/);
  expect(subject).toEqual({ kind: 'number', id: '+9198******03' });
  await neighbour.call('POST', ROUTE, '{"to":', { 'content-type': 'application/json' });
  await becomes('to=9800000403', 'request-refused', neighbour.call);
});

test('suppressed by hand names who and why; a STOP is the recipient’s', async () => {
  const manager = await bearerOf(stack, ['manage'], { name: 'Support desk' });
  await stack.call('POST', '/api/v1/suppressions', { to: '9800000411', reason: 'asked by mail' }, manager);
  expect((await verdict('to=9800000411')).code).toBe('suppressed-by-hand');
  await stack.call('POST', ROUTE, { to: '9800000411', message: 'Hello', service: 'T', mid: 'why-411' });
  const { verdict: said } = await becomes('meta=why-411', 'suppressed-by-hand');
  expect(said).toMatchObject({ who: 'you', remedy: { action: { method: 'DELETE' } } });
  expect(said.sentence).toContain('asked by mail');
  await stack.database.pool.query(
    `insert into suppressions (account_id, msisdn, source, reason, evidence) values ($1, '+919800000412', 'inbound', 'STOP', '{"word": "stop"}')`,
    [stack.accountId],
  );
  expect(await verdict('to=9800000412')).toMatchObject({ code: 'opted-out', who: 'recipient' });
});

test('a row of an upload, and a recipient that a campaign leaves out', async () => {
  const file = 'to,meta,name\n9800000421,row-421,Asha\n98,row-422,Bina\n';
  const { json: upload } = await stack.call('POST', '/api/v1/uploads', file, { 'content-type': 'text/csv' });
  const query = 'meta=row-422';
  const { verdict: row, subject } = await becomes(query, 'upload-row-rejected');
  expect([row.who, subject]).toEqual(['you', { kind: 'upload', id: upload.id }]);
  expect(row.sentence).toContain('Row 3');
  expect((await verdict('to=98')).code).toBe('upload-row-rejected');
  const { json: campaign } = await stack.call('POST', '/api/v1/campaigns', {
    name: 'Sale', message: 'Dear {name}', draft: true,
    audience: { recipients: [{ to: '9800000423', custom: 'ok-423', variables: { name: 'Asha' } }, { to: '12', custom: 'out-424' }] },
  }); // prettier-ignore
  const left = await ask('meta=out-424');
  expect([left.verdict.code, left.subject]).toEqual(['left-out', { kind: 'campaign', id: campaign.id }]);
  expect(left.verdict.sentence).toContain('Sale');
  expect((await verdict('meta=out-424', neighbour.call)).code).not.toBe('left-out');
  expect((await verdict(`id=${campaign.id}`)).code).toBe('campaign-draft');
  expect((await neighbour.call('GET', `/api/v1/why?id=${campaign.id}`)).status).toBe(404);
});

describe('over gateways of an account of its own', () => {
  let tenant: Tenant;
  let call: Call;
  let gateway: string;
  beforeAll(async () => {
    tenant = await makeTenant(stack, 'Why');
    call = tenant.call;
    gateway = await tenant.gateway(stack.vendor('why'), 'infobip', {
      defaultSender: 'WHYSMS',
      fallbackSender: 'WHYALT',
    });
  });
  const sendTo = async (to: string, over: object = {}) =>
    (await call('POST', ROUTE, { to, text: 'Hello', service: 'T', ...over })).json.ids[0] as string;

  test('it waits for its time', async () => {
    const id = await sendTo('9800000431', { time: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await verdict(`id=${id}`, call)).toMatchObject({
      code: 'waits-for-time', remedy: { action: { path: `/api/v1/messages/${id}/cancel` } },
    }); // prettier-ignore
  });

  test('the gateway that is out of credit is named, and not the spare that is switched off', async () => {
    const spare = await tenant.gateway(stack.vendor('spare'), 'pingbix', { status: 'inactive', priority: 1 });
    await call('PATCH', `/api/v1/gateways/${spare}`, { status: 'inactive' });
    await stack.database.pool.query(`update gateways set paused_reason = 'REJECTED_NOT_ENOUGH_CREDITS' where id = $1`, [
      gateway,
    ]);
    const id = await sendTo('9800000432');
    const { verdict: said } = await becomes(`id=${id}`, 'gateway-paused', call);
    expect(said).toMatchObject({ who: 'you', remedy: { action: { path: `/api/v1/gateways/${gateway}` } } });
    expect(said.sentence).toContain('NOT_ENOUGH_CREDITS');
    expect((await verdict(`id=${gateway}`, call)).code).toBe('gateway-paused');
    expect((await verdict(`id=${spare}`, call)).code).toBe('gateway-inactive');
    await call('PATCH', `/api/v1/gateways/${gateway}`, { status: 'active' });
    await becomes(`id=${id}`, 'delivered', call);
  });

  test('cancelled and paused campaigns', async () => {
    const time = new Date(Date.now() + 3_600_000).toISOString();
    const { json } = await call('POST', '/api/v1/campaigns', {
      name: 'Later', message: 'Hello', service: 'T', time, audience: { recipients: [{ to: '9800000433' }] },
    }); // prettier-ignore
    await becomes('to=9800000433', 'campaign-scheduled', call);
    await call('POST', `/api/v1/campaigns/${json.id}/pause`);
    await becomes('to=9800000433', 'campaign-paused', call);
    expect((await verdict(`id=${json.id}`, call)).remedy.action.path).toBe(`/api/v1/campaigns/${json.id}/resume`);
    await call('POST', `/api/v1/campaigns/${json.id}/cancel`);
    await becomes('to=9800000433', 'campaign-cancelled', call);
  });

  test('an id of nobody is 404, and two questions at once are 400', async () => {
    expect((await call('GET', '/api/v1/why?id=cmp_none')).status).toBe(404);
    expect((await call('GET', '/api/v1/why?id=x&to=9800000401')).status).toBe(400);
    expect((await call('GET', '/api/v1/why')).status).toBe(400);
  });
});
