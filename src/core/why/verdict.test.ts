import type {
  AttemptFacts,
  CampaignFacts,
  GatewayFacts,
  MessageFacts,
  SoughtFacts,
  SuppressionFacts,
  WebhookFacts,
} from './facts';
import { verdictOfCampaign } from './campaign';
import { stopOfAll, verdictOfGateway } from './gateway';
import { verdictOfMessage, verdictOfSuppression } from './message';
import { verdictOfSought } from './sought';
import { verdictOfWebhook } from './webhook';

const NOW = new Date('2026-11-29T10:00:00Z');
const EARLIER = new Date('2026-11-29T09:00:00Z');
const LATER = new Date('2026-11-29T11:00:00Z');
const tell = (at: Date): string => at.toISOString().slice(11, 16);

const gateway = (over: Partial<GatewayFacts> = {}): GatewayFacts => ({
  id: 'gw_1', name: 'Infobip', provider: 'infobip', isDemo: false, isActive: true, pausedReason: null, breaker: 'closed',
  failure: null, changedAt: null, heldUntil: null, holdReason: null, ratePerSecond: null, receiptDeadlineSeconds: 3_600, ...over,
}); // prettier-ignore
const spare = gateway({ id: 'gw_2', name: 'Spare', isActive: false });
const attempt = (over: Partial<AttemptFacts> = {}): AttemptFacts => ({
  no: 1, gatewayName: 'Infobip', sender: 'TXTSMS', state: 'failed', class: 'recipient', code: '5', reason: 'absent',
  createdAt: EARLIER, answeredAt: EARLIER, settledAt: null, ...over,
}); // prettier-ignore
const message = (over: Partial<MessageFacts> = {}): MessageFacts => ({
  id: 'm', origin: null, state: 'queued', code: null, reason: null, sender: 'TXTSMS', acceptedAt: EARLIER, dueAt: null, heldUntil: null,
  notBefore: null, validUntil: null, submittedAt: null, settledAt: null, attempts: [], callbacks: [], campaign: null,
  suppression: null, gateways: [gateway()], ...over,
}); // prettier-ignore
const campaign = (over: Partial<CampaignFacts> = {}): CampaignFacts => ({
  id: 'cmp_1', name: 'Sale', state: 'running', reason: null, dueAt: null, ratePerSecond: null, launchedAt: EARLIER,
  finishedAt: null, holdUntil: null, opensAt: null, lateSince: null, stillSince: null, total: 10, settled: 4, rejected: 1, gateways: [gateway()], ...over,
}); // prettier-ignore
const suppression = (over: Partial<SuppressionFacts> = {}): SuppressionFacts => ({
  id: 's', source: 'inbound', reason: null, at: EARLIER, keyName: null, word: 'stop', isShared: false, promotionalOnly: false, ...over,
}); // prettier-ignore
const webhook = (over: Partial<WebhookFacts> = {}): WebhookFacts => ({
  id: 'wh_1', kind: 'clevertap', isActive: true, disabledReason: null, pausedReason: null, pausedAt: null, waiting: 0,
  oldestAt: null, lastError: null, ...over,
}); // prettier-ignore
const callback = (over: object = {}) => ({
  id: '7', event: 'delivered', state: 'pending' as const, tries: 3, lastStatus: 500, lastError: null, createdAt: EARLIER,
  webhook: webhook(), ...over,
}); // prettier-ignore

type Row = [what: string, facts: MessageFacts, code: string, who: string, says: RegExp];
test.each<Row>([
  ['refused by the provider', message({ state: 'failed', attempts: [attempt()] }), 'refused-by-provider', 'recipient', /Infobip refused this number.*absent \(code 5\)/],
  ['its sender refused', message({ state: 'failed', attempts: [attempt({ class: 'sender' })] }), 'refused-sender', 'you', /refused the sender ID/],
  ['its text refused', message({ state: 'failed', attempts: [attempt({ class: 'content' })] }), 'refused-content', 'you', /DLT|text/],
  ['no gateway took it', message({ state: 'failed', code: '904', reason: 'no gateway took the message before the deadline' }), 'never-left', 'you', /No gateway/],
  ['delivered by fallback', message({ state: 'delivered', attempts: [attempt({ class: 'sender', state: 'refused', code: '13', reason: 'blocked' }), attempt({ no: 2, sender: 'TXTALT', state: 'delivered', class: null })] }), 'delivered-by-fallback', 'you', /under the sender ID TXTALT.*refused TXTSMS: blocked \(code 13\)/],
  ['delivered', message({ state: 'delivered', attempts: [attempt({ state: 'delivered', class: null })] }), 'delivered', 'nobody', /delivered over Infobip/],
  ['CleverTap not told', message({ state: 'delivered', callbacks: [callback()] }), 'not-told', 'clevertap', /has got the message.*answered 500/],
  ['CleverTap is being told', message({ state: 'delivered', callbacks: [callback({ state: 'sending', tries: 1, lastStatus: null })] }), 'delivered', 'nobody', /delivered/],
  ['callbacks given up', message({ state: 'delivered', callbacks: [callback({ state: 'dead', lastStatus: 400 })] }), 'not-told', 'clevertap', /no further try/],
  ['opted out', message({ state: 'suppressed', code: '903', suppression: suppression() }), 'opted-out', 'recipient', /by a text \(STOP\)/],
  ['by hand', message({ state: 'suppressed', code: '903', suppression: suppression({ source: 'person', keyName: 'Support desk', reason: 'asked by mail' }) }), 'suppressed-by-hand', 'you', /key Support desk: asked by mail/],
  ['by a list', message({ state: 'suppressed', code: '903', suppression: suppression({ source: 'import' }) }), 'suppressed-by-list', 'you', /list of suppressions/],
  ['lifted since', message({ state: 'suppressed', code: '903', reason: 'the number has opted out' }), 'suppressed-then', 'you', /no longer/],
  ['the same text', message({ state: 'suppressed', code: '918', reason: 'the same text went to this number within 30 minutes' }), 'same-text', 'you', /30 minutes/],
  ['cancelled', message({ state: 'cancelled', campaign: campaign({ state: 'cancelled' }) }), 'campaign-cancelled', 'you', /Sale was cancelled/],
  ['too old', message({ state: 'expired', validUntil: EARLIER }), 'too-old', 'you', /time was over/],
  ['not in time', message({ state: 'expired', attempts: [attempt({ state: 'expired' })] }), 'expired', 'recipient', /did not reach the phone in time/],
  ['unknown', message({ state: 'unknown', attempts: [attempt({ state: 'unknown', class: 'unknown' })] }), 'unknown-outcome', 'provider', /Nobody can say/],
  ['no receipt yet', message({ state: 'submitted', submittedAt: NOW, attempts: [attempt({ state: 'submitted', class: null })] }), 'no-receipt-yet', 'provider', /awaited until 11:00/],
  ['its time', message({ dueAt: LATER }), 'waits-for-time', 'nobody', /its time, 11:00/],
  ['its window', message({ heldUntil: LATER }), 'waits-for-window', 'nobody', /opens 11:00/],
  ['its turn', message({ gateways: [gateway({ ratePerSecond: 5 })] }), 'waits-its-turn', 'nobody', /Infobip takes 5 a second/],
  ['tried again', message({ notBefore: LATER, attempts: [attempt({ class: 'transient', state: 'refused' })] }), 'tried-again', 'provider', /tried again 11:00/],
  ['a gateway without credit before a spare', message({ gateways: [spare, gateway({ pausedReason: 'NOT_ENOUGH_CREDITS' })] }), 'gateway-paused', 'you', /Infobip is paused.*CREDITS/],
  ['a gateway switched off', message({ gateways: [spare] }), 'gateway-inactive', 'you', /Spare is switched off/],
  ['a campaign paused', message({ campaign: campaign({ state: 'paused', reason: 'too many failed' }) }), 'campaign-paused', 'you', /Sale is paused: too many failed/],
  ['a campaign outside its window', message({ campaign: campaign({ opensAt: LATER }) }), 'campaign-outside-window', 'nobody', /opens 11:00/],
  ['a campaign that stands still', message({ campaign: campaign({ stillSince: EARLIER }) }), 'campaign-stuck', 'you', /^It waits\. The campaign Sale runs, and nothing of it has left since 09:00\.$/],
  ['a campaign that nothing looks after', message({ campaign: campaign({ lateSince: EARLIER }) }), 'campaign-stuck', 'you', /nothing has looked after it since 09:00/],
  ['its window, of a campaign that stands still', message({ heldUntil: LATER, campaign: campaign({ stillSince: EARLIER }) }), 'waits-for-window', 'nobody', /opens 11:00/],
  ['its gateway, of a campaign that stands still', message({ gateways: [spare], campaign: campaign({ stillSince: EARLIER, gateways: [spare] }) }), 'gateway-inactive', 'you', /Spare is switched off/],
])('a message: %s', (_, facts, code, who, says) => {
  expect(verdictOfMessage(facts, tell, NOW)).toMatchObject({ code, who, sentence: expect.stringMatching(says) });
}); // prettier-ignore

test.each<[string, Partial<CampaignFacts>, string]>([
  ['a draft', { state: 'draft' }, 'campaign-draft'],
  ['scheduled', { state: 'scheduled', dueAt: LATER }, 'campaign-scheduled'],
  ['failed', { state: 'failed' }, 'campaign-failed'],
  ['finished', { state: 'finished' }, 'campaign-finished'],
  ['settling', { state: 'settling' }, 'campaign-settling'],
  ['sending', {}, 'campaign-sending'],
  [
    'without a gateway',
    { gateways: [gateway({ breaker: 'open', failure: '503' }), spare] },
    'campaign-waits-for-gateway',
  ],
  ['still', { stillSince: EARLIER }, 'campaign-stuck'],
  ['still, with one of its windows closed', { stillSince: EARLIER, opensAt: LATER }, 'campaign-stuck'],
  ['still without a gateway', { stillSince: EARLIER, gateways: [spare] }, 'campaign-waits-for-gateway'],
  ['looked after by nothing', { state: 'preparing', lateSince: EARLIER }, 'campaign-stuck'],
  [
    'scheduled, and looked after by nothing',
    { state: 'scheduled', dueAt: LATER, lateSince: EARLIER },
    'campaign-stuck',
  ],
  ['paused', { state: 'paused', stillSince: null, lateSince: null }, 'campaign-paused'],
])('a campaign: %s', (_, over, code) => {
  expect(verdictOfCampaign(campaign(over), tell, NOW).code).toBe(code);
});

test('a campaign says how many messages are waited for, and by which call a paused one goes on', () => {
  const settling = verdictOfCampaign(campaign({ state: 'settling' }), tell, NOW);
  expect(settling.sentence).toBe('All messages of the campaign Sale have left; 6 wait for their provider’s report.');
  expect(verdictOfCampaign(campaign({ state: 'paused' }), tell, NOW).remedy).toMatchObject({
    action: { method: 'POST', path: '/api/v1/campaigns/cmp_1/resume' },
    command: 'heliograph campaign resume cmp_1',
  });
});

test('of a campaign that does not go on it is told since when, and who tells whether a worker runs', () => {
  const stuck = verdictOfCampaign(campaign({ stillSince: EARLIER, reason: 'no route' }), tell, NOW);
  expect(stuck).toMatchObject({
    sentence: 'The campaign Sale runs, and nothing of it has left since 09:00: no route.',
    who: 'you',
    since: EARLIER,
    remedy: { command: 'heliograph doctor', link: '/console/campaigns/cmp_1' },
  });
  expect(verdictOfCampaign(campaign({ lateSince: EARLIER }), tell, NOW)).toMatchObject({
    since: EARLIER,
    remedy: { command: 'heliograph doctor' },
  });
});

test('of several gateways one that takes messages is enough, and the demo one counts only alone', () => {
  const down = gateway({ breaker: 'open' });
  expect(stopOfAll([down, gateway()], tell, NOW)).toBeNull();
  expect(stopOfAll([down, gateway({ isDemo: true })], tell, NOW)?.code).toBe('gateway-down');
  expect(stopOfAll([gateway({ isDemo: true })], tell, NOW)).toBeNull();
  expect(verdictOfGateway(gateway({ heldUntil: LATER }), tell, NOW).code).toBe('gateway-held');
  expect(verdictOfGateway(gateway({ heldUntil: EARLIER }), tell, NOW).code).toBe('gateway-up');
});

test.each<[string, Partial<WebhookFacts>, string]>([
  ['well', {}, 'webhook-ok'],
  ['busy', { waiting: 3, oldestAt: EARLIER }, 'webhook-catching-up'],
  [
    'failing',
    { waiting: 3, oldestAt: EARLIER, lastError: { at: EARLIER, status: 500, message: null } },
    'webhook-failing',
  ],
  ['paused', { pausedAt: EARLIER, pausedReason: '401' }, 'webhook-paused'],
  ['disabled', { isActive: false }, 'webhook-disabled'],
])('a webhook that is %s', (_, over, code) => {
  expect(verdictOfWebhook(webhook(over), tell).code).toBe(code);
});

test('of another account no remedy is offered', () => {
  expect(verdictOfSuppression(suppression({ isShared: true })).remedy.action).toBeUndefined();
});

describe('a number', () => {
  const sought = (over: Partial<SoughtFacts> = {}): SoughtFacts => ({
    kind: 'number', message: null, refusals: [], leftOut: [], rows: [], suppression: null,
    searched: { messagesSince: null, requestsSince: EARLIER }, latestTaken: null, unreadable: null, ...over,
  }); // prettier-ignore
  const ask = (facts: SoughtFacts) => verdictOfSought(facts, { kind: 'number', id: '+91*' }, tell, NOW);
  const refusal = {
    requestId: 'r', at: LATER, shape: 'generic', keyName: null, status: 400, code: null,
    problem: { code: 'unreplaced-token', field: 'message', message: 'message is still $$Body' },
  }; // prettier-ignore

  test('what came last tells it, the rest is told beside', () => {
    const { verdict, subject, others } = ask(
      sought({
        message: message({ state: 'delivered' }),
        refusals: [refusal],
        leftOut: [{ campaignId: 'c', campaignName: 'Sale', at: NOW, code: 'missing', message: '{name} has no value' }],
        rows: [{ uploadId: 'u', uploadName: 'a.csv', at: EARLIER, row: 3, message: 'is no number' }],
      }),
    );
    expect([verdict.code, subject]).toEqual(['record-refused', { kind: 'request', id: 'r' }]);
    expect(others.map((one) => one.verdict.code)).toEqual(['left-out', 'delivered', 'upload-row-rejected']);
  });

  test('nothing is known: it never came, was not readable, or is suppressed', () => {
    expect(ask(sought()).verdict).toMatchObject({
      code: 'never-came',
      sentence: expect.stringContaining('since 09:00'),
    });
    const unreadable = { requestId: 'r', at: NOW, code: 'malformed-body', message: 'no JSON', shape: 'generic' };
    expect(ask(sought({ unreadable })).verdict).toMatchObject({ code: 'request-refused', who: 'clevertap' });
    expect(ask(sought({ suppression: suppression() })).verdict.code).toBe('opted-out');
  });

  test('who mends a refusal depends on what was wrong', () => {
    const of = (code: string) =>
      ask(sought({ refusals: [{ ...refusal, problem: { ...refusal.problem, code } }] })).verdict;
    expect([of('callback-url').code, of('callback-url').who]).toEqual(['callback-url-refused', 'you']);
    expect(of('invalid-number').who).toBe('clevertap');
    const ours = ask(sought({ refusals: [{ ...refusal, shape: 'api' }] })).verdict;
    expect([ours.code, ours.who]).toEqual(['record-refused', 'you']);
    const whole = {
      ...refusal,
      code: 'no-gateway',
      problem: { code: 'no-gateway', field: null, message: 'no gateway' },
    };
    expect(ask(sought({ refusals: [whole] })).verdict).toMatchObject({ code: 'request-refused', who: 'you' });
  });
});
