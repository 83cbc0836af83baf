import { FakeEventSource, fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import Campaign from './Campaign';
import { address } from '../../router';
import type { Campaign as One } from './api';
import { counts, draft, finished, ledger, none, running } from './fixtures';

beforeEach(() => {
  Object.assign(globalThis, { EventSource: FakeEventSource });
  FakeEventSource.open = [];
});

const rejected = { items: [{ position: 7, to: '12', meta: null, code: 'invalid-number', message: 'is too short' }], nextCursor: null }; // prettier-ignore

function open(campaign: One, more: Record<string, unknown> = {}) {
  const at = `/api/v1/campaigns/${campaign.id}`;
  const asked = fakeApi({
    [`GET ${at}`]: campaign,
    [`GET ${at}/ledger`]: ledger,
    [`GET ${at}/rejected`]: rejected,
    ...more,
  });
  show(<Campaign params={{ id: campaign.id }} query={new URLSearchParams()} />, `/campaigns/${campaign.id}`);
  return asked;
}
const done = (asked: { route: string }[], route: string) => asked.filter((each) => each.route === route);

test('with data: the answer in a sentence, the ledger, outcomes by code with their rows, who is left out', async () => {
  open(running);
  await shown(
    '1,800 of 4,848 messages have an outcome, 94.4% of them delivered. The last one leaves in about 1 min 3 s.',
  );
  await shown('There is no such number, or it is out of use.');
  expect(the('td a', '45').getAttribute('href')).toBe('/console/messages?campaignId=cmp_1&state=failed&code=910');
  expect(screenText()).toMatch(/In all 4,848/);
  expect(screenText()).toContain('Of those under way 3,000 wait, 12 are being sent, and 36 are with a provider.');
  await shown('is too short');
  expect(the('a', 'Every message as CSV').getAttribute('href')).toBe('/api/v1/campaigns/cmp_1/ledger?format=csv');
});

test('live: counts and state follow the stream; those of others are not its own', async () => {
  const asked = open(running);
  await shown('1,800 of 4,848');
  await FakeEventSource.tell('campaign', { id: 'cmp_1', state: 'running', reason: null, counts: { ...counts, delivered: 2_700, queued: 2_000, open: 2_048 } }); // prettier-ignore
  await shown('2,800 of 4,848');
  await FakeEventSource.tell('campaign', { id: 'other', state: 'failed', reason: null, counts });
  await new Promise(requestAnimationFrame);
  await shown('2,800 of 4,848');
  expect(the('.head .badge').textContent).toBe('Running');
  await FakeEventSource.tell('campaign', { id: 'cmp_1', state: 'finished', reason: null, counts: finished.counts });
  await shown('Send again to 70 that failed');
  expect(done(asked, 'GET /api/v1/campaigns/cmp_1')).toHaveLength(1);
});

test('pause is done at once and can be taken back', async () => {
  const asked = open(running, {
    'POST /api/v1/campaigns/cmp_1/pause': { ...running, state: 'paused' },
    'POST /api/v1/campaigns/cmp_1/resume': running,
  });
  await shown('1,800 of 4,848');
  await press('Pause');
  await shown('Paused: 3,000 messages wait.');
  await shown('Resume 3,000 messages');
  await press('Undo');
  await shown('The campaign goes on.');
  expect(done(asked, 'POST /api/v1/campaigns/cmp_1/resume')).toHaveLength(1);
});

test('cancel names how many are kept back, and what is not', async () => {
  const asked = open(running, { 'POST /api/v1/campaigns/cmp_1/cancel': { ...running, state: 'cancelled' } });
  await shown('1,800 of 4,848');
  await press('Cancel');
  await shown('1,848 have left already or have an outcome');
  await press('Keep it as it is');
  expect(done(asked, 'POST /api/v1/campaigns/cmp_1/cancel')).toHaveLength(0);
  await press('Cancel');
  await press('Cancel 3,000 messages that have not left');
  await shown('The campaign is cancelled.');
});

test('the rate is changed by the slider, and back again', async () => {
  const asked = open(running, {
    'PATCH /api/v1/campaigns/cmp_1': ({ body }: { body: { ratePerSecond: number } }) => ({ ...running, ...body }),
  });
  await shown('50 a second');
  const slider = document.getElementById('rate') as HTMLInputElement;
  slider.value = '9';
  slider.dispatchEvent(new Event('change', { bubbles: true }));
  await shown('The rate: 1,000 a second.');
  await press('Undo');
  await shown('The rate: 50 a second.');
  expect(done(asked, 'PATCH /api/v1/campaigns/cmp_1').map((each) => (each as { body?: unknown }).body)).toEqual([
    { ratePerSecond: 1_000 },
    { ratePerSecond: 50 },
  ]);
});

test('again to those that failed, without one of the codes: a draft', async () => {
  const asked = open(finished, { 'POST /api/v1/campaigns/cmp_3/again': { ...draft, id: 'cmp_4' } });
  await shown('Send again to 70 that failed');
  await press('Send again to');
  await shown('Make a draft to 70 recipients');
  const box = document.getElementById(the('label', '910').getAttribute('for')!) as HTMLInputElement;
  box.click();
  await shown('Make a draft to 25 recipients');
  await press('Make a draft to');
  await shown(() => address.value.path === '/campaigns/cmp_4/edit');
  expect(done(asked, 'POST /api/v1/campaigns/cmp_3/again')).toMatchObject([{ body: { name: 'Diwali sale again', codes: ['902', '916'] } }]); // prettier-ignore
});

test('another time is given by the clock of the campaign', async () => {
  const scheduled: One = { ...running, state: 'scheduled', time: '2026-11-29T04:30:00.000Z', counts: { ...counts, accepted: 3_000, queued: 3_000, open: 3_000 } }; // prettier-ignore
  const asked = open(scheduled, { 'POST /api/v1/campaigns/cmp_1/reschedule': scheduled });
  await shown('3,000 messages begin to leave');
  await press('Another time');
  await write('Begins', '2026-11-29T11:00');
  await press('Move 3,000 messages');
  await shown('The campaign has another time.');
  expect(done(asked, 'POST /api/v1/campaigns/cmp_1/reschedule')).toMatchObject([{ body: { time: '2026-11-29 11:00', timezone: 'Asia/Kolkata' } }]); // prettier-ignore
});

test('empty: a draft says that nothing was sent, and can be edited', async () => {
  open(draft, { 'GET /api/v1/campaigns/cmp_2/ledger': { ...ledger, byCode: [] } });
  await shown('A draft to 2 recipients: nothing of it was sent.');
  await shown('No message has an outcome yet.');
  expect(the('a', 'Edit this draft').getAttribute('href')).toBe('/console/campaigns/cmp_2/edit');
  expect(FakeEventSource.open).toHaveLength(0);
});

const series: One = {
  ...running, id: 'cmp_5', name: 'Monday news', state: 'scheduled', counts: none, recurrence: { cron: '0 10 * * mon', overlap: 'skip' },
  audience: { kind: 'group', id: 'grp_1', recipients: 0, rejected: 0, duplicates: 0, problems: [] },
}; // prettier-ignore

test('a series says when it comes and what it has made; it is paused and cancelled as one, and has no time of its own', async () => {
  const asked = open(series, {
    'GET /api/v1/campaigns': { items: [{ ...finished, seriesId: 'cmp_5', name: 'Monday news 2026-11-23 10:00' }], nextCursor: null },
    'POST /api/v1/campaigns/cmp_5/cancel': { ...series, state: 'cancelled' },
  }); // prettier-ignore
  await shown(/It comes every Monday at 10:00 in Asia\/Kolkata, next on Mon, \d+ \w+ \d{4}, 10:00\./);
  await shown('Monday news 2026-11-23 10:00');
  expect(document.querySelectorAll('ol li')).toHaveLength(5);
  expect(done(asked, 'GET /api/v1/campaigns')).toMatchObject([{ query: { seriesId: 'cmp_5' } }]);
  expect(done(asked, 'GET /api/v1/campaigns/cmp_5/ledger')).toEqual([]);
  expect([...document.querySelectorAll('.head button')].map((each) => each.textContent)).toEqual(['Pause', 'Cancel']);
  await press('Cancel');
  await shown('Those that it has made go on');
  await press('Cancel the series');
  await shown('The series is cancelled.');
  await shown('It is cancelled, and makes no more campaigns.');
});

test('an error says so', async () => {
  fakeApi({ 'GET /api/v1/campaigns/x': refusal(404, 'not-found', 'There is no campaign x.') });
  show(<Campaign params={{ id: 'x' }} query={new URLSearchParams()} />, '/campaigns/x');
  await shown('There is no campaign x.');
});

test('what it is made of stands there by its name, with its page; what the key may not see, by its id', async () => {
  open(
    { ...finished, audience: { ...running.audience, kind: 'group', id: 'grp_1' }, routeId: 'rt_1', templateId: 'tpl_1', webhookId: 'wh_1' },
    {
      'GET /api/v1/groups/grp_1': { id: 'grp_1', name: 'Members' },
      'GET /api/v1/routes/rt_1': { id: 'rt_1', name: 'Brand first' },
      'GET /api/v1/templates/tpl_1': { id: 'tpl_1', name: 'Order' },
      'GET /api/v1/webhooks/wh_1': refusal(403, 'forbidden'),
    },
  ); // prettier-ignore
  await shown('4,848 recipients of the group Members');
  await shown('Order');
  expect(the('.facts a', 'Brand first').getAttribute('href')).toBe('/console/routes');
  expect(the('.facts a', 'Order').getAttribute('href')).toBe('/console/templates/tpl_1');
  expect(the('.facts a', 'wh_1').getAttribute('href')).toBe('/console/webhooks/wh_1');
  expect(screenText()).toContain('Promotional');
});

test('when it began, will begin, or never did', async () => {
  const begin = (): string => the('.facts').textContent.replace(/.*(Beg[ai]ns?)/, '$1');
  open(finished);
  await shown('Began');
  open({ ...draft, time: null }, { 'GET /api/v1/campaigns/cmp_2/ledger': { ...ledger, byCode: [] } });
  await shown('when it is launched');
  open({ ...finished, id: 'cmp_6', startedAt: null, state: 'cancelled' });
  await shown('never: it ended before');
  expect(begin()).toMatch(/^Beginsnever/);
});
