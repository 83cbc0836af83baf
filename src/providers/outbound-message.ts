/** An attempt as its adapter gets it. */
import { attemptWireId } from '../core/messages/ids';
import type { Encoding } from '../core/messages/segments';
import { smartText, type SmartText } from '../core/messages/smart-encoding';
import type { Capabilities, OutboundMessage } from './provider';

/** What of a message and its attempt is sent. */
export interface WrittenAttempt {
  /** Of the message. */
  id: string;
  no: number;
  /** E.164 with its plus sign. */
  msisdn: string;
  /** The attempt's sender ID. */
  sender: string | null;
  body: string;
  encoding: Encoding;
  options: {
    type?: 'unicode' | 'plain';
    flash?: true;
    port?: number;
    entityId?: string;
    templateId?: string;
  } | null;
}

/** What of a gateway goes with each message. */
export interface SendingGateway {
  capabilities: Pick<Capabilities, 'flash' | 'port'>;
  smartEncoding: boolean;
  validitySeconds: number | null;
  callbackUrl: string;
}

/** The attempt, ready for the wire, without options that the gateway can't carry. */
export function outboundMessage(attempt: WrittenAttempt, gateway: SendingGateway): OutboundMessage {
  const options = attempt.options ?? {};
  const smart = gateway.smartEncoding ? smartOn(attempt) : null;
  return {
    id: attemptWireId(attempt.id, attempt.no),
    to: attempt.msisdn,
    from: attempt.sender,
    text: smart === null ? attempt.body : smart.text,
    encoding: smart === null ? attempt.encoding : smart.segmentation.encoding,
    flash: options.flash === true && gateway.capabilities.flash,
    port: gateway.capabilities.port ? (options.port ?? null) : null,
    entityId: options.entityId ?? null,
    templateId: options.templateId ?? null,
    validitySeconds: gateway.validitySeconds,
    callbackUrl: gateway.callbackUrl,
  };
}

/** A text in fewer parts, null = there is none. A registered one is compared letter by letter by the operators: it leaves as it is. */
function smartOn({ body, encoding, options }: WrittenAttempt): SmartText | null {
  if (encoding === 'gsm7' || options?.templateId !== undefined) return null;
  return smartText(body, { type: options?.type ?? 'auto', port: options?.port !== undefined });
}
