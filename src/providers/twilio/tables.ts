/**
 * Twilio's codes in our words. Source: Twilio, "Error and Warning Dictionary" (twilio.com/docs/api/errors/<code>). The
 * classification is ours. Refused requests and delivery reports share one namespace.
 */
import type { Refusal } from '../../core/messages/outcome';

const ACCOUNT: Refusal = { class: 'account', clevertap: '904' };
const SENDER: Refusal = { class: 'sender', clevertap: '906' };
const NO_SUCH_NUMBER: Refusal = { class: 'recipient', clevertap: '910' };
const OPTED_OUT: Refusal = { class: 'recipient', clevertap: '903' };
const WRONG_TEXT: Refusal = { class: 'content', clevertap: '900' };
const FILTERED: Refusal = { class: 'content', clevertap: '902' };
const BUSY: Refusal = { class: 'transient', clevertap: '904' };
const UNDELIVERED: Refusal = { class: 'transient', clevertap: '914' };

/** `code` of a refused request, and `ErrorCode` of a status callback. */
export const ERROR: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    20002: ACCOUNT,
    20003: ACCOUNT, // wrong credentials
    20005: ACCOUNT, // account not active
    21609: ACCOUNT, // StatusCallback: no public host. Every message would be refused
    30002: ACCOUNT, // account suspended

    20429: BUSY, // concurrency limit
    20500: BUSY,
    20503: BUSY,
    21611: BUSY, // the sender's queue is full
    30001: BUSY, // the same, later
    30023: BUSY, // daily cap
    30027: BUSY, // daily cap

    // The sender ID, the number or the Messaging Service.
    21210: SENDER,
    21212: SENDER,
    21601: SENDER,
    21603: SENDER,
    21606: SENDER,
    21607: SENDER,
    21612: SENDER, // this sender can't reach this number
    21616: SENDER,
    21701: SENDER,
    21702: SENDER,
    21703: SENDER,
    21704: SENDER,
    21705: SENDER,
    21709: SENDER,
    21712: SENDER,
    30018: SENDER, // not registered with the carrier
    30024: SENDER,
    30032: SENDER,
    30034: SENDER, // unregistered A2P 10DLC
    // The country is switched off in the account. Another gateway may reach it, and one such number must not pause this one.
    21408: { class: 'sender', clevertap: '904' },

    21211: NO_SUCH_NUMBER,
    21214: NO_SUCH_NUMBER,
    21217: NO_SUCH_NUMBER,
    21604: NO_SUCH_NUMBER,
    21614: NO_SUCH_NUMBER,
    21610: OPTED_OUT,

    21602: WRONG_TEXT, // no body
    21617: WRONG_TEXT, // too long
    21618: WRONG_TEXT,

    30003: { class: 'transient', clevertap: '905' }, // handset off or out of reach
    30004: OPTED_OUT, // blocked
    30005: NO_SUCH_NUMBER,
    30006: NO_SUCH_NUMBER, // landline
    30007: FILTERED,
    30008: UNDELIVERED, // unknown to Twilio too
    30017: UNDELIVERED, // congestion
    30019: FILTERED, // too large for the carrier
    30022: UNDELIVERED, // the carrier's rate limit
    30036: { class: 'recipient', clevertap: '916' }, // validity period over
    30410: { class: 'unknown', clevertap: '904' }, // the carrier did not answer Twilio in time: it may be out
    30610: { class: 'transient', clevertap: '917' }, // quiet hours where the recipient lives
  }),
);

/** The code whose failure is an expiry. */
export const VALIDITY_OVER = '30036';

/** `MessageStatus` of messages that arrived; `read` implies it. */
export const ARRIVED: ReadonlySet<string> = new Set(['delivered', 'read']);

/** `MessageStatus` of messages that failed: what it means when the code is missing or has no entry. */
export const FAILED: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    undelivered: { class: 'recipient', clevertap: '914' },
    failed: { class: 'recipient', clevertap: '900' },
    canceled: { class: 'recipient', clevertap: '917' },
  }),
);
