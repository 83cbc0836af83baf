/**
 * Headers: what India calls sender IDs. Operators compare each with its registration on the DLT and drop what differs
 * (TCCCPR 2018, amended on 12 February 2025; sources in docs/india.md). Pure.
 */
import { serviceClassOf, type ServiceClass } from '../messages/service';
import type { Registration } from './sender';

/** India's country code: the numbers to which its rules apply. */
export const INDIA_PREFIX = '+91';

/** What stands behind a header on a phone: promotional, service, transactional, government. */
export const HEADER_SUFFIXES = ['P', 'S', 'T', 'G'] as const;
export type HeaderSuffix = (typeof HEADER_SUFFIXES)[number];

/** As phones show it: `VM-BRANDA-S`, with the operator and the circle before it, the kind of text behind it. */
const SHOWN = /^(?:[A-Z]{2}-)?([A-Za-z0-9]{3,11})-([PSTG])$/;

/**
 * A header without what operators put around it: they add the suffix by the template of the text, so none may be sent.
 * @param sender as a caller wrote it.
 */
export function readHeader(sender: string): { header: string; suffix: HeaderSuffix | null } {
  const match = SHOWN.exec(sender);
  if (match === null) return { header: sender, suffix: null };
  return { header: match[1]!, suffix: match[2] as HeaderSuffix };
}

/** Whether a suffix can stand behind a text of a class: `-P` behind promotional ones and no other. */
export const suffixFits = (suffix: HeaderSuffix, of: ServiceClass): boolean => (suffix === 'P') === (of === 'P');

/** What of a message decides whether it may have a header. */
export interface HeaderUse {
  service: string;
  /** DLT ids of the message; null = it has none. */
  entityId: string | null;
  templateId: string | null;
}

/** Why a message may not have a header. */
export interface HeaderProblem {
  code: 'sender-not-approved' | 'header-mismatch';
  /** To be read as a sentence's part: "the header BRANDA is not approved". */
  message: string;
}

/**
 * Why a message to India may not have a header; null when it may: it must be registered and approved for the message's
 * class. A promotional message never has a header that is approved for other texts only, nor the other way round;
 * transactional and service texts share headers, since operators tell them apart by their template.
 * @param all registrations by sender ID.
 * @param header null = the gateway's own default.
 * @param own the account's words for promotional.
 */
export function headerProblem(
  all: ReadonlyMap<string, readonly Registration[]>,
  header: string | null,
  use: HeaderUse,
  own: readonly string[],
): HeaderProblem | null {
  if (header === null) return { code: 'sender-not-approved', message: 'there is no header' };
  const approved = (all.get(header) ?? []).filter((one) => one.approved);
  if (approved.length === 0) return { code: 'sender-not-approved', message: `the header ${header} is not approved` };
  const of = serviceClassOf(use.service, own);
  const ofClass = approved.filter((one) => (one.class === 'promotional') === (of === 'P'));
  if (ofClass.length === 0) {
    const kind = of === 'P' ? 'promotional' : 'transactional or service';
    const classes = approved.map((one) => one.class).join(' and ');
    const message = `the header ${header} is approved for ${classes} messages only, and this one is ${kind}`;
    return { code: 'header-mismatch', message };
  }
  const ofEntity = ofClass.filter(
    ({ entityId }) => entityId === null || use.entityId === null || entityId === use.entityId,
  );
  if (ofEntity.length === 0) {
    return {
      code: 'header-mismatch',
      message: `the header ${header} is registered for another entity than ${use.entityId}`,
    };
  }
  const { templateId } = use;
  const linked = ofEntity.some(
    ({ templates }) => templates.length === 0 || templateId === null || templates.includes(templateId),
  );
  return linked
    ? null
    : { code: 'header-mismatch', message: `the header ${header} is not linked to the template ${templateId}` };
}
