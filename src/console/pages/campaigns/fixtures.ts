/** Campaigns as the API answers them, for tests. */
import type { Campaign, Counts, Forecast, Ledger } from './api';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 28, 8, minute)).toISOString();

export const counts: Counts = {
  accepted: 4_848, queued: 3_000, submitting: 12, submitted: 36, delivered: 1_700, failed: 60, expired: 10,
  suppressed: 20, cancelled: 0, unknown: 10, open: 3_048,
}; // prettier-ignore

export const none: Counts = {
  accepted: 0, queued: 0, submitting: 0, submitted: 0, delivered: 0, failed: 0, expired: 0,
  suppressed: 0, cancelled: 0, unknown: 0, open: 0,
}; // prettier-ignore

export const running: Campaign = {
  id: 'cmp_1',
  workflowId: 'campaign/cmp_1',
  name: 'Diwali sale',
  state: 'running',
  reason: null,
  message: 'Hello {name}, 20% off until Sunday',
  templateId: null,
  variables: {},
  sensitive: false,
  sender: 'TXTSMS',
  routeId: null,
  service: 'P',
  type: 'A',
  flash: false,
  port: null,
  entityId: null,
  dltTemplateId: null,
  webhookId: null,
  audience: { kind: 'upload', id: 'up_1', recipients: 4_848, rejected: 3, duplicates: 2, problems: [] },
  time: null,
  timezone: 'Asia/Kolkata',
  window: null,
  lateness: 'send',
  maxAgeSeconds: null,
  validUntil: null,
  ratePerSecond: 50,
  finishWithinSeconds: null,
  recurrence: null,
  seriesId: null,
  counts,
  sentPerSecond: 48.2,
  etaSeconds: 63,
  createdAt: at(0),
  launchedAt: at(1),
  startedAt: at(2),
  finishedAt: null,
  againOf: null,
  again: [],
};

export const draft: Campaign = {
  ...running,
  id: 'cmp_2',
  name: 'New year',
  state: 'draft',
  counts: none,
  sentPerSecond: null,
  etaSeconds: null,
  launchedAt: null,
  startedAt: null,
  audience: { kind: 'recipients', recipients: 2, rejected: 0, duplicates: 0, problems: [] },
};

export const finished: Campaign = {
  ...running,
  id: 'cmp_3',
  state: 'finished',
  counts: { ...counts, queued: 0, submitting: 0, submitted: 0, open: 0, delivered: 4_748 },
  etaSeconds: 0,
  finishedAt: at(9),
};

export const ledger: Ledger = {
  campaignId: 'cmp_1',
  state: 'running',
  ledger: { accepted: 4_848, delivered: 1_700, failed: 60, expired: 10, suppressed: 20, cancelled: 0, unknown: 10, open: 3_048 },
  leftOut: { rejected: 3, duplicates: 2 },
  byCode: [
    { state: 'delivered', code: null, messages: 1_700 },
    { state: 'failed', code: '910', messages: 45 },
    { state: 'failed', code: '902', messages: 15 },
    { state: 'expired', code: '916', messages: 10 },
    { state: 'suppressed', code: '917', messages: 20 },
  ],
}; // prettier-ignore

export const forecast: Forecast = {
  recipients: 2,
  suppressed: 1,
  duplicates: 0,
  rejected: 0,
  problems: [],
  segments: { total: 3, byParts: { 1: 1, 2: 1 } },
  encodings: { gsm7: 1, ucs2: 1 },
  surprises: [{ character: '’', messages: 1 }],
  cost: { amount: 0.36, currency: 'INR' },
  finishesAt: at(30),
  sendingSeconds: 1,
  warnings: ['Only 1 gateway takes it'],
  madeAt: at(0),
};
