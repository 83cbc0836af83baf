/** Drafts are changed wholly, and what a change does not name stays. What was launched: `correct.test.ts`. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { makeTenant } from '../support/tenants';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

const patch = (id: string, body: object, call = stack.call) => call('PATCH', `/api/v1/campaigns/${id}`, body);
const draft = async (from: number, body: object = {}): Promise<string> =>
  (await campaigns.create({ audience: { recipients: people(2, from) }, draft: true, ...body })).json.id as string;

test('a draft: name, text, sender, time, window and rate, each by itself; the audience stays', async () => {
  const id = await draft(79_000);
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const window = { start: '08:00', end: '20:00' };
  expect((await patch(id, { name: 'Better', message: 'The sale is over.' })).json).toMatchObject({
    state: 'draft', name: 'Better', message: 'The sale is over.', audience: { kind: 'recipients' },
  }); // prettier-ignore
  expect((await patch(id, { time, window, ratePerSecond: 7 })).json).toMatchObject({
    name: 'Better', time, window: { ...window, timezone: 'Asia/Kolkata' }, ratePerSecond: 7,
  }); // prettier-ignore
  const cleared = (await patch(id, { time: null, window: null, ratePerSecond: null, sender: 'HELIOB' })).json;
  expect(cleared).toMatchObject({ time: null, window: null, ratePerSecond: null, sender: 'HELIOB' });
  await campaigns.act(id, 'launch');
  const done = await campaigns.reaches(id, 'finished');
  expect(done.counts).toMatchObject({ accepted: 2, delivered: 2 });
  const { items } = (await stack.call('GET', `/api/v1/messages?campaignId=${id}`)).json;
  expect((await stack.call('GET', `/api/v1/messages/${items[0].id}`)).json.text).toBe('The sale is over.');
});

test('another audience takes the place of the one before, and its bad recipients are told', async () => {
  const id = await draft(80_000);
  const recipients = [...people(3, 81_000), { to: '12' }];
  const { json } = await patch(id, { audience: { recipients } });
  expect(json.audience).toMatchObject({ kind: 'recipients', rejected: 1 });
  await campaigns.act(id, 'launch');
  expect((await campaigns.reaches(id, 'finished')).counts.accepted).toBe(3);
});

test('400: what could not be made can’t become of a draft, and nothing of it is kept', async () => {
  const id = await draft(82_000);
  for (const [body, field] of [
    [{ message: 'Dear {name' }, 'message'],
    [{ time: '2020-01-01T00:00:00Z' }, 'time'],
    [{ routeId: 'none', name: 'Other' }, 'routeId'],
    [{ message: 'Hello', templateId: 'tpl_1' }, 'message'],
  ] as const) {
    const { status, json } = await patch(id, body);
    expect([status, json.errors[0].field]).toEqual([400, field]);
  }
  expect((await patch(id, {})).status).toBe(400);
  expect((await campaigns.read(id)).name).toBe('Sale');
});

test('what is not named stays: DLT ids, type, flash and port, also beside a new text; null takes them away', async () => {
  const dlt = { entityId: '1101234567890123456', dltTemplateId: '1107123456789012345' };
  const id = await draft(83_000, { ...dlt, type: 'U', flash: true, port: 16_000 });
  const shown = { ...dlt, type: 'U', flash: true, port: 16_000 };
  expect(await campaigns.read(id)).toMatchObject({ ...shown, audience: { recipients: 2 } });
  expect((await patch(id, { message: 'The sale is over.' })).json).toMatchObject({
    ...shown,
    message: 'The sale is over.',
  });
  expect((await patch(id, { name: 'Other' })).json).toMatchObject(shown);
  const cleared = { entityId: null, dltTemplateId: null, port: null };
  expect((await patch(id, { ...cleared, type: 'A', flash: false })).json).toMatchObject({
    ...cleared,
    type: 'A',
    flash: false,
  });
});

test('a template brings its own DLT ids, and the text stays when it is changed later', async () => {
  const [first, second] = ['1107123456789012301', '1107123456789012302'];
  const template = async (text: string, dltTemplateId: string): Promise<string> => {
    const body = { name: `${text} ${stack.accountId}`, text, dltTemplateId };
    return (await stack.call('POST', '/api/v1/templates', body)).json.id as string;
  };
  const [one, two] = [await template('One text', first), await template('Two text', second)];
  const made = await campaigns.create({
    message: undefined,
    templateId: one,
    audience: { recipients: people(1, 83_100) },
    draft: true,
  });
  const id = made.json.id as string;
  expect(made.json).toMatchObject({ message: 'One text', dltTemplateId: first });
  await stack.call('PATCH', `/api/v1/templates/${one}`, { text: 'Else' });
  expect((await patch(id, { name: 'Other' })).json).toMatchObject({
    message: 'One text',
    templateId: one,
    dltTemplateId: first,
  });
  expect((await patch(id, { templateId: two })).json).toMatchObject({
    message: 'Two text',
    templateId: two,
    dltTemplateId: second,
  });
  expect((await patch(id, { message: 'By hand' })).json).toMatchObject({
    message: 'By hand',
    templateId: null,
    dltTemplateId: second,
  });
});

test('how many a draft is for: of a request, a group, an upload, and those that failed', async () => {
  const { json: group } = await stack.call('POST', '/api/v1/groups', { name: `Three ${stack.accountId}` });
  await stack.call('POST', `/api/v1/groups/${group.id}/members`, {
    members: people(3, 83_200).map(({ to }) => ({ to })),
  });
  const ofGroup = await campaigns.create({ audience: { groupId: group.id }, draft: true });
  expect(ofGroup.json.audience).toMatchObject({ kind: 'group', recipients: 3 });
  const recipients = [...people(2, 83_300), { to: '12' }];
  const own = await campaigns.create({ audience: { recipients }, draft: true });
  expect(own.json.audience).toMatchObject({ recipients: 2, rejected: 1 });
  expect(own.json.audience.problems[0].message).toMatch(/^to can’t be read: /);
  const listed = (await stack.call('GET', '/api/v1/campaigns?state=draft')).json.items;
  expect(listed.find(({ id }: { id: string }) => id === own.json.id).audience.recipients).toBe(2);
});

test('two at once, and a launch beside them: one of them wins, and what leaves is what was answered', async () => {
  const id = await draft(84_000);
  const answers = await Promise.all([
    patch(id, { message: 'First.' }),
    patch(id, { message: 'Second.' }),
    campaigns.act(id, 'launch'),
  ]);
  for (const { status } of answers) expect([200, 409]).toContain(status);
  if (answers[2].status === 409) await campaigns.act(id, 'launch');
  await campaigns.reaches(id, 'finished');
  const shown = (await campaigns.read(id)).message as string;
  const { items } = (await stack.call('GET', `/api/v1/messages?campaignId=${id}`)).json;
  for (const { id: message } of items) {
    expect((await stack.call('GET', `/api/v1/messages/${message}`)).json.text).toBe(shown);
  }
});

test('404: another account’s', async () => {
  const other = await makeTenant(stack, 'Other');
  expect((await patch(await draft(85_000), { name: 'Mine' }, other.call)).status).toBe(404);
});
