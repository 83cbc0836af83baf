/** Whether a message to India has what its operators ask for: entity, template, header and text, as registered. Pure. */
import { matchDltTemplate } from '../audience/dlt-template';
import { headerProblem } from '../gateways/header';
import type { Registration } from '../gateways/sender';
import { isPromotional } from '../messages/service';

/** What a template is registered for. Service explicit, which India has ended, is promotional. */
export const TEMPLATE_CLASSES = ['transactional', 'promotional', 'service', 'government'] as const;
export type TemplateClass = (typeof TEMPLATE_CLASSES)[number];

/** A text as it is registered on the DLT. */
export interface RegisteredText {
  templateId: string;
  /** Null = not told. */
  entityId: string | null;
  /** With `{#var#}`; null = not told. */
  text: string | null;
  /** Null = not told. */
  class: TemplateClass | null;
}

/** A message, as far as the DLT knows it. */
export interface DltMessage {
  service: string;
  sender: string | null;
  entityId: string | null;
  templateId: string | null;
  /** Null = its texts are compared elsewhere. */
  text: string | null;
}

/** What an account has registered. */
export interface DltRegister {
  /** Sender IDs by name. */
  senders: ReadonlyMap<string, readonly Registration[]>;
  /** Among them those with the id that the message names. */
  texts: readonly RegisteredText[];
  /** Its own words for promotional. */
  promotionalServices: readonly string[];
}

export const DLT_PROBLEMS = [
  'dlt-entity', 'dlt-template', 'dlt-mismatch', 'service-class', 'sender-not-approved', 'header-mismatch',
] as const; // prettier-ignore

/** Why a message may not leave. */
export interface DltProblem {
  code: (typeof DLT_PROBLEMS)[number];
  field: 'entityId' | 'templateId' | 'text' | 'service' | 'sender';
  /** To be read behind the field's name. */
  message: string;
}

export type DltResult = { ok: true; entityId: string } | ({ ok: false } & DltProblem);

/** @returns the message's entity, where it names none: its template's, or its header's. */
export function checkDltMessage(message: DltMessage, register: DltRegister): DltResult {
  const { templateId } = message;
  if (templateId === null) {
    return no('dlt-template', 'templateId', 'is missing: a message to India names the DLT template of its text');
  }
  const known = register.texts.filter((one) => one.templateId === templateId);
  if (known.length === 0) {
    return no('dlt-template', 'templateId', `is ${templateId}, which no template of the account has: register it with POST /api/v1/templates, with dltTemplateId and dltText`); // prettier-ignore
  }
  const compared = compareText(message.text, known);
  if (!compared.ok) return compared;
  const { text } = compared;
  if (text.class === 'promotional' && !isPromotional(message.service, register.promotionalServices)) {
    return no('service-class', 'service', `is ${message.service}, and the template ${templateId} is registered for promotional texts: send it as P`); // prettier-ignore
  }
  return checkHeader(message, text, register);
}

type Compared = { ok: true; text: RegisteredText } | ({ ok: false } & DltProblem);

/** The registration that a text fits; several may have one id, such as those of a text in two accounts' words. */
function compareText(text: string | null, known: readonly RegisteredText[]): Compared {
  const full = known.filter((one) => one.text !== null);
  if (full.length === 0) {
    return no('dlt-template', 'templateId', `is ${known[0]!.templateId}, whose template has no dltText to hold the text against: give it one`); // prettier-ignore
  }
  if (text === null) return { ok: true, text: full[0]! };
  const matches = full.map((one) => ({ one, match: matchDltTemplate(one.text!, text) }));
  const fitting = matches.find(({ match }) => match.ok);
  if (fitting !== undefined) return { ok: true, text: fitting.one };
  const { match } = matches[0]!;
  return no('dlt-mismatch', 'text', `differs from the registered text: ${match.ok ? '' : match.reason}`);
}

function checkHeader(message: DltMessage, text: RegisteredText, register: DltRegister): DltResult {
  const { sender } = message;
  const ofHeader = (sender === null ? [] : (register.senders.get(sender) ?? [])).find((one) => one.entityId !== null);
  const entityId = message.entityId ?? text.entityId ?? ofHeader?.entityId ?? null;
  if (entityId === null) {
    return no('dlt-entity', 'entityId', 'is missing, and neither the template nor the header tells it: give it, or register it with one of them'); // prettier-ignore
  }
  if (text.entityId !== null && text.entityId !== entityId) {
    return no('dlt-entity', 'entityId', `is ${entityId}, and the template is registered for ${text.entityId}`);
  }
  const use = { service: message.service, entityId, templateId: text.templateId };
  const problem = headerProblem(register.senders, sender, use, register.promotionalServices);
  if (problem === null) return { ok: true, entityId };
  const remedy = 'register it with POST /api/v1/senders and have it approved';
  return no(problem.code, 'sender', `can’t be used: ${problem.message}; ${remedy}`);
}

const no = (code: DltProblem['code'], field: DltProblem['field'], message: string): { ok: false } & DltProblem => ({
  ok: false,
  code,
  field,
  message,
});
