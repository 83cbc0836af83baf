/**
 * Infobip's codes in our words. Source of every row: Infobip, "Response status and error codes"
 * (infobip.com/docs/essentials/api-essentials/response-status-and-error-codes), read on 2026-11-29 in its copy of 2026-07-25.
 * The classification is ours. Statuses and errors are two namespaces: id 10 is REJECTED_DND in one and
 * EC_BEARER_SERVICE_NOT_PROVISIONED in the other.
 */
import type { CleverTapCode, FailureClass, Refusal } from '../../core/messages/outcome';

type Row = [FailureClass, CleverTapCode, number[], 'opt-out'?];

function table(rows: Row[]): ReadonlyMap<number, Refusal> {
  return new Map(
    rows.flatMap(([failure, clevertap, ids, tells]) => {
      const refusal: Refusal = { class: failure, clevertap, ...(tells === undefined ? {} : { optOut: true }) };
      return ids.map((id) => [id, refusal] as const);
    }),
  );
}

/** `status.groupId`. */
export const GROUP = { accepted: 0, pending: 1, undeliverable: 2, delivered: 3, expired: 4, rejected: 5 } as const;

/** `status.groupName`, where a report has nothing else. */
export const GROUP_NAMED: ReadonlyMap<string, number> = new Map([
  ['ACCEPTED', GROUP.accepted],
  ['OK', GROUP.accepted],
  ['PENDING', GROUP.pending],
  ['UNDELIVERABLE', GROUP.undeliverable],
  ['DELIVERED', GROUP.delivered],
  ['EXPIRED', GROUP.expired],
  ['REJECTED', GROUP.rejected],
]);

/** Groups of messages that Infobip has taken. */
export const TAKEN: ReadonlySet<number> = new Set([GROUP.accepted, GROUP.pending, GROUP.delivered]);

/** DELIVERED_TO_OPERATOR: its group says delivered, but the phone has nothing yet. */
export const DELIVERED_TO_OPERATOR = 2;
/** REJECTED_DUPLICATE_MESSAGE_ID: our id is known, so the message was taken before. */
export const ALREADY_ACCEPTED = 23;

/** `status.name` of the ids that do not mean what their group does, where a status comes without its id. */
export const STATUS_NAMED: ReadonlyMap<string, number> = new Map([
  ['DELIVERED_TO_OPERATOR', DELIVERED_TO_OPERATOR],
  ['REJECTED_DUPLICATE_MESSAGE_ID', ALREADY_ACCEPTED],
]);

/** `status.id` of refusals, in the answer to a submission and in reports. */
export const STATUS = table([
  ['recipient', '910', [6, 8, 18, 51, 52]], // network, prefix, not registered, missing and invalid destination
  ['recipient', '901', [10]], // DND
  ['recipient', '903', [14], 'opt-out'], // destination blocklisted, at the operator's request or on the account
  ['recipient', '918', [20]], // flooding filter: 6 equal or 20 different texts to one number in an hour
  ['sender', '906', [11, 13]], // source not registered, sender blocklisted
  ['recipient', '902', [87]], // anti-fraud mechanism
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

/**
 * `error.id` of messages whose validity ended before they arrived, whatever group their status has: VP_EXPIRED,
 * MESSAGE_CANCELED (by the end of its validity), VALIDITY_EXPIRED, MESSAGE_EXPIRED.
 */
export const VALIDITY_OVER: ReadonlySet<number> = new Set([4098, 4100, 4101, 811]);

/** `error.id` of delivery reports. */
export const ERROR = table([
  ['recipient', '910', [1, 5, 9, 11, 351, 352, 568, 569, 629, 3041]], // unknown, illegal, deactivated subscribers
  ['recipient', '910', [10, 345]], // no bearer service, no operator
  ['recipient', '905', [6, 7, 8, 12, 13, 27, 31, 581, 628, 630]], // absent, barred, roaming, busy, out of credit
  ['recipient', '912', [33, 256]], // waiting list or inbox full
  ['recipient', '901', [2050, 4137, 4139]], // DND, preference, blocked category
  ['recipient', '903', [573, 603, 2052], 'opt-out'], // asked the operator to block the sender, STOP, blocklisted as status 14
  ['recipient', '903', [560, 604, 2049]], // blocked by the operator, by the campaign's list, by IMSI: no word of the person's
  ['recipient', '902', [608]], // anti-fraud mechanism
  ['recipient', '904', [579]], // a demo account sends to its own list
  ['recipient', '909', [4140]], // consent
  ['recipient', '918', [4103, 4104, 5492]], // flooding, duplicate
  ['sender', '906', [368, 375, 2053, 562, 563, 564, 565, 566, 572, 574]], // source address, short code
  ['sender', '906', [488, 571, 594]], // toll-free number or campaign of the sender is not registered
  ['sender', '919', [4106]], // DLT, for a reason that is not told: another sender is tried once, as of Mobtexting's 777
  ['sender', '906', [4108, 4121, 4122, 4123, 4124, 4125, 4130, 4146, 4147, 4148]], // DLT header
  ['content', '908', [4111, 4126, 4127, 4128, 4129, 4131, 4132, 4133, 4134, 4149, 4150, 4151]], // DLT template
  ['content', '908', [4135, 4136, 4143]], // DLT template type, template id missing
  ['content', '902', [561, 607, 2051]], // blocked as spam by the operator; the text is blocklisted
  ['content', '900', [323, 355, 71, 4096]], // request, length, alphabet, PDU
  ['content', '920', [4153]], // URL or call-back number not whitelisted
  ['account', '907', [4110, 4112, 4113, 4114, 4115, 4116, 4117, 4142]], // DLT entity
  ['account', '919', [4109, 4118, 4119, 4120]], // DLT telemarketer
  ['account', '919', [4154, 4155, 4156, 4157, 4158]], // DLT entity-telemarketer chain
  ['account', '904', [433, 4099]], // access denied, monthly credit limit
  ['account', '904', [577, 578, 580, 592, 597, 601]], // not provisioned for the demo, the channel, the destination, two-way
  ['transient', '904', [541, 542, 609, 4202]], // limits a second, a day
  ['transient', '919', [4107, 4141, 4144]], // DLT scrubbing timed out, failed, or missed a part
  ['transient', '917', [4138]], // India's promotional hours: nothing between 21:00 and 10:00 IST
]);
