import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import { address } from '../../router';
import Correct from './Correct';
import { counts, none, running } from './fixtures';
import type { Campaign } from './api';
import { form } from './wizard/draft';

const waiting: Campaign = {
  ...running, state: 'scheduled', time: '2036-11-29T04:30:00.000Z', startedAt: null, entityId: '1201',
  counts: { ...none, accepted: 3_000, queued: 3_000, open: 3_000 },
}; // prettier-ignore
const AT = '/api/v1/campaigns/cmp_1';

function open(campaign: Campaign, more: Record<string, unknown> = {}) {
  const asked = fakeApi({ [`GET ${AT}`]: campaign, 'GET /api/v1/templates': { items: [], nextCursor: null }, ...more });
  show(<Correct params={{ id: 'cmp_1' }} query={new URLSearchParams()} />, '/campaigns/cmp_1/text');
  return asked;
}
const patches = (asked: { route: string; body: unknown }[]): unknown[] =>
  asked.filter(({ route }) => route === `PATCH ${AT}`).map(({ body }) => body);

test('a text is corrected: who gets it, how it reads, what it was and will be, and only then it is stored', async () => {
  const asked = open(waiting, { [`PATCH ${AT}`]: { ...waiting, state: 'preparing' } });
  await shown('3,000 messages are made anew with what you write here; nobody was sent the old text.');
  expect((the('.actions button', 'Correct the text') as HTMLButtonElement).disabled).toBe(true);
  await write('Message', 'Hello {name}, 30% off until Sunday');
  await shown('1 part');
  await press('Correct the text');
  await shown('Hello {name}, 20% off until Sunday');
  expect(patches(asked)).toEqual([]);
  await press('Not yet');
  await press('Correct the text');
  await press('Correct 3,000 messages');
  await shown(() => address.value.path === '/campaigns/cmp_1');
  expect(patches(asked)).toEqual([{ message: 'Hello {name}, 30% off until Sunday', entityId: '1201', dltTemplateId: null }]); // prettier-ignore
});

test('too late is a sentence, and what was written stays; a field that is wrong says so', async () => {
  const late =
    'The campaign is running, and it is too late for message: it began at 10:00, and messages may have left.';
  open(waiting, { [`PATCH ${AT}`]: refusal(409, 'wrong-state', late) });
  await shown('3,000 messages');
  await write('Message', '');
  await press('Correct the text');
  await shown('Write the text.');
  await write('Message', 'Hello');
  await press('Correct the text');
  await press('Correct 3,000 messages');
  await shown('It is too late to correct the text');
  expect(screenText()).toContain(late);
  expect((document.querySelector('textarea') as HTMLTextAreaElement).value).toBe('Hello');
});

test.each([
  ['has begun', { ...running, counts }, 'Its text is corrected no more', 'See the campaign'],
  ['is a draft', { ...waiting, state: 'draft' as const }, 'all of it can be changed', 'Edit this draft'],
])('a campaign that %s is not corrected here', async (_, campaign, says, link) => {
  open(campaign);
  await shown(says);
  expect(the('a', link)).toBeTruthy();
  expect(document.querySelector('textarea')).toBeNull();
});

test('the campaigns to come of a series', async () => {
  open({ ...waiting, time: null, recurrence: { cron: '0 10 * * mon', overlap: 'skip' }, counts: none });
  await shown('The campaigns that “Diwali sale” makes from now on say what you write here.');
  await write('Message', 'Hello');
  await press('Correct the text');
  await shown('Campaigns that the series has made already stay as they are.');
});

test('whoever leaves the page leaves no draft behind', async () => {
  open(waiting);
  await shown('3,000 messages');
  show(<p>Elsewhere</p>, '/campaigns');
  await shown('Elsewhere');
  expect(form.value).toBeNull();
});

test('an error says so', async () => {
  open(waiting, { [`GET ${AT}`]: refusal(404, 'not-found', 'There is no campaign cmp_1.') });
  await shown('There is no campaign cmp_1.');
});
