import type { Segmentation } from '../../core/messages/segments';
import type { IncomingMessage } from './ingress';

/** A message that nobody asked for by a record: due at once, reported to nobody, never too old, never a duplicate. */
export const plainMessage = (
  own: Pick<IncomingMessage, 'msisdn' | 'text' | 'sender' | 'service' | 'options'>,
  { encoding, parts }: Pick<Segmentation, 'encoding' | 'parts'>,
): IncomingMessage => ({
  ...own,
  meta: null,
  standIn: null,
  webhookId: null,
  encoding,
  segments: parts,
  dueAt: null,
  validUntil: null,
});
