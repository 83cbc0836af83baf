/** Messages to India in an account that is strict about them: what is not registered is refused before it is taken. */
import { checkDltMessage, type DltProblem, type RegisteredText } from '../../core/campaigns/dlt';
import { INDIA_PREFIX, readHeader, suffixFits } from '../../core/gateways/header';
import { indexRegistrations, type Registration } from '../../core/gateways/sender';
import { serviceClassOf, type ServiceClass } from '../../core/messages/service';
import type { AccountContext, ApprovedSender } from '../../store/accounts/accounts';
import type { MessageOptions } from '../../store/tables';

export interface IndiaMessage {
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  /** Null = the texts are compared elsewhere. */
  text: string | null;
  /** E.164. */
  recipients: readonly string[];
}

export type IndiaResult =
  { ok: true; sender: string | null; options: MessageOptions | null } | ({ ok: false } & DltProblem);

/** Judges messages; those that go elsewhere pass as they are. */
export type IndiaCheck = (message: IndiaMessage) => IndiaResult;

export const toIndia = (msisdn: string): boolean => msisdn.startsWith(INDIA_PREFIX);

/**
 * Makes the check of an account; null = it is not strict.
 * @param texts the registered texts under the ids that the messages name.
 */
export function createIndiaCheck(
  { account, approvedSenders }: AccountContext,
  texts: readonly RegisteredText[],
): IndiaCheck | null {
  if (!account.india_strict) return null;
  const own = account.promotional_services;
  const register = {
    senders: indexRegistrations(approvedSenders.map(toRegistration)),
    texts,
    promotionalServices: own,
  };
  return (message) => {
    const { options } = message;
    if (!message.recipients.some(toIndia)) return { ok: true, sender: message.sender, options };
    const of = serviceClassOf(message.service, own);
    const read = headerOf(message.sender, of, approvedSenders);
    if (!read.ok) return read;
    const checked = checkDltMessage(
      {
        service: message.service,
        sender: read.header,
        entityId: options?.entityId ?? null,
        templateId: options?.templateId ?? null,
        text: message.text,
      },
      register,
    );
    if (!checked.ok) return checked;
    return { ok: true, sender: read.header, options: { ...options, entityId: checked.entityId } };
  };
}

/** The header that a message names, as it is sent; of one that names none the approved default of its class. */
function headerOf(
  sender: string | null,
  of: ServiceClass,
  approved: readonly ApprovedSender[],
): { ok: true; header: string | null } | ({ ok: false } & DltProblem) {
  if (sender === null) {
    const defaults = approved.filter((one) => one.isDefault && (one.class === 'promotional') === (of === 'P'));
    const exact = defaults.find((one) => one.class === (of === 'T' ? 'transactional' : 'service'));
    return { ok: true, header: (exact ?? defaults[0])?.sender ?? null };
  }
  const { header, suffix } = readHeader(sender);
  if (suffix === null || suffixFits(suffix, of)) return { ok: true, header };
  const message = `is ${sender}: -${suffix} does not stand behind a message with the service ${of}; leave it out, operators add it`;
  return { ok: false, code: 'header-mismatch', field: 'sender', message };
}

const toRegistration = (one: ApprovedSender): Registration => ({ ...one, approved: true, gatewayIds: [] });
