/**
 * Infobip's codes in our words. Source: Infobip, "Response status and error codes"
 * (infobip.com/docs/essentials/api-essentials/response-status-and-error-codes). The classification is ours. Statuses and errors
 * are two namespaces: id 10 is REJECTED_DND in one and EC_BEARER_SERVICE_NOT_PROVISIONED in the other.
 */
import type { CleverTapCode, FailureClass, Refusal } from '../../core/messages/outcome';

type Row = [FailureClass, CleverTapCode, number[]];

function table(rows: Row[]): ReadonlyMap<number, Refusal> {
  return new Map(rows.flatMap(([failure, clevertap, ids]) => ids.map((id) => [id, { class: failure, clevertap }])));
}

/** `status.groupId`. */
export const GROUP = { accepted: 0, pending: 1, undeliverable: 2, delivered: 3, expired: 4, rejected: 5 } as const;

/** Groups of messages that Infobip has taken. */
export const TAKEN: ReadonlySet<number> = new Set([GROUP.accepted, GROUP.pending, GROUP.delivered]);

/** DELIVERED_TO_OPERATOR: its group says delivered, but the phone has nothing yet. */
export const DELIVERED_TO_OPERATOR = 2;
/** REJECTED_DUPLICATE_MESSAGE_ID: our id is known, so the message was taken before. */
export const ALREADY_ACCEPTED = 23;

/** `status.id` of refusals, in the answer to a submission and in reports. */
export const STATUS = table([
  ['recipient', '910', [6, 8, 18, 51, 52]], // network, prefix, not registered, missing and invalid destination
  ['recipient', '901', [10]], // DND
  ['recipient', '903', [14]], // destination blocklisted
  ['recipient', '918', [20]], // flooding filter: 6 equal or 20 different texts to one number in an hour
  ['sender', '906', [11, 13]], // source not registered, sender blocklisted
  ['account', '904', [12, 17, 19]], // credits, package expired, no route for the account
  ['transient', '904', [21]], // system error
  ['content', '900', [24, 25]], // invalid UDH, more than 25 parts or 4000 bytes
]);

/** Refusals by group, for ids without an entry of their own. */
export const STATUS_GROUP: ReadonlyMap<number, Refusal> = table([
  ['recipient', '914', [GROUP.undeliverable]],
  ['recipient', '916', [GROUP.expired]],
  ['recipient', '900', [GROUP.rejected]],
]);

/** A report whose id and group are both unknown: failed, for a reason only the text can tell. */
export const UNLISTED: Refusal = { class: 'recipient', clevertap: '900' };

/** `error.id` of delivery reports. */
export const ERROR = table([
  ['recipient', '910', [1, 5, 9, 11, 351, 352, 568, 569, 629, 3041]], // unknown, illegal, deactivated subscribers
  ['recipient', '905', [6, 13, 27, 31, 581, 628, 630]], // absent, barred, busy, out of credit
  ['recipient', '912', [33, 256]], // waiting list or inbox full
  ['recipient', '901', [2050, 4137, 4139]], // DND, preference, blocked category
  ['recipient', '903', [573, 603, 604, 2052]], // STOP, blocklists
  ['recipient', '909', [4140]], // consent
  ['recipient', '918', [4103, 4104, 5492]], // flooding, duplicate
  ['sender', '906', [368, 375, 2053, 562, 563, 564, 565, 566, 572]], // source address, short code
  ['sender', '906', [4108, 4121, 4122, 4123, 4124, 4125, 4130, 4146, 4147, 4148]], // DLT header
  ['content', '908', [4111, 4126, 4127, 4128, 4129, 4131, 4132, 4133, 4134, 4149, 4150, 4151]], // DLT template
  ['content', '908', [4135, 4136, 4143]], // DLT template type, template id missing
  ['content', '902', [561, 607]], // blocked as spam by the operator
  ['content', '920', [4153]], // URL or call-back number not whitelisted
  ['account', '907', [4110, 4112, 4113, 4114, 4115, 4116, 4117, 4142]], // DLT entity
  ['account', '919', [4109, 4118, 4119, 4120]], // DLT telemarketer
  ['account', '919', [4154, 4155, 4156, 4157, 4158]], // DLT entity-telemarketer chain
  ['account', '904', [433, 4099]], // access denied, monthly credit limit
  ['transient', '919', [4107, 4141]], // DLT scrubbing timed out or failed
  ['transient', '917', [4138]], // India's promotional hours: nothing between 21:00 and 10:00 IST
]);
