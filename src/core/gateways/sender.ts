/** Sender IDs: what they may look like, and which one may take another's place. Pure. */
import { serviceClassOf } from '../messages/service';

export const SENDER_CLASSES = ['transactional', 'promotional', 'service'] as const;
export type SenderClass = (typeof SENDER_CLASSES)[number];

/** Sender IDs are short; the SID of a Twilio messaging service, which takes their place, has 34 characters. */
export const MAX_SENDER_LENGTH = 34;

/** A sender ID as an account has registered it. */
export interface Registration {
  sender: string;
  class: SenderClass;
  approved: boolean;
  /** DLT entity id; null = not told. */
  entityId: string | null;
  /** DLT template ids that it is linked to; empty = not told. */
  templates: readonly string[];
  /** Gateways that may use it; empty = every one. */
  gatewayIds: readonly string[];
}

/** The rules of an account for sender IDs. */
export interface SenderRules {
  /** Only approved ones may send. */
  approvedOnly: boolean;
  /** To India's numbers only approved ones of the message's class may send, see {@link headerProblem}. */
  indiaStrict: boolean;
  /** Services that are promotional in this account, beside those that are so for everybody. */
  promotionalServices: readonly string[];
  /** Registrations by sender ID, one per class. */
  registered: ReadonlyMap<string, readonly Registration[]>;
}

/** What of a message decides between several registrations of its sender ID, and between their templates. */
export interface SenderUse {
  service: string;
  /** DLT template id of the message. */
  templateId: string | null;
}

/**
 * The class of sender IDs that a service wants: see `serviceClassOf`.
 * @param own words that say promotional in the account, its `promotionalServices`.
 */
export const classOf = (service: string, own?: readonly string[]): SenderClass =>
  SENDER_CLASS[serviceClassOf(service, own)];

const SENDER_CLASS = { T: 'transactional', P: 'promotional', S: 'service' } as const;

/** The registrations of an account by sender ID. */
export function indexRegistrations(registrations: readonly Registration[]): Map<string, Registration[]> {
  const index = new Map<string, Registration[]>();
  for (const registration of registrations) {
    const same = index.get(registration.sender);
    if (same === undefined) index.set(registration.sender, [registration]);
    else same.push(registration);
  }
  return index;
}

/** The registration that counts for a message: the one of its class, else the only other there is. */
function registrationOf(rules: SenderRules, sender: string | null, use: SenderUse): Registration | null {
  const all = sender === null ? undefined : rules.registered.get(sender);
  const of = classOf(use.service, rules.promotionalServices);
  return all?.find((registration) => registration.class === of) ?? all?.[0] ?? null;
}

/**
 * Why a sender ID may not go out over a gateway; null when it may. An unregistered one is used as given, unless the
 * account lets only approved ones send.
 * @param sender null = the provider's own default, which nobody can register.
 */
export function senderProblem(rules: SenderRules, sender: string | null, gatewayId: string): string | null {
  if (sender === null) return rules.approvedOnly ? 'the gateway has no sender ID of its own' : null;
  const all = rules.registered.get(sender);
  if (rules.approvedOnly && !all?.some(({ approved }) => approved)) return `the sender ID ${sender} is not approved`;
  if (all === undefined) return null;
  const here = all.some(({ gatewayIds }) => gatewayIds.length === 0 || gatewayIds.includes(gatewayId));
  return here ? null : `the sender ID ${sender} is not registered for this gateway`;
}

/**
 * Whether a sender ID may follow one that failed: where both are registered, they must agree in class, DLT entity and
 * template. What one of them doesn't tell is no hindrance; an unregistered one is used as given.
 */
export function mayFollow(rules: SenderRules, failed: string | null, next: string | null, use: SenderUse): boolean {
  if (failed === next) return true;
  const [from, to] = [registrationOf(rules, failed, use), registrationOf(rules, next, use)];
  if (from === null || to === null) return true;
  if (from.class !== to.class) return false;
  if (from.entityId !== null && to.entityId !== null && from.entityId !== to.entityId) return false;
  if (to.templates.length === 0) return true;
  if (use.templateId !== null) return to.templates.includes(use.templateId);
  return from.templates.length === 0 || from.templates.some((template) => to.templates.includes(template));
}

const INDIA = 'IN';
const SIX_LETTERS = /^[A-Za-z]{6}$/;
const SIX_DIGITS = /^\d{6}$/;
/** 3GPP TS 23.040, 9.1.2.5: an alphanumeric address has at most 11 characters. */
const ALPHANUMERIC = /^(?=.*[A-Za-z])[A-Za-z0-9 &._-]{1,11}$/;
const NUMERIC = /^\+?\d{3,15}$/;
/** Twilio's messaging services, which take the place of a sender ID. */
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/;
/** A number of another country than India. */
const FOREIGN_NUMBER = /^\+(?!91)\d{3,15}$/;

/**
 * What is wrong with a sender ID's name; null when nothing is. India's operators register headers: six letters, and for
 * promotional texts six digits too (TCCCPR 2018; letters for those since its amendment of 2025, see docs/india.md).
 * @param country ISO 3166 alpha-2 of the account.
 */
export function senderNameProblem(sender: string, of: SenderClass, country: string): string | null {
  if (MESSAGING_SERVICE.test(sender) || FOREIGN_NUMBER.test(sender)) return null;
  if (country === INDIA) {
    if (SIX_LETTERS.test(sender) || (of === 'promotional' && SIX_DIGITS.test(sender))) return null;
    const form = of === 'promotional' ? 'six letters or six digits' : 'six letters';
    return `must be ${form}: in India a ${of} header is, without a suffix such as -${of[0]!.toUpperCase()}, which operators add`;
  }
  if (ALPHANUMERIC.test(sender) || NUMERIC.test(sender)) return null;
  return 'must be up to 11 letters, digits, blanks or & . _ - with a letter among them, or a number of 3 to 15 digits';
}
