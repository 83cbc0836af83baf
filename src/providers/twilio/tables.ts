/**
 * Twilio's codes in our words. Source of every row unless it names another: Twilio, "Error and Warning Dictionary"
 * (twilio.com/docs/api/errors, and its page of each code), read on 2026-11-29. The classification is ours. Refused requests
 * and delivery reports share one namespace. Codes of other channels (63xxx), of calls and of registrations are not here.
 */
import type { Refusal } from '../../core/messages/outcome';

const ACCOUNT: Refusal = { class: 'account', clevertap: '904' };
const SENDER: Refusal = { class: 'sender', clevertap: '906' };
/** This account can't send it, and others may: one such number must not pause this gateway. */
const ANOTHER_GATEWAY: Refusal = { class: 'sender', clevertap: '904' };
const NO_SUCH_NUMBER: Refusal = { class: 'recipient', clevertap: '910' };
/** A trial account sends to numbers that it has verified. The number is a good one, and the account too, for others. */
const NOT_VERIFIED: Refusal = { class: 'recipient', clevertap: '904' };
const OPTED_OUT: Refusal = { class: 'recipient', clevertap: '903', optOut: true };
/** By the operator, at whoever's request: no word of the person's to us. */
const BLOCKED: Refusal = { class: 'recipient', clevertap: '903' };
const WRONG_REQUEST: Refusal = { class: 'content', clevertap: '900' };
const FILTERED: Refusal = { class: 'content', clevertap: '902' };
const REFUSED_LINK: Refusal = { class: 'content', clevertap: '920' };
const BUSY: Refusal = { class: 'transient', clevertap: '904' };
const UNDELIVERED: Refusal = { class: 'transient', clevertap: '914' };
const NOT_DELIVERED: Refusal = { class: 'recipient', clevertap: '914' };

const ROWS: readonly (readonly [Refusal, readonly number[]])[] = [
  // Dictionary, 2026-11-29: credentials (20002, 20003), access (20006), test credentials (20008), account not active or not
  // there (10001, 20005, 21470–21472, 30112) or suspended (30002), outbound messaging disabled (30037), a StatusCallback that
  // is no public host (21609): every message would be refused.
  [ACCOUNT, [10001, 20002, 20003, 20005, 20006, 20008, 21470, 21471, 21472, 21609, 30002, 30037, 30112]],

  // Dictionary, 2026-11-29: too many requests (14107, 20429, 63018), Twilio's own failures (20500, 20503, 30500), a full queue
  // (21611, 30001), maintenance (21730), limits of a day (30023, 30027, 30454, 63038).
  [BUSY, [14107, 20429, 20500, 20503, 21611, 21730, 30001, 30023, 30027, 30454, 30500, 63018, 63038]],

  // Dictionary, 2026-11-29: From is not given, invalid, not verified, not the account's, not capable of SMS, ambiguous, of
  // another channel, country or region, the recipient itself (21266), alphanumeric on a trial account (21267). Pages of 21657,
  // 21659, 21660, 21661 and 21910, same day: they say today what 21606 said before.
  [SENDER, [21210, 21212, 21213, 21264, 21266, 21267, 21401, 21407, 21601, 21603, 21606, 21607, 21612, 21616]],
  [SENDER, [21657, 21659, 21660, 21661, 21662, 21663, 21668, 21910, 30016, 63007]],
  // Dictionary, 2026-11-29: the Messaging Service is not there, not available, empty, or has no such sender.
  [SENDER, [21701, 21702, 21703, 21704, 21705, 21708, 21709, 21711, 21712, 21713, 21715]],
  // Dictionary, 2026-11-29: the sender is not registered with the operator or country (30018, 30024, 30032, 30034, 30035,
  // 30040, 30041, 30043), its campaign or brand is suspended (21717, 21729, 21731, 30033), it is generic (30042, own page).
  [SENDER, [21717, 21729, 21731, 30018, 30024, 30032, 30033, 30034, 30035, 30040, 30041, 30042, 30043]],
  // Dictionary, 2026-11-29: the country is switched off in the account (21408); dearer than MaxPrice (30010).
  [ANOTHER_GATEWAY, [21408, 30010]],

  // Dictionary, 2026-11-29: To is invalid (21211, 21214, 21217, 21604, 21614, 30014), a short code (21265), a premium number
  // (21268), a landline (21635, 30006), or unknown to its operator (30005).
  [NO_SUCH_NUMBER, [21211, 21214, 21217, 21265, 21268, 21604, 21614, 21635, 30005, 30006, 30014]],
  // Dictionary, 2026-11-29: pages of 21608 and 572005; 21219.
  [NOT_VERIFIED, [21219, 21608, 572005]],
  // Dictionary, 2026-11-29: "Attempt to send to unsubscribed recipient".
  [OPTED_OUT, [21610, 30630]],
  // Dictionary, 2026-11-29: "Message blocked".
  [BLOCKED, [30004]],
  // Dictionary, 2026-11-29: "Message delivery blocked" (fraud); "Message couldn't be delivered", of several checks.
  [{ class: 'recipient', clevertap: '902' }, [30450]],
  [NOT_DELIVERED, [30453, 30485, 30615, 30620, 30640]],

  // Dictionary, 2026-11-29: no text (21602, 21619), too long (21605, 21617, 21652, 21658, 30044), not to be sent (21618), media
  // (21620–21623, 30011), parameters (21624 and 30045 validity, 21626, 21627, 21653–21656, 21664–21667, 21902, 30012, 30013,
  // 30015, 30028–30031, 30400).
  [WRONG_REQUEST, [21602, 21605, 21617, 21618, 21619, 21620, 21621, 21622, 21623, 21624, 21626, 21627, 21652]],
  [WRONG_REQUEST, [21653, 21654, 21655, 21656, 21658, 21664, 21665, 21666, 21667, 21902]],
  [WRONG_REQUEST, [30011, 30012, 30013, 30015, 30028, 30029, 30030, 30031, 30044, 30045, 30400]],
  // Dictionary, 2026-11-29: filtered (30007, 30038), to prevent loops (30039), too large for the operator (30019).
  [FILTERED, [30007, 30019, 30038, 30039]],
  // Dictionary, 2026-11-29: the link's domain is blocked (30110) or on a deny list (30111).
  [REFUSED_LINK, [30110, 30111]],
  // Dictionary, 2026-11-29: DltPEId and DltTemplateId are invalid.
  [{ class: 'account', clevertap: '907' }, [21900]],
  [{ class: 'content', clevertap: '908' }, [21901]],

  // Dictionary, 2026-11-29: handset off or out of reach.
  [{ class: 'transient', clevertap: '905' }, [30003]],
  // Dictionary, 2026-11-29: unknown to Twilio too (30008), congestion (30017), failures within Twilio (30020, 30021), the
  // operator's rate limit (30022).
  [UNDELIVERED, [30008, 30017, 30020, 30021, 30022]],
  // Dictionary, 2026-11-29: validity period over.
  [{ class: 'recipient', clevertap: '916' }, [30036]],
  // Dictionary, 2026-11-29: nobody answered Twilio in time (30410), or confirmed the delivery (30046): it may be out.
  [{ class: 'unknown', clevertap: '904' }, [30410]],
  [{ class: 'unknown', clevertap: '914' }, [30046]],
  // Dictionary, 2026-11-29: quiet hours where the recipient lives.
  [{ class: 'transient', clevertap: '917' }, [30610]],
];

/** `code` of a refused request, and `ErrorCode` of a status callback. */
export const ERROR: ReadonlyMap<string, Refusal> = new Map(
  ROWS.flatMap(([refusal, codes]) => codes.map((code) => [String(code), refusal] as const)),
);

/** The code in an answer: a number, or its digits. */
export function codeIn(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && /^\d{4,6}$/.test(value) ? value : undefined;
}

/** The code whose failure is an expiry. */
export const VALIDITY_OVER = '30036';

/** `MessageStatus` of messages that arrived; `read` implies it. Twilio OpenAPI `message_enum_status`, read on 2026-11-29. */
export const ARRIVED: ReadonlySet<string> = new Set(['delivered', 'read']);

/** `MessageStatus` of messages on their way. The same source and day. */
export const PENDING: ReadonlySet<string> = new Set([
  'queued', 'sending', 'sent', 'receiving', 'received', 'accepted', 'scheduled', 'partially_delivered',
]); // prettier-ignore

/**
 * `MessageStatus` of messages that failed: what it means when the code is missing or has no entry. The same source and day.
 */
export const FAILED: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    undelivered: { class: 'recipient', clevertap: '914' },
    failed: { class: 'recipient', clevertap: '900' },
    canceled: { class: 'recipient', clevertap: '917' },
  }),
);
