/**
 * Times Mobile's codes in our words. Times publishes none: the answer codes are those of the `fe/api/v1` platform that
 * its parameter names and paths belong to (a reseller's manual: reliablebulksms.in/developer-api), the codes in delivery
 * reports are those of India's DLT scrubbing (adwingsdigital.com/dlt-sms-error-codes; from 624 on also smsgatewayhub.com,
 * "DLT SMS error codes", and authkey.io/dlt-registration/dlt-error-codes); all read on 2026-11-29. The classification is ours,
 * and the same as of the codes that Infobip has for these rules.
 */
import type { CleverTapCode, FailureClass, Refusal } from '../../core/messages/outcome';
import type { Receipt } from '../provider';

function table(rows: [FailureClass, CleverTapCode, number[]][]): ReadonlyMap<number, Refusal> {
  return new Map(
    rows.flatMap(([failure, clevertap, codes]) => codes.map((code) => [code, { class: failure, clevertap }])),
  );
}

/** `statusCode` of a message that was taken. */
export const ACCEPTED = 200;

/** `statusCode` of refusals. */
export const STATUS_CODE = table([
  ['sender', '906', [2051]], // the sender does not exist
  ['recipient', '910', [2054]], // invalid number
  ['account', '904', [2070, 6001]], // authentication failed or expired, no balance
  ['content', '908', [7001]], // DLT content id missing
]);

/**
 * `deliverystatus`, in capitals. DELIVERY_SUCCESS was seen at a public forwarder of such reports to CleverTap; the short
 * words are the message states of SMPP 3.4 (5.2.28), which operators behind this platform send; the others of the family
 * of DELIVERY_SUCCESS say what they mean. A word that is not here is pending: DELIVRD was once taken for a failure so.
 */
export const STATUS_WORD: ReadonlyMap<string, Receipt['status']> = new Map([
  ...words('delivered', 'DELIVERY_SUCCESS DELIVRD DELIVERED'),
  ...words('failed', 'DELIVERY_FAILED DELIVERY_FAILURE FAILED UNDELIV UNDELIVERED REJECTD REJECTED DELETED'),
  ...words('expired', 'EXPIRED'),
  ...words('pending', 'ENROUTE ACCEPTD UNKNOWN SUBMITTED SUBMIT_ACCEPTED'),
]);

function words(status: Receipt['status'], list: string): [string, Receipt['status']][] {
  return list.split(' ').map((word) => [word, status]);
}

/** The n of `Error Text [n]` in a report's description. Not listed: those that are reserved for later rules. */
export const DLT = table([
  ['account', '907', [600, 601, 602, 603, 604, 605]], // entity not found, not registered, inactive, blocked, invalid
  ['account', '919', [610, 611, 612, 613]], // telemarketer
  ['account', '919', [614, 615, 616, 617, 618]], // hash of the chain from entity to telemarketer
  ['sender', '906', [620, 621, 622, 623]], // header not found, inactive, blocked, of another entity
  ['sender', '906', [624, 625, 634]], // header suspended, by its validity or use; not registered for the template
  ['content', '908', [630, 631, 632]], // template not found, inactive, blocked
  ['content', '908', [633, 635, 636, 637, 638, 639]], // template does not match
  ['content', '920', [642]], // URL or call-back number not whitelisted
  ['recipient', '901', [650]], // the person's preferences
  ['transient', '917', [651]], // India's promotional hours: nothing between 21:00 and 10:00 IST
  ['recipient', '909', [660]], // consent
  ['transient', '919', [670]], // scrubbing failed
]);

/** A code without an entry in an answer may mean either; the receipt will tell. */
export const UNLISTED_ANSWER: Refusal = { class: 'unknown', clevertap: '900' };
/** A failure without a listed code, for a reason only its text can tell. */
export const UNLISTED_REPORT: Refusal = { class: 'recipient', clevertap: '900' };
export const EXPIRY: Refusal = { class: 'recipient', clevertap: '916' };
