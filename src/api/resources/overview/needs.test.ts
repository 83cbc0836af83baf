import type {
  OverviewCampaign,
  OverviewGateway,
  OverviewReading,
  OverviewWebhook,
} from '../../../store/accounts/overview';
import { lightOf, needsOf, sentenceOf } from './needs';

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const LEDGER = { accepted: 0, delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0 };

const gateway = (over: Partial<OverviewGateway> = {}): OverviewGateway => ({
  id: 'gw_1', name: 'Infobip', provider: 'infobip', status: 'active', pausedReason: null, breaker: 'closed',
  breakerReason: null, degraded: null, heldUntil: null, holdReason: null, waiting: 0, ...over,
}); // prettier-ignore
const webhook = (over: Partial<OverviewWebhook> = {}): OverviewWebhook => ({
  id: 'wh_1', kind: 'clevertap', url: 'https://in1.cb.wzrkt.com/secret?key=1', state: 'active', reason: null, waiting: 0,
  isMore: false, oldestDueAt: null, ...over,
}); // prettier-ignore
const campaign = (over: Partial<OverviewCampaign> = {}): OverviewCampaign => ({
  id: 'cmp_1', name: 'Diwali', state: 'running', reason: null, ratePerSecond: null, startedAt: null, ledger: LEDGER,
  submitted: 0, ...over,
}); // prettier-ignore
const reading = (over: Partial<OverviewReading> = {}): OverviewReading => ({
  ledger: LEDGER, gateways: [gateway()], campaigns: [], webhooks: [webhook()], changes: [], alerts: [], ...over,
}); // prettier-ignore
const sentence = (over: Partial<OverviewReading>): string => sentenceOf(needsOf(reading(over), NOW_MS));

test('all is well while gateways take messages and nothing waits long', () => {
  const early = webhook({ waiting: 3, oldestDueAt: new Date(NOW_MS - 60_000) });
  expect(sentence({})).toBe('All well.');
  expect(sentence({ webhooks: [early], campaigns: [campaign()] })).toBe('All well.');
  expect(sentence({ gateways: [gateway(), gateway({ status: 'inactive', pausedReason: 'off' })] })).toBe('All well.');
  expect(sentence({ gateways: [gateway({ degraded: '60 % of the submissions were not taken' })] })).toBe('All well.');
});

test('a gateway without credit, and what waits for it', () => {
  expect(sentence({ gateways: [gateway({ pausedReason: 'out of credit', waiting: 1_312 })] })).toBe(
    '1 thing needs you: Infobip takes nothing (out of credit), 1,312 messages wait.',
  );
});

test('each light has its reason', () => {
  expect(lightOf(gateway())).toEqual({ state: 'up', reason: null });
  expect(lightOf(gateway({ breaker: 'half-open' }))).toEqual({ state: 'down', reason: 'it does not answer' });
  const held = gateway({ heldUntil: new Date(NOW_MS), holdReason: 'slow down' });
  expect(lightOf(held)).toEqual({ state: 'held', reason: 'the provider asks to wait until 2026-01-01T12:00:00Z: slow down' });
  expect(lightOf(gateway({ degraded: 'slow' }))).toEqual({ state: 'degraded', reason: 'slow' });
  expect(lightOf(gateway({ status: 'inactive', pausedReason: 'x' }))).toEqual({ state: 'inactive', reason: null });
}); // prettier-ignore

test('a gateway that is held needs somebody, one that is slow or switched off does not', () => {
  const held = gateway({ heldUntil: new Date(NOW_MS), holdReason: 'slow down', waiting: 2 });
  expect(sentence({ gateways: [held] })).toContain('1 thing needs you: Infobip takes nothing (the provider asks to wait until 2026-01-01T12:00:00Z: slow down), 2 messages wait');
  const well = [gateway(), gateway({ degraded: 'slow' }), gateway({ status: 'inactive', pausedReason: 'x' })];
  expect(sentence({ gateways: well })).toBe('All well.');
}); // prettier-ignore

test('an account that can send nothing is told so', () => {
  expect(sentence({ gateways: [] })).toContain('there is no gateway yet, nothing can be sent');
  expect(sentence({ gateways: [gateway({ status: 'inactive' })] })).toContain('no gateway is active');
});

test('callbacks that wait long, or for a webhook that takes none; its URL stays a secret', () => {
  const late = webhook({ waiting: 2_806, oldestDueAt: new Date(NOW_MS - 3_600_000) });
  expect(sentence({ webhooks: [late] })).toBe(
    '1 thing needs you: 2,806 callbacks wait for in1.cb.wzrkt.com (for more than five minutes).',
  );
  const paused = webhook({ waiting: 1, state: 'paused', reason: 'the endpoint answered 403', isMore: true });
  expect(sentence({ webhooks: [paused] })).toBe(
    '1 thing needs you: more than 1 callback waits for in1.cb.wzrkt.com (it is paused: the endpoint answered 403).',
  );
});

test('a campaign that stands still says why; one that a person paused does not', () => {
  const stuck = campaign({ reason: 'waits: out of credit', ledger: { ...LEDGER, accepted: 9, open: 5, delivered: 4 }, submitted: 2 });
  expect(sentence({ campaigns: [stuck, campaign({ state: 'paused' })] })).toBe(
    '1 thing needs you: the campaign Diwali is running (waits: out of credit), 3 messages wait.',
  );
}); // prettier-ignore

test('three things are told, and how many there are', () => {
  const down = gateway({ pausedReason: 'out of credit' });
  const text = sentence({ gateways: [down, down, down, down] });
  expect(text).toMatch(/^4 things need you: /);
  expect(text).toMatch(/; and 1 more\.$/);
});

test('a campaign that stands still without a reason is told by its name, with its page', () => {
  const alert = {
    sentence: 'Campaign cmp_9 does not go on (it runs, and nothing of it has left since 10:05 UTC).',
    campaignId: 'cmp_9',
    campaignName: 'Diwali $& sale',
  };
  const needs = needsOf(reading({ alerts: [alert] }), NOW_MS);
  expect(needs).toEqual([
    {
      sentence: 'the campaign Diwali $& sale does not go on (it runs, and nothing of it has left since 10:05 UTC)',
      link: '/console/campaigns/cmp_9',
      kind: 'campaign',
    },
  ]);
});
