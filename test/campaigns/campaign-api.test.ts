/** `/api/v1/campaigns`, by status; and what other routes know of campaigns. */
import type { z } from 'zod';
import { operations } from '../../src/api/operations';
import { bearerOf } from '../support/api';
import { ADMIN_KEY } from '../support/servers';
import type { Answer } from '../support/client';
import { countNow } from '../support/maintenance';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let base: string;
let admin: Record<string, string>;
beforeAll(async () => {
  stack = await joinStack();
  base = stack.url;
  admin = { authorization: `Bearer ${ADMIN_KEY}`, 'x-account-id': stack.accountId };
});
afterAll(() => stack.stop());

const PATH = '/api/v1/campaigns';
let next = 0;
const people = (count: number, over: object = {}) =>
  Array.from({ length: count }, () => ({ to: `+9198000${String(next++).padStart(5, '0')}`, ...over }));

const bodyOf = (over: object = {}): object => ({
  name: 'Sale', message: 'The sale is on.', audience: { recipients: people(1) }, ...over,
}); // prettier-ignore
const create = (over: object = {}): Promise<Answer> => stack.call('POST', PATH, bodyOf(over));
const draft = async (over: object = {}): Promise<string> => {
  const { status, json } = await create({ draft: true, ...over });
  expect([status, json.state]).toEqual([201, 'draft']);
  return json.id;
};
const read = async (id: string) => (await stack.call('GET', `${PATH}/${id}`)).json;
const act = (id: string, action: string, body?: object) => stack.call('POST', `${PATH}/${id}/${action}`, body);
const reaches = (id: string, state: string) =>
  until(`the campaign is ${state}`, async () => {
    const campaign = await read(id);
    return campaign.state === state ? campaign : null;
  });
const countCampaigns = async (): Promise<number> => {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    'select count(*)::int as n from campaigns where account_id = $1',
    [stack.accountId],
  );
  return rows[0]!.n;
};
/** Of this account only: campaigns of earlier files may still be sent, and drop their recipients when they end. */
const countMade = async (): Promise<number[]> => {
  const { rows } = await stack.database.pool.query<{ recipients: number; audit: number }>(
    `select (select count(*)::int from campaign_recipients r join campaigns c on c.id = r.campaign_id
             where c.account_id = $1) as recipients,
            (select count(*)::int from audit where account_id = $1) as audit`,
    [stack.accountId],
  );
  return [await countCampaigns(), rows[0]!.recipients, rows[0]!.audit];
};
const fields = ({ json }: Answer): string[] => json.errors?.map(({ field }: { field: string }) => field) ?? [];
const shape = (id: string, status: number, { json }: Answer) => {
  const { schema } = operations.find((one) => one.id === id)!.answers[status] as { schema: z.ZodType };
  return schema.safeParse(json).error?.issues;
};

describe('400: nothing is made of', () => {
  const cases: [string, object, field: string, detail: RegExp][] = [
    ['a window without length', { window: { start: '10:00', end: '10:00' } }, 'window.end', /never opens/],
    [
      'a window outside the hours of promotional traffic',
      { service: 'P', window: { start: '22:00', end: '23:00' } },
      'window',
      /never opens.*22:00–23:00 and 10:00–21:00/,
    ],
    ['a time in 1999', { time: '1999-12-31 10:00' }, 'time', /1999.*passed/],
    ['a time in 2999', { time: '2999-01-01 10:00' }, 'time', /400 days/],
    ['a time that is none', { time: 'tomorrow' }, 'time', /time/],
    ['a text with an unclosed brace', { message: 'Hi {name, hello' }, 'message', /character 4/],
    ['no text', { message: undefined }, 'message', /templateId/],
    ['an unknown template', { message: undefined, templateId: 'tpl_unknown' }, 'templateId', /no template/],
    ['an unknown upload', { audience: { uploadId: '019a0000-0000-7000-8000-000000000000' } }, 'audience.uploadId', /no upload/],
    ['an upload id that is none', { audience: { uploadId: 'unknown' } }, 'audience.uploadId', /no upload/],
    ['an unknown group', { audience: { groupId: 'grp_unknown' } }, 'audience.groupId', /no group/],
    ['an unknown route', { routeId: 'rt_unknown' }, 'routeId', /no route/],
    ['an unknown webhook', { webhookId: 'wh_unknown' }, 'webhookId', /no webhook/],
    ['no recipients', { audience: { recipients: [] } }, 'audience.recipients', /empty/],
    ['two audiences', { audience: { groupId: 'g', uploadId: 'u' } }, 'audience', /groupId/],
    [
      'more than 10,000 recipients',
      { audience: { recipients: Array.from({ length: 10_001 }, () => ({ to: '+919800000001' })) } },
      'audience.recipients',
      /10000.*upload/,
    ],
    ['recipients of whom none has the variable', { message: 'Hi {name}' }, 'audience.recipients[0].variables', /\{name\}/],
    ['a rate of 0', { ratePerSecond: 0 }, 'ratePerSecond', /1/],
    ['a zone that is none', { timezone: 'Asia/Nowhere' }, 'timezone', /IANA/],
    ['an unknown field', { speed: 3 }, 'speed', /remove it/],
  ]; // prettier-ignore

  test.each(cases)('%s', async (_, over, field, detail) => {
    const before = await countMade();
    const answer = await create(over);
    expect([answer.status, answer.json.code, fields(answer)]).toEqual([400, 'invalid-request', [field]]);
    expect(JSON.stringify(answer.json)).toMatch(detail);
    expect(await countMade()).toEqual(before);
  });

  test('a column that the upload lacks', async () => {
    const uploadId = await upload('to,city\n+919800000001,Pune\n');
    const answer = await create({ message: 'Hi {name}', audience: { uploadId } });
    expect([answer.status, fields(answer)]).toEqual([400, ['message']]);
    expect(answer.json.detail).toContain('{name}, which is no column of the upload with values (city)');
  });
});

async function upload(file: string): Promise<string> {
  const { json } = await stack.call('POST', '/api/v1/uploads', file, { 'content-type': 'text/csv' });
  await until(
    'the upload is ready',
    async () => (await stack.call('GET', `/api/v1/uploads/${json.id}`)).json.state === 'ready',
  );
  return json.id;
}

async function group(members: object[]): Promise<string> {
  const { json } = await stack.call('POST', '/api/v1/groups', { name: `Group ${next++}` });
  await stack.call('POST', `/api/v1/groups/${json.id}/members`, { members });
  return json.id;
}

describe('409', () => {
  test('an audience that is all suppressed', async () => {
    const [person] = people(1);
    await stack.call('POST', '/api/v1/suppressions', { to: person!.to });
    const before = await countCampaigns();
    const answer = await create({ audience: { recipients: [person] } });
    expect([answer.status, answer.json.code]).toEqual([409, 'audience-suppressed']);
    const groupId = await group([{ to: person!.to }]);
    expect((await create({ audience: { groupId } })).json.code).toBe('audience-suppressed');
    expect(await countCampaigns()).toBe(before);
  });

  test('an upload that failed', async () => {
    const { json } = await stack.call('POST', '/api/v1/uploads', 'to\n+919800000001\n', { 'content-type': 'text/csv' });
    await stack.database.pool.query(`update uploads set state = 'failed', reason = 'it was cut off' where id = $1`, [
      json.id,
    ]);
    const answer = await create({ audience: { uploadId: json.id } });
    expect([answer.status, answer.json.code]).toEqual([409, 'upload-not-ready']);
    expect(answer.json.detail).toContain('it was cut off');
  });

  test('an audience beyond the account’s limit', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', {
      name: 'Small', safety: { maxCampaignRecipients: 2 },
    }); // prettier-ignore
    const as = { 'x-account-id': account.id as string };
    const gateway = { provider: 'infobip', name: 'G', credentials: { apiKey: 'key' }, sendingPattern: 'batch' };
    expect((await stack.call('POST', PATH, bodyOf(), as)).json.code).toBe('no-gateway');
    await stack.call('POST', '/api/v1/gateways', gateway, as);
    const answer = await stack.call('POST', PATH, bodyOf({ audience: { recipients: people(3) } }), as);
    expect([answer.status, answer.json.code]).toEqual([409, 'over-limit']);
    const fits = await stack.call('POST', PATH, bodyOf({ audience: { recipients: people(2) }, draft: true }), as);
    expect(fits.status).toBe(201);
  });

  test('what a finished campaign can’t be asked any more, naming both states', async () => {
    const { id } = (await create()).json;
    await reaches(id, 'finished');
    for (const action of ['pause', 'resume', 'cancel', 'launch']) {
      const answer = await act(id, action);
      expect([answer.status, answer.json.code]).toEqual([409, 'wrong-state']);
      expect(answer.json.detail).toMatch(/is finished: .* needs one that is (draft|scheduled|paused|running)/);
    }
    expect((await act(id, 'reschedule', { time: new Date(Date.now() + 60_000).toISOString() })).status).toBe(409);
    expect((await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: 5 })).status).toBe(409);
    const deleted = await stack.call('DELETE', `${PATH}/${id}`);
    expect([deleted.status, deleted.json.code]).toEqual([409, 'wrong-state']);
  });
});

describe('a draft', () => {
  test('200: is launched once', async () => {
    const id = await draft();
    expect((await act(id, 'pause')).status).toBe(409);
    const launched = await act(id, 'launch');
    expect([launched.status, launched.json.state]).toEqual([200, 'preparing']);
    expect(shape('launchCampaign', 200, launched)).toBeUndefined();
    const again = await act(id, 'launch');
    expect([again.status, again.json.code]).toEqual([409, 'wrong-state']);
    const done = await reaches(id, 'finished');
    expect(done.counts).toMatchObject({ accepted: 1, delivered: 1 });
  });

  test('204: is deleted, and then 404', async () => {
    const id = await draft();
    expect((await stack.call('DELETE', `${PATH}/${id}`)).status).toBe(204);
    expect((await stack.call('GET', `${PATH}/${id}`)).status).toBe(404);
    expect((await stack.call('DELETE', `${PATH}/${id}`)).status).toBe(404);
  });

  test('200: takes another rate and time, each with an audit row', async () => {
    const id = await draft();
    expect((await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: 7 })).json.ratePerSecond).toBe(7);
    expect((await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: 0 })).status).toBe(400);
    const time = new Date(Date.now() + 3_600_000).toISOString();
    expect((await act(id, 'reschedule', { time })).json.time).toBe(time);
    expect((await act(id, 'reschedule', { time: '1999-01-01 10:00' })).status).toBe(400);
    expect((await act(id, 'cancel')).json.state).toBe('cancelled');
    const { items } = (await stack.call('GET', `/api/v1/audit?subject=${id}`)).json;
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'campaign.cancelled', 'campaign.rescheduled', 'campaign.rate-set', 'campaign.created',
    ]); // prettier-ignore
  });
});

describe('audiences and texts', () => {
  test('a group, a template', async () => {
    const groupId = await group(people(3, { name: 'Asha' }));
    const template = { name: `Sale ${next}`, text: 'Hi {name}, {what} is on.' };
    const { json } = await stack.call('POST', '/api/v1/templates', template);
    const made = await create({
      message: undefined, templateId: json.id, variables: { what: 'the sale' }, audience: { groupId },
    }); // prettier-ignore
    expect(made.json).toMatchObject({ audience: { kind: 'group', id: groupId }, templateId: json.id });
    expect((await reaches(made.json.id, 'finished')).counts).toMatchObject({ accepted: 3, delivered: 3 });
    const { items } = (await stack.call('GET', `/api/v1/messages?campaignId=${made.json.id}`)).json;
    const trace = (await stack.call('GET', `/api/v1/messages/${items[0].id}`)).json;
    expect(trace).toMatchObject({ text: 'Hi Asha, the sale is on.', campaignId: made.json.id });
  });

  test('an upload; who has no name is left out', async () => {
    const uploadId = await upload('to,name\n+919800000001,Asha\n+919800000002,\n+919800000003,Ravi\n');
    const { json } = await create({ message: 'Hi {name}', audience: { uploadId } });
    const done = await reaches(json.id, 'finished');
    expect(done.audience).toMatchObject({
      recipients: 2, rejected: 1, problems: [{ position: 3, code: 'missing-variable' }],
    }); // prettier-ignore
    expect(done.counts).toMatchObject({ accepted: 2, delivered: 2 });
  });

  test('409: a group or upload that a campaign still has to read is not deleted', async () => {
    const groupId = await group(people(1));
    const uploadId = await upload('to\n+919800000001\n');
    const campaigns = [await draft({ audience: { groupId } }), await draft({ name: 'Later', audience: { uploadId } })];
    const refused = [
      await stack.call('DELETE', `/api/v1/groups/${groupId}`),
      await stack.call('DELETE', `/api/v1/uploads/${uploadId}`),
    ];
    expect(refused.map(({ status, json }) => [status, json.code, json.campaigns])).toEqual([
      [409, 'group-in-use', ['Sale']],
      [409, 'upload-in-use', ['Later']],
    ]);
    expect((await stack.call('GET', `/api/v1/uploads/${uploadId}`)).json.state).toBe('ready');
    for (const id of campaigns) await act(id, 'cancel');
    expect((await stack.call('DELETE', `/api/v1/groups/${groupId}`)).status).toBe(204);
    expect((await stack.call('DELETE', `/api/v1/uploads/${uploadId}`)).status).toBe(204);
  });
});

test('200: the rate is changed while it runs', async () => {
  const { id } = (await create({ audience: { recipients: people(300) }, ratePerSecond: 1 })).json;
  await reaches(id, 'running');
  const changed = await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: null });
  expect([changed.status, changed.json.ratePerSecond]).toEqual([200, null]);
  // At one a second it would take five minutes.
  expect((await reaches(id, 'finished')).counts.delivered).toBe(300);
});

describe('forecast', () => {
  /** Once it is made: a busy worker may need longer than the api waits for it, which then says 202. */
  const forecastOf = (id: string) =>
    until('the forecast is made', async () => {
      const answer = await stack.call('GET', `${PATH}/${id}/forecast`);
      return answer.status === 202 ? null : answer;
    });

  test('200: says what it will be; again when it is old or something was changed', async () => {
    const [gateway] = (await stack.call('GET', '/api/v1/gateways')).json.items;
    const priced = await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, {
      pricePerSegment: 0.125, currency: 'INR',
    }); // prettier-ignore
    expect(priced.json).toMatchObject({ pricePerSegment: 0.125, currency: 'INR' });
    for (const wrong of [{ currency: 'rupees' }, { pricePerSegment: -1 }]) {
      const refused = await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, wrong);
      expect([refused.status, fields(refused)]).toEqual([400, Object.keys(wrong)]);
    }
    const recipients = [...people(2, { variables: { name: 'Asha' } }), ...people(1, { variables: { name: 'आशा' } })];
    const stopped = people(1, { variables: { name: 'Ravi' } });
    await stack.call('POST', '/api/v1/suppressions', { to: stopped[0]!.to });
    const id = await draft({
      message: 'Hi {name}', ratePerSecond: 2, audience: { recipients: [...recipients, ...stopped, recipients[0]] },
    }); // prettier-ignore
    const first = await forecastOf(id);
    expect(first.status).toBe(200);
    expect(shape('forecastCampaign', 200, first)).toBeUndefined();
    expect(first.json).toMatchObject({
      recipients: 3, suppressed: 1, duplicates: 1, rejected: 0, segments: { total: 3, byParts: { 1: 3 } },
      encodings: { gsm7: 2, ucs2: 1 }, cost: { amount: 0.375, currency: 'INR' }, sendingSeconds: 2,
    }); // prettier-ignore
    expect((await forecastOf(id)).json.madeAt).toBe(first.json.madeAt);

    await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: 1 });
    const changed = (await forecastOf(id)).json;
    expect(changed.sendingSeconds).toBe(3);
    await stack.database.pool.query(
      `update campaigns set forecast = jsonb_set(forecast, '{madeAt}', '"2026-01-01T00:00:00.000Z"') where id = $1`,
      [id],
    );
    expect(Date.parse((await forecastOf(id)).json.madeAt)).toBeGreaterThanOrEqual(Date.parse(changed.madeAt));
    await act(id, 'cancel');
  });

  test('200: of an upload, with the rows that would be left out', async () => {
    const uploadId = await upload('to,name\n+919800000001,Asha\n+919800000002,\n');
    const id = await draft({ message: 'Hi {name}', audience: { uploadId } });
    expect((await forecastOf(id)).json).toMatchObject({
      recipients: 1, rejected: 1, problems: [{ position: 3, code: 'missing-variable' }],
    }); // prettier-ignore
    // Once it is launched, the forecast stays what it was.
    const { madeAt } = (await forecastOf(id)).json;
    await act(id, 'launch');
    await reaches(id, 'finished');
    expect((await forecastOf(id)).json.madeAt).toBe(madeAt);
  });
});

describe('ledger', () => {
  let id: string;
  const metas = (count: number) => people(count).map((person, i) => ({ ...person, custom: `meta-${i}` }));
  const recipients = metas(2_300);
  beforeAll(async () => {
    await stack.control('PUT', '/control/script', {
      refuse: [{ outcome: 'recipient', textIncludes: 'Refuse' }],
    });
    await stack.call('POST', '/api/v1/suppressions', { to: recipients[2]!.to });
    recipients[0]!.custom = '=1+1';
    const all = recipients.map((person, i) => ({ ...person, variables: { name: i === 1 ? 'Refuse' : 'you' } }));
    const made = await create({ message: 'Hello {name}', audience: { recipients: [...all, all[0]] } });
    ({ id } = made.json);
    await reaches(id, 'finished');
    await stack.control('PUT', '/control/script', {});
  });
  const csvOf = async (query = '?format=csv', headers: Record<string, string> = {}) => {
    const response = await fetch(`${base}${PATH}/${id}/ledger${query}`, {
      headers: { ...admin, ...headers },
    });
    const lines = (await response.text()).trimEnd().split('\n');
    return { response, header: lines[0], lines: lines.slice(1).map((line) => line.split(',')) };
  };

  test('200: its sum is what was accepted', async () => {
    const answer = await stack.call('GET', `${PATH}/${id}/ledger`);
    expect(shape('getCampaignLedger', 200, answer)).toBeUndefined();
    const { ledger, leftOut, byCode, ...rest } = answer.json;
    expect(rest).toEqual({ campaignId: id, state: 'finished' });
    const { accepted, ...parts } = ledger as Record<string, number>;
    expect(accepted).toBe(2_300);
    expect(Object.values(parts).reduce((sum, n) => sum + n)).toBe(2_300);
    expect(leftOut).toEqual({ rejected: 0, duplicates: 1 });
    expect(byCode.reduce((sum: number, { messages }: { messages: number }) => sum + messages, 0)).toBe(2_300);
    expect(byCode).toContainEqual({ state: 'delivered', code: null, messages: 2_298 });
  });

  test('200: as CSV, a line for each message in the order of the audience', async () => {
    const { response, header, lines } = await csvOf();
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=campaign-${id}.csv`);
    expect(header).toBe(
      'to,meta,state,code,reason,sender,gateway,attempts,segments,providerMessageId,submittedAt,settledAt',
    );
    // A spreadsheet leaves them as they are, and an upload reads them.
    expect(lines.map(([to]) => to)).toEqual(recipients.map(({ to }) => `'${to}`));
    // Never a formula for a spreadsheet.
    expect(lines[0]![1]).toBe(`'=1+1`);
    expect(lines[5]!.slice(1, 4)).toEqual(['meta-5', 'delivered', '']);
    expect(lines[5]![6]).toMatch(/^gw_/);
    expect(lines[5]!.slice(7, 9)).toEqual(['1', '1']);
    expect(lines[1]![2]).toBe('failed');
    expect(lines[2]![2]).toBe('suppressed');
  });

  test('a spreadsheet opens and saves the CSV, and an upload reads it back', async () => {
    const { header, lines } = await csvOf();
    // What a spreadsheet does to a cell that looks like a number.
    const saved = lines.map((cells) =>
      cells.map((cell) => (/^[+-]?\d{12,}$/.test(cell) ? Number(cell).toExponential(3) : cell)).join(';'),
    );
    const uploadId = await upload(`\ufeff${[header!.replaceAll(',', ';'), ...saved].join('\r\n')}\r\n`);
    const { json } = await stack.call('GET', `/api/v1/uploads/${uploadId}`);
    expect(json).toMatchObject({ rows: 2_300, valid: 2_300, invalid: 0 });
  });

  test('200: CSV by Accept; numbers are masked without the scope manage', async () => {
    const reader = await bearerOf(stack, ['read']);
    const { response, lines } = await csvOf('', { accept: 'text/csv', ...reader });
    expect(response.status).toBe(200);
    expect(lines).toHaveLength(2_300);
    expect(lines.every(([to]) => /^\+9198\*+\d\d$/.test(to!))).toBe(true);
  });

  test('400: another format', async () => {
    const answer = await stack.call('GET', `${PATH}/${id}/ledger?format=xml`);
    expect([answer.status, fields(answer)]).toEqual([400, ['format']]);
  });

  test('200: its messages are found, and counted for themselves', async () => {
    const page = (await stack.call('GET', `/api/v1/messages?campaignId=${id}&state=failed`)).json;
    expect(page.items).toEqual([expect.objectContaining({ to: recipients[1]!.to, campaignId: id })]);
    expect((await stack.call('GET', '/api/v1/messages?campaignId=cmp_unknown')).json.items).toEqual([]);
    await countNow(stack, stack.accountId);
    const { groups } = (await stack.call('GET', '/api/v1/stats?by=campaign')).json;
    const group = groups.find(({ key }: { key: string }) => key === id);
    expect(group).toMatchObject({ delivered: 2_298, errors: 2 });
  });
});

describe('test send', () => {
  const verified = async (): Promise<{ id: string; to: string }> => {
    const [{ to }] = people(1) as [{ to: string }];
    const { json } = await stack.call('POST', '/api/v1/test-phones', { to });
    await stack.database.pool.query(`update test_phones set verified_at = now() where id = $1`, [json.id]);
    return { id: json.id, to };
  };

  test('409: without a verified test phone; then 200, to test phones only', async () => {
    const audience = { recipients: people(2, { variables: { name: 'Asha' } }) };
    const id = await draft({ message: 'Hi {name}', audience, sender: 'TXTSMS' });
    const none = await act(id, 'test');
    expect([none.status, none.json.code]).toEqual([409, 'no-test-phone']);

    const [first, second] = [await verified(), await verified()];
    const sent = await act(id, 'test');
    expect(shape('testCampaign', 200, sent)).toBeUndefined();
    expect(sent.json.sent.map(({ testPhoneId }: { testPhoneId: string }) => testPhoneId).sort()).toEqual(
      [first.id, second.id].sort(),
    );
    const chosen = await act(id, 'test', { testPhoneIds: [second.id], variables: { name: 'Ravi' } });
    expect(chosen.json.sent).toHaveLength(1);
    const message = await until('the test is delivered', async () => {
      const { json } = await stack.call('GET', `/api/v1/messages/${chosen.json.sent[0].messageId}`);
      return json.state === 'delivered' ? json : null;
    });
    expect(message).toMatchObject({ to: second.to, text: 'Hi Ravi', sender: 'TXTSMS', meta: null });
    expect(message.campaignId).toBeUndefined();
    expect((await read(id)).counts.accepted).toBe(0);

    const unknown = await act(id, 'test', { testPhoneIds: [second.id, 'tp_unknown'] });
    expect([unknown.status, fields(unknown)]).toEqual([400, ['testPhoneIds']]);
    const missing = await act(id, 'test', { variables: { city: 'Pune' } });
    expect([missing.status, fields(missing)]).toEqual([400, ['variables']]);
    expect(missing.json.detail).toContain('{name}');
  });
});

test('live events tell how a campaign goes', async () => {
  const controller = new AbortController();
  const response = await fetch(`${base}/api/v1/events`, {
    headers: admin,
    signal: controller.signal,
  });
  const { id } = (await create({ name: 'Watched', audience: { recipients: people(5) } })).json;
  let text = '';
  const states = (): string[] =>
    [...text.matchAll(/^event: campaign\ndata: (.*)$/gm)]
      .map(([, data]) => JSON.parse(data!) as { id: string; state: string; counts: { delivered: number } })
      .filter((news) => news.id === id)
      .map(({ state, counts }) => `${state} ${counts.delivered}`);
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (states().includes('finished 5')) break;
  }
  controller.abort();
  expect(states().at(-1)).toBe('finished 5');
});
