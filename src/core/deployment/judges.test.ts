/** Each judge by a table: facts, and what is found of them. */
import {
  judgeCallbacks,
  judgeGateways,
  judgeOutbound,
  judgeWebhooks,
  type GatewayFacts,
  type WebhookFacts,
} from './accounts';
import { CHECKS, counted, inOrder, listOf, ok, type Finding } from './finding';
import { judgeClock, judgeDisk, judgeMasterKeys, judgePublicUrl, judgeSettings, type PublicUrlFacts } from './machine';
import {
  judgeDatabase,
  judgePartitions,
  judgeSchema,
  judgeSealed,
  judgeSearchAttributes,
  judgeTemporal,
  judgeWorkers,
} from './servers';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 29);
const GB = 1_000_000_000;

const publicUrl = (facts: Partial<PublicUrlFacts>): Finding =>
  judgePublicUrl({ url: 'https://sms.example.com', production: true, isLoopback: false, problem: null, remoteGateways: 1, ...facts }); // prettier-ignore
const gateway = (facts: Partial<GatewayFacts> = {}): GatewayFacts => ({
  id: 'gw_1', name: 'Infobip', isActive: true, isDemo: false, pausedReason: null, isOpen: false, breakerReason: null,
  heldUntilMs: null, holdReason: null, isAuthenticated: true, ...facts,
}); // prettier-ignore
const webhook = (facts: Partial<WebhookFacts> = {}): WebhookFacts => ({
  id: 'wh_1', state: 'active', reason: null, waiting: 0, overdueMs: null, ...facts,
}); // prettier-ignore
const weak = { id: 'k1', weakness: 'repeats itself' };

test.each<[Finding, Finding['state'], string, string | null]>([
  [judgeDatabase({ where: 'db:5432/x', problem: null, answeredInMs: 1.4 }), 'ok', 'Postgres at db:5432/x answers in 1 ms.', null],
  [judgeDatabase({ where: 'db:5432/x', problem: 'ECONNREFUSED', answeredInMs: 1 }), 'fail', 'does not answer: ECONNREFUSED', 'DATABASE_URL'],
  [judgeSchema({ missing: [], unknown: [], newest: '0058_x' }), 'ok', '(0058_x)', null],
  [judgeSchema({ missing: ['0057_a', '0058_b'], unknown: [], newest: '0058_b' }), 'fail', 'behind this version by 2 migrations: 0057_a and 0058_b.', 'heliograph migrate'],
  [judgeSchema({ missing: [], unknown: ['9999_x'], newest: '0058_b' }), 'warn', 'newer version', 'that version'],
  [judgeSchema({ missing: [], unknown: [], newest: null }), 'warn', 'may not see', 'HELIOGRAPH_DATABASE_OWNER_URL'],
  [judgePartitions({ untilMs: NOW + 60 * DAY_MS, nowMs: NOW }), 'ok', 'up to 2027-01-28', null],
  [judgePartitions({ untilMs: NOW + 2.5 * DAY_MS, nowMs: NOW }), 'warn', 'in 2 days', 'heliograph migrate'],
  [judgePartitions({ untilMs: NOW, nowMs: NOW }), 'fail', 'nothing can be accepted', 'heliograph migrate'],
  [judgeSealed({ sealed: [{ column: 'gateways.credentials', keyId: 'k1', count: 3 }], ring: ['k1'] }), 'ok', 'All 3', null],
  [judgeSealed({ sealed: [{ column: 'webhooks.url', keyId: 'k0', count: 1 }], ring: ['k1'] }), 'fail', '1 value of webhooks.url is sealed with the master key k0, which is not in the ring (k1).', 'keys reseal'],
  [judgeTemporal({ where: 't:7233', problem: null }), 'ok', 't:7233 answers', null],
  [judgeTemporal({ where: 't:7233', problem: 'no connection' }), 'fail', 'no connection', 'TEMPORAL_ADDRESS'],
  [judgeSearchAttributes([]), 'ok', 'knows', null],
  [judgeSearchAttributes(['HeliographState is missing: temporal operator search-attribute create --name HeliographState']), 'warn', '1 search attribute as they have to be (HeliographState)', 'temporal operator search-attribute create --name HeliographState'],
  [judgeWorkers({ idle: [], queues: 9 }), 'ok', 'all 9', null],
  [judgeWorkers({ idle: ['heliograph-bulk'], queues: 9 }), 'fail', 'from heliograph-bulk.', 'Start a worker'],
  [judgeWorkers({ idle: ['a', 'b'], queues: 2 }), 'fail', 'No worker runs', 'Start a worker'],
  [judgeClock({ aheadMs: 1_900, withinMs: 0 }), 'ok', 'agree', null],
  [judgeClock({ aheadMs: 4_000, withinMs: 3_000 }), 'ok', 'agree', null],
  [judgeClock({ aheadMs: 5_000, withinMs: 1 }), 'warn', '5 seconds ahead of', 'chrony'],
  [judgeClock({ aheadMs: -61_000, withinMs: 1 }), 'fail', '61 seconds behind', 'chrony'],
  [judgeDisk({ folder: '/d', free: 50 * GB, total: 100 * GB }), 'ok', '50.0 GB of 100.0 GB free', null],
  [judgeDisk({ folder: '/d', free: 4 * GB, total: 100 * GB }), 'warn', '4.0 GB', 'HELIOGRAPH_KEEP_MONTHS'],
  [judgeDisk({ folder: '/d', free: 10 * GB, total: 1_000 * GB }), 'warn', '10.0 GB', 'HELIOGRAPH_KEEP_MONTHS'],
  [judgeDisk({ folder: '/d', free: 4 * GB, total: 1_000 * GB }), 'fail', 'nearly full', 'Free space'],
  [judgeDisk({ folder: '/d', free: 0.9 * GB, total: 100 * GB }), 'fail', 'nearly full', 'Free space'],
  [judgeMasterKeys({ keys: [{ id: 'k1', weakness: null }], production: true }), 'ok', '1 master key', null],
  [judgeMasterKeys({ keys: [weak], production: false }), 'warn', 'k1 repeats itself', 'openssl rand'],
  [judgeMasterKeys({ keys: [weak], production: true }), 'fail', 'k1 repeats itself', 'keys reseal'],
  [publicUrl({}), 'ok', 'answers at https://sms.example.com', null],
  [publicUrl({ isLoopback: true }), 'fail', 'own address', 'HELIOGRAPH_PUBLIC_URL'],
  [publicUrl({ isLoopback: true, production: false }), 'warn', 'own address', 'HELIOGRAPH_PUBLIC_URL'],
  [publicUrl({ isLoopback: true, production: false, remoteGateways: 0 }), 'ok', 'answers', null],
  [publicUrl({ problem: 'ENOTFOUND' }), 'fail', 'ENOTFOUND', 'DNS, TLS and proxy'],
  [judgeSettings([], []), 'ok', 'right', null],
  [judgeSettings(['HELIOGRAPH_PORT must be a port'], []), 'fail', 'has 1 problem: HELIOGRAPH_PORT must be a port.', 'docs/configuration.md'],
  [judgeSettings([], ['HELIOGRAF is no setting']), 'warn', 'HELIOGRAF', 'unset'],
  [judgeOutbound([{ what: 'gateway A', host: 'a.example', verdict: 'ok' }]), 'ok', '1 place', null],
  [judgeOutbound([{ what: 'gateway A', host: '10.0.0.1:80', verdict: 'private' }]), 'fail', '10.0.0.1:80 of gateway A', 'Add 10.0.0.1:80 to HELIOGRAPH_OUTBOUND_ALLOW'],
  [judgeOutbound([{ what: 'webhook wh_1', host: 'no.example', verdict: 'unknown' }]), 'warn', 'No address is found for no.example of webhook wh_1', 'name server'],
  [judgeCallbacks([gateway()]), 'ok', 'prove', null],
  [judgeCallbacks([gateway({ isAuthenticated: false })]), 'warn', 'Infobip (gw_1) can make up receipts', 'callbackAuth'],
  [judgeCallbacks([gateway({ isAuthenticated: false, isDemo: true }), gateway({ isAuthenticated: false, isActive: false })]), 'ok', 'prove', null],
  [judgeGateways([gateway()]), 'ok', '1 active gateway', null],
  [judgeGateways([]), 'warn', 'no gateway', 'heliograph gateway add'],
  [judgeGateways([gateway({ isActive: false })]), 'fail', 'None of 1 gateway is active', 'active'],
  [judgeGateways([gateway({ pausedReason: 'no credit' })]), 'fail', '1 gateway is paused, and takes nothing until a person lets it: Infobip (gw_1): no credit.', 'PATCH /api/v1/gateways/gw_1'],
  [judgeGateways([gateway(), gateway({ isActive: false, pausedReason: 'no credit', isOpen: true, heldUntilMs: NOW })]), 'ok', '1 active gateway', null],
  [judgeGateways([gateway({ isOpen: true, breakerReason: 'timeouts' })]), 'fail', 'can’t be reached: Infobip (gw_1): timeouts', 'gateway test gw_1'],
  [judgeGateways([gateway({ heldUntilMs: NOW, holdReason: '429' })]), 'warn', 'Infobip (gw_1) until 2026-11-29T00:00:00.000Z (429)', 'ratePerSecond'],
  [judgeWebhooks([webhook()]), 'ok', '1 webhook takes', null],
  [judgeWebhooks([webhook({ state: 'paused', reason: '503', waiting: 7 })]), 'fail', 'wh_1 is paused (503), 7 wait', 'callback replay --webhook wh_1'],
  [judgeWebhooks([webhook({ state: 'disabled', waiting: 1 })]), 'fail', 'wh_1 is disabled (by a person), 1 wait', 'delete the webhook'],
  [judgeWebhooks([webhook({ state: 'disabled' })]), 'ok', '1 webhook', null],
  [judgeWebhooks([webhook({ waiting: 9, overdueMs: 11 * 60_000 })]), 'warn', 'wh_1 (9 wait, the oldest for 11 minutes)', 'worker'],
])('%j', ({ id, ...finding }, state, sentence, remedy) => {
  expect(CHECKS).toContain(id);
  expect(finding.state).toBe(state);
  expect(finding.sentence).toContain(sentence);
  expect(finding.sentence).toMatch(/^[A-Z\d].*\.$/);
  if (remedy === null) expect(finding.remedy).toBeNull();
  else expect(finding.remedy).toContain(remedy);
}); // prettier-ignore

test('findings stand in the order of the checks, lists are cut, counts have their plural', () => {
  expect(inOrder([ok('webhooks', ''), ok('settings', ''), ok('disk', '')]).map(({ id }) => id)).toEqual(['settings', 'disk', 'webhooks']); // prettier-ignore
  expect(listOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  expect([listOf([]), listOf(['a']), listOf(['a', 'b'])]).toEqual(['', 'a', 'a and b']);
  expect([counted(1, 'key'), counted(0, 'key')]).toEqual(['1 key', '0 keys']);
});
