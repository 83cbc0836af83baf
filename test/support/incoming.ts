/** Messages as the ingress is handed them. */
import type { IncomingMessage } from '../../src/api/ingress/ingress';

export const incoming = (over: Partial<IncomingMessage> = {}): IncomingMessage => ({
  msisdn: '+919800000001',
  meta: null,
  standIn: null,
  text: 'Hello',
  sender: null,
  service: 'T',
  options: null,
  webhookId: null,
  encoding: 'gsm7',
  segments: 1,
  dueAt: null,
  validUntil: null,
  ...over,
});
