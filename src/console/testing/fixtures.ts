/** Things as the API answers them. */
import type { Overview, Schemas } from '../api';

export type Trace = Schemas['MessageTrace'];
const at = (second: number): string => new Date(Date.UTC(2026, 10, 28, 8, 30, second)).toISOString();

const request: NonNullable<Schemas['Attempt']['request']> = {
  rebuilt: true,
  method: 'POST',
  url: 'https://vendor.example/sms/3/messages',
  contentType: 'application/json',
  body: '{"to":"9198******01","text":"Your code is 1234"}',
  notes: [],
};

/** Sent under one sender ID, refused, sent under another, delivered, told. */
export const delivered: Trace = {
  id: '01930000-0000-7000-8000-000000000001',
  to: '+919800000001',
  meta: 'ct-1',
  origin: { kind: 'request', shape: 'generic', keyId: 'key_1', keyName: 'Journeys' },
  state: 'delivered',
  sender: 'TXTALT',
  requestedSender: 'TXTSMS',
  providerMessageId: '06h20q',
  gatewayId: 'gw_1',
  leg: 1,
  service: 'T',
  segments: 1,
  encoding: 'gsm7',
  workflowId: 'send/1',
  workflowUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/send%2F1',
  acceptedAt: at(0),
  submittedAt: at(2),
  settledAt: at(4),
  code: '1',
  text: 'Your code is 1234',
  options: {},
  attempts: [
    {
      no: 1, gatewayId: 'gw_1', leg: 0, sender: 'TXTSMS', state: 'refused', providerMessageId: null, class: 'sender', code: '13', reason: 'this sender ID is blocked', createdAt: at(1), answeredAt: at(1),
      request: { ...request, notes: ['own-part'] },
      answers: [{ at: at(1), status: 400, contentType: 'application/json', body: '{"error":"this sender ID is blocked"}', tookMs: 42, messages: 3 }],
    },
    {
      no: 2, gatewayId: 'gw_1', leg: 1, sender: 'TXTALT', state: 'delivered', providerMessageId: '06h20q', createdAt: at(1), answeredAt: at(2), settledAt: at(4),
      request, answers: [], answersMissing: 'taken',
    },
  ],
  receipts: [{ attemptNo: 2, status: 'delivered', disposition: 'applied', receivedAt: at(4), occurredAt: at(3) }],
  callbacks: [{ id: 'cb_1', webhookId: 'wh_1', event: 'delivered', state: 'delivered', tries: 1, createdAt: at(5), deliveredAt: at(6) }],
}; // prettier-ignore

export const waiting: Trace = {
  ...delivered,
  state: 'queued',
  submittedAt: undefined,
  settledAt: undefined,
  code: undefined,
  reason: 'Infobip is paused: out of credit',
  attempts: [],
  receipts: [],
  callbacks: [],
};

export const failed: Trace = {
  ...waiting,
  state: 'failed',
  settledAt: at(4),
  code: '910',
  reason: 'no such number',
  callbacks: [
    { id: 'cb_2', webhookId: 'wh_1', event: 'failed', state: 'dead', tries: 9, lastStatus: 500, lastError: 'no answer', createdAt: at(5) },
  ],
}; // prettier-ignore

const ledger = { accepted: 1_000, delivered: 900, failed: 40, expired: 10, suppressed: 5, cancelled: 15, unknown: 0, open: 30 }; // prettier-ignore

export const overview: Overview = {
  sentence: '1 thing needs you: Infobip takes nothing (out of credit), 312 messages wait.',
  needs: [
    { sentence: 'Infobip takes nothing (out of credit), 312 messages wait', link: '/console/gateways/gw_1', kind: 'gateway' },
  ],
  ledger,
  perSecond: { accepted: 12.5, settled: 11, series: Array.from({ length: 60 }, (_, i) => ({ accepted: i % 7, settled: i % 5 })) },
  gateways: [
    { id: 'gw_1', name: 'Infobip', provider: 'infobip', state: 'down', reason: 'out of credit', waiting: 312 },
    { id: 'gw_2', name: 'Twilio', provider: 'twilio', state: 'up', reason: null, waiting: 0 },
  ],
  campaigns: [
    { id: 'cmp_1', name: 'Diwali sale', state: 'running', reason: null, ledger, ratePerSecond: 48, eta: new Date(Date.now() + 600_000).toISOString() },
  ],
  webhooks: [
    { id: 'wh_1', url: 'https://eu1.clevertap.example/callback', waiting: 2_806, isMore: false, oldestWaitingAt: at(0), state: 'paused' },
  ],
  changes: [{ id: '7', at: at(0), action: 'gateway.updated', subject: 'gw_1', subjectName: 'Infobip', keyId: 'k_1', keyName: 'Console' }],
  at: at(6),
}; // prettier-ignore

/** An account in which nothing has happened. */
export const emptyOverview: Overview = {
  ...overview,
  sentence: '1 thing needs you: there is no gateway yet, nothing can be sent.',
  needs: [{ sentence: 'there is no gateway yet, nothing can be sent', link: '/console/gateways', kind: 'gateway' }],
  ledger: { accepted: 0, delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0 },
  gateways: [],
  campaigns: [],
  webhooks: [],
  changes: [],
};
