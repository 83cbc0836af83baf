import { fakeApi, press, refusal, screenText, show, shown, the, type Asked } from '../../testing';
import { delivered, failed, waiting } from '../../testing/fixtures';
import { session } from '../../api';
import { address } from '../../router';
import Message from './Message';

const path = `/api/v1/messages/${delivered.id}`;
const names = {
  'GET /api/v1/gateways': { items: [{ id: 'gw_1', name: 'Infobip', status: 'active' }, { id: 'gw_2', name: 'Twilio', status: 'active' }], nextCursor: null },
  'GET /api/v1/webhooks': { items: [{ id: 'wh_1', kind: 'clevertap', url: 'https://x.example/y' }], nextCursor: null },
}; // prettier-ignore
const open = (replies: Parameters<typeof fakeApi>[0]): Asked[] => {
  const asked = fakeApi({ ...names, ...replies });
  show(<Message params={{ id: delivered.id }} query={new URLSearchParams()} />, `/messages/${delivered.id}`);
  return asked;
};
const last = (asked: Asked[], route: string) => asked.filter((each) => each.route === route).at(-1);

test('with data: its story from CleverTap to CleverTap, with the names of things', async () => {
  open({ [`GET ${path}`]: delivered });
  await shown('Infobip refused the sender ID TXTSMS: this sender ID is blocked, code 13.');
  const steps = [...document.querySelectorAll('.timeline .what > p:first-child')].map((each) => each.textContent);
  expect(steps).toEqual([
    'It came from CleverTap with the key Journeys, and was accepted: 1 part in the SMS alphabet.',
    'Attempt 1: sent to Infobip under TXTSMS.',
    'Infobip refused the sender ID TXTSMS: this sender ID is blocked, code 13.',
    'Attempt 2: sent to Infobip under TXTALT.',
    'Infobip took it.',
    'Infobip reports “delivered”.',
    'Delivered to the phone.',
    'CleverTap was told “delivered”.',
  ]);
  expect(screenText()).toContain('The provider calls it 06h20q');
  expect(screenText()).toContain('14:00:06');
  expect(the('a', 'Temporal UI').getAttribute('href')).toBe(delivered.workflowUrl);
});

test('each attempt has its request and its answer behind a native disclosure', async () => {
  open({ [`GET ${path}`]: delivered });
  await shown('Request and answer');
  const [refused, taken] = [...document.querySelectorAll('.timeline details.exchange')];
  expect(refused!.querySelector('summary')!.textContent).toBe('Request and answer');
  expect((refused as HTMLDetailsElement).open).toBe(false);
  const said = refused!.textContent;
  expect(said).toContain('POST, application/json');
  expect(said).toContain('https://vendor.example/sms/3/messages');
  expect(said).toContain('"to": "9198******01"');
  expect(said).toContain('It may have left with others in one request; this is its own part.');
  expect(said).toContain('HTTP 400 after 42 ms, to a request of 3 messages, application/json');
  expect(said).toContain('"error": "this sender ID is blocked"');
  expect(taken!.textContent).toContain('The provider took it. Of such an answer only its id is kept.');
  expect(the('[aria-label="Copy Provider’s id"]').textContent).toBe('Copy');
});

test('no answer, one that is cut, and a request that can’t be made again say so', async () => {
  const [attempt] = delivered.attempts;
  const answers = [
    { at: attempt!.createdAt, status: null, failure: 'UND_ERR_SOCKET', body: null, tookMs: 30_000, messages: 1 },
    { at: attempt!.createdAt, status: 502, body: 'to=1&text=x', cutFrom: 9_000, tookMs: 1, messages: 1 },
  ];
  const odd = { ...attempt!, request: null, requestMissing: 'gateway-deleted' as const, answers };
  open({ [`GET ${path}`]: { ...delivered, attempts: [odd] } });
  await shown('The gateway was deleted: the request can’t be made again.');
  expect(screenText()).toContain('No answer: UND_ERR_SOCKET after 30 s');
  expect(document.querySelector('.exchange pre')!.textContent).toBe('to=1\n&text=x');
  expect(screenText()).toContain('The first 11 of 9,000 characters.');
});

test('a callback that was taken late says when, and after how many tries', async () => {
  const [callback] = delivered.callbacks;
  open({
    [`GET ${path}`]: { ...delivered, callbacks: [{ ...callback!, tries: 3, deliveredAt: '2026-11-28T09:00:00Z' }] },
  });
  await shown('CleverTap was told “delivered”, after 3 tries.');
  const last = [...document.querySelectorAll('.timeline li')].at(-1)!;
  expect(
    last.querySelector('time')!.getAttribute('dateTime') ?? last.querySelector('time')!.getAttribute('datetime'),
  ).toBe('2026-11-28T09:00:00Z');
});

test('what waits can be cancelled, once somebody has said so', async () => {
  const asked = open({ [`GET ${path}`]: waiting, [`POST ${path}/cancel`]: { ...waiting, state: 'cancelled' } });
  await shown('It waits to be sent: Infobip is paused: out of credit.');
  await press('Cancel');
  await shown('Cancel this message?');
  expect(document.activeElement?.textContent).toBe('Keep it as it is');
  await press('Keep it as it is');
  expect(last(asked, `POST ${path}/cancel`)).toBeUndefined();
  await press('Cancel');
  await press('Cancel 1 message that has not left');
  await shown('The message is cancelled.');
  expect(last(asked, `POST ${path}/cancel`)!.headers['X-Heliograph-Console']).toBe('1');
});

test('what waits can take another gateway', async () => {
  const asked = open({ [`GET ${path}`]: waiting, [`POST ${path}/move`]: waiting });
  await shown('Move to another gateway');
  await press('Move to another gateway');
  await shown('Twilio');
  await press('Move it');
  await shown('The message takes the other gateway.');
  expect(last(asked, `POST ${path}/move`)!.body).toEqual({ gatewayId: 'gw_2' });
});

test('what was delivered is sent again only on a second word, and leads to the new message', async () => {
  const asked = open({ [`GET ${path}`]: delivered, [`POST ${path}/resend`]: { id: 'm2' } });
  await shown('Send again');
  await press('Send again');
  await shown('the person would get it twice');
  await press('Send it a second time');
  await shown('this is the new message');
  expect(last(asked, `POST ${path}/resend`)!.body).toEqual({ confirm: true });
  expect(address.value.path).toBe('/messages/m2');
});

test('a refusal of an action is said in the API’s words', async () => {
  open({ [`GET ${path}`]: failed, [`POST ${path}/resend`]: refusal(409, 'text-gone', 'The text is deleted.') });
  await shown('Failed: no such number, code 910.');
  await press('Send again');
  await press('Send it again');
  await shown('The text is deleted.');
});

test('a number is suppressed, and allowed again by undo', async () => {
  const asked = open({
    [`GET ${path}`]: failed,
    'POST /api/v1/suppressions': { id: 's1', to: delivered.to, at: new Date().toISOString() },
    'DELETE /api/v1/suppressions/s1': undefined,
  });
  await shown('Suppress the number');
  await press('Suppress the number');
  await press('Suppress +919800000001');
  await shown('Undo');
  await press('Undo');
  await shown('may be sent to again');
  expect(last(asked, 'POST /api/v1/suppressions')!.body).toEqual({ to: '+919800000001' });
});

test('a callback that was given up is told again', async () => {
  const asked = open({ [`GET ${path}`]: failed, 'POST /api/v1/callbacks/cb_2/replay': { id: 'cb_2' } });
  await shown('CleverTap could not be told “failed”: given up after 9 tries: status 500, no answer.');
  await press('Tell it again');
  await shown('It is told once more.');
  expect(last(asked, 'POST /api/v1/callbacks/cb_2/replay')).toBeDefined();
});

test('Why? asks for the verdict, and its remedy is done on a word', async () => {
  const verdict = { code: 'gateway-paused', sentence: 'Infobip is out of credit.', who: 'you', since: '2026-11-28T08:00:00Z', remedy: { sentence: 'Top up, then activate it.', action: { method: 'PATCH', path: '/api/v1/gateways/gw_1', body: { status: 'active' } } } }; // prettier-ignore
  const asked = open({
    [`GET ${path}`]: waiting,
    'GET /api/v1/why': { verdict, subject: { kind: 'message', id: delivered.id }, evidence: [{ at: '2026-11-28T08:00:00Z', kind: 'gateway', sentence: 'Infobip answered “not enough credits”.', subject: { kind: 'gateway', id: 'gw_1' } }], others: [] },
    'PATCH /api/v1/gateways/gw_1': {},
  }); // prettier-ignore
  await shown('Why?');
  await press('Why?');
  await shown('Infobip is out of credit.');
  expect(screenText()).toContain('You can mend this.');
  expect(the('.evidence a').getAttribute('href')).toBe('/console/gateways/gw_1');
  await press('Do this now');
  await press('Do it');
  await shown('Done.');
  expect(last(asked, 'PATCH /api/v1/gateways/gw_1')!.body).toEqual({ status: 'active' });
});

test('a key that only reads is offered nothing that it may not do', async () => {
  session.value = { ...session.value!, scopes: ['read'] };
  open({ [`GET ${path}`]: { ...failed, text: null, textHidden: 'scope' } });
  await shown('your key needs the scope “content”');
  expect(screenText()).not.toMatch(/Send again|Suppress|Tell it again/);
});

test('a message that is not there says so', async () => {
  open({});
  await shown('Not found: the message');
});

test('its campaign stands there by its name', async () => {
  open({ [`GET ${path}`]: { ...delivered, campaignId: 'cmp_1' }, 'GET /api/v1/campaigns/cmp_1': { id: 'cmp_1', name: 'Diwali sale' } }); // prettier-ignore
  await shown('Diwali sale');
  expect(the('.facts a', 'Diwali sale').getAttribute('href')).toBe('/console/campaigns/cmp_1');
});
