/** Sending again to those of a campaign that failed: a draft over them, linked both ways, and changed before it leaves. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { makeTenant } from '../support/tenants';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

const again = (id: string, body: object = {}) => campaigns.act(id, 'again', body);
const messagesOf = async (campaignId: string): Promise<{ meta: string; state: string; text?: string; id: string }[]> =>
  (await stack.call('GET', `/api/v1/messages?campaignId=${campaignId}`)).json.items;

test('those that failed get it again, with their meta and their own text; nobody else does', async () => {
  const recipients = people(6, 77_000).map((person, i) => ({ ...person, variables: { name: `N${i}` } }));
  await campaigns.script({ refuse: ['N0', 'N1'].map((textIncludes) => ({ outcome: 'recipient', textIncludes })) });
  const old = await campaigns.launch({ name: 'Sale', message: 'Dear {name}, the sale is on.', audience: { recipients } });
  const ended = await campaigns.reaches(old, 'finished');
  expect(ended.counts).toMatchObject({ failed: 2, delivered: 4 });
  await campaigns.script({});

  const { status, json: draft } = await again(old);
  expect(status).toBe(201);
  expect(draft).toMatchObject({
    state: 'draft', name: 'Sale again', message: '{text}', againOf: old, audience: { kind: 'campaign', id: old },
  }); // prettier-ignore
  expect((await campaigns.read(old)).again).toEqual([draft.id]);
  await campaigns.act(draft.id, 'launch');
  const done = await campaigns.reaches(draft.id, 'finished');
  expect(done.counts).toMatchObject({ accepted: 2, delivered: 2 });
  const metas = (await messagesOf(draft.id)).map(({ meta }) => meta).sort();
  expect(metas).toEqual(recipients.slice(0, 2).map(({ custom }) => custom).sort());
  const texts = await Promise.all((await messagesOf(draft.id)).map(async ({ id }) => (await stack.call('GET', `/api/v1/messages/${id}`)).json.text));
  expect(texts.sort()).toEqual(['Dear N0, the sale is on.', 'Dear N1, the sale is on.']);

  // Of another class nobody failed.
  expect((await again(old, { classes: ['content'] })).json.code).toBe('nothing-failed');
  expect((await again(old, { codes: ['910'], name: 'Once more' })).json).toMatchObject({ name: 'Once more', audience: { codes: ['910'] } });
  const other = await makeTenant(stack, 'Other');
  expect((await other.call('POST', `/api/v1/campaigns/${old}/again`, {})).status).toBe(404);
}); // prettier-ignore

test('the draft has what the old one was sent with; of texts that are kept no longer, and of a series, there is none', async () => {
  const { json: webhook } = await stack.call('POST', '/api/v1/webhooks', {
    kind: 'standard', url: `${stack.simulator.url}/clevertap/none`,
  }); // prettier-ignore
  await campaigns.script({ refuse: [{ outcome: 'recipient' }] });
  const given = { sender: 'HELIOB', webhookId: webhook.id as string, ratePerSecond: 50, service: 'T' };
  const old = await campaigns.launch({ ...given, audience: { recipients: people(1, 79_000) } });
  await campaigns.reaches(old, 'finished');
  await campaigns.script({});
  expect((await again(old)).json).toMatchObject({ ...given, state: 'draft', message: 'The sale is on.', againOf: old });
  await stack.database.pool.query('update campaigns set blanked_at = now() where id = $1', [old]);
  expect((await again(old)).json).toMatchObject({ code: 'wrong-state', message: expect.stringContaining('kept no longer') });
  const series = await campaigns.launch({ recurrence: { cron: '0 10 1 1 *' }, audience: { recipients: people(1, 79_100) } });
  await campaigns.act(series, 'cancel');
  expect((await again(series)).json).toMatchObject({ code: 'wrong-state', message: expect.stringContaining('series') });
}); // prettier-ignore

test('409: one that has not ended; 400: a class that there is not', async () => {
  const draft = (await campaigns.create({ audience: { recipients: people(1, 78_000) }, draft: true })).json
    .id as string;
  expect((await again(draft)).json.code).toBe('wrong-state');
  expect((await again(draft, { classes: ['wrong'] })).json.code).toBe('invalid-request');
});
