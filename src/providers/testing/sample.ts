/** The message that tests of adapters send. */
import type { OutboundMessage } from '../provider';
import { CALLBACK_URL } from './cases';

/** A plain text without options; each vendor's tests change what theirs is about. */
export const sampleMessage: OutboundMessage = {
  id: '06b8kzt5f7q3s9v1x2y4w6a8c01',
  to: '+919800000001',
  from: 'HELIOS',
  text: 'Hello',
  encoding: 'gsm7',
  flash: false,
  port: null,
  entityId: null,
  templateId: null,
  validitySeconds: null,
  callbackUrl: CALLBACK_URL,
};
