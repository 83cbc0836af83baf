/**
 * Clickatell's codes in our words. Sources, all read on 2026-11-29: Clickatell, "Errors Table" and "Message Status Table"
 * of the One API (docs.clickatell.com/channels/one-api); for the Platform API the public handler nyaruka/courier,
 * `handlers/clickatell`, whose numbers are those of the HTTP API's statuses ("HTTP API Specification" 2.5). The
 * classification is ours.
 */
import type { Refusal } from '../../core/messages/outcome';
import type { Receipt } from '../provider';

const ACCOUNT: Refusal = { class: 'account', clevertap: '904' };
const SENDER: Refusal = { class: 'sender', clevertap: '906' };
const NO_SUCH_NUMBER: Refusal = { class: 'recipient', clevertap: '910' };
const WRONG_MESSAGE: Refusal = { class: 'content', clevertap: '900' };
const BUSY: Refusal = { class: 'transient', clevertap: '904' };

/** `error.code` of a message in the answer, or of the whole request. */
export const ERROR: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    1: ACCOUNT, // invalid or missing API key
    2: ACCOUNT, // account not active
    3: ACCOUNT, // integration not active
    7: ACCOUNT, // our address is not allowed
    20: ACCOUNT, // balance
    38: ACCOUNT, // channel not active on the integration
    39: ACCOUNT, // channel not available on the integration
    41: ACCOUNT, // resource does not exist: the base URL is wrong
    42: ACCOUNT, // method not supported: the same
    46: ACCOUNT, // demo access expired

    18: BUSY, // internal error
    19: BUSY, // internal error, please retry
    43: BUSY, // rate limit

    44: SENDER, // FROM number suspended
    45: SENDER, // FROM number not of this integration

    25: NO_SUCH_NUMBER, // invalid recipient
    26: { class: 'recipient', clevertap: '903', optOut: true }, // opted out
    27: NO_SUCH_NUMBER, // not available on the channel
    28: NO_SUCH_NUMBER, // not available on the sandbox

    21: WRONG_MESSAGE, // malformed
    22: WRONG_MESSAGE, // too many messages in the request
    23: WRONG_MESSAGE, // invalid or missing parameter
    24: WRONG_MESSAGE, // content too large
    30: WRONG_MESSAGE, // content type
    40: WRONG_MESSAGE, // character set
    100: WRONG_MESSAGE, // too many parts
    101: WRONG_MESSAGE, // no two-way messaging in that country
    110: WRONG_MESSAGE, // USA: two-way integration needed
    111: WRONG_MESSAGE, // USA: STOP commands needed
  }),
);

/**
 * Errors of a whole request that some answers tell as a text alone, by its beginning in lower case ("Errors Table", column
 * "Global Level"; 45 was seen so by users).
 */
export const CODE_OF_TEXT: readonly [string, string][] = [
  ['invalid or missing integration api key', '1'],
  ['account is not active', '2'],
  ['integration is not active', '3'],
  ['originating ip address is not approved', '7'],
  ['internal error, please retry', '19'],
  ['internal error', '18'],
  ['insufficient account balance', '20'],
  ['payload data is malformed', '21'],
  ['maximum messages per request payload exceeded', '22'],
  ['invalid or missing parameter', '23'],
  ['rate limit', '43'],
  ['from number is suspended', '44'],
  ['from number is not related to integration', '45'],
  ['demo access has expired', '46'],
];

/** A refused request whose error has no entry: as a 400 is, for every vendor. */
export const UNLISTED_REQUEST: Refusal = WRONG_MESSAGE;
/** A refused message whose code has no entry. That it was refused is sure; why, only the text can tell. */
export const UNLISTED: Refusal = { class: 'recipient', clevertap: '900' };

const failed = (failure: Refusal): Outcome => ({ status: 'failed', ...failure });
export type Outcome = Pick<Receipt, 'status' | 'class' | 'clevertap'>;

/** `statusCode` of a report of the One API, its word, and what it means: "Message Status Table". */
const ONE_API: [number, string, Outcome][] = [
  [1, 'UNKNOWN', { status: 'pending' }],
  [2, 'QUEUED', { status: 'pending' }],
  [3, 'SCHEDULED', { status: 'pending' }],
  [4, 'SENT_TO_SUPPLIER', { status: 'pending' }],
  [5, 'DEVICE_ACK', { status: 'delivered' }],
  [6, 'READ', { status: 'delivered' }],
  [20, 'EXPIRED', { status: 'expired', class: 'recipient', clevertap: '916' }],
  [21, 'STOPPED_BY_USER', failed({ class: 'recipient', clevertap: '917' })], // of the account
  [22, 'STOPPED_BY_ADMIN', failed({ class: 'recipient', clevertap: '917' })],
  [23, 'DELIVERY_FAILURE', failed({ class: 'recipient', clevertap: '914' })],
  [24, 'EMULATED', failed(ACCOUNT)], // The integration is in test mode, nothing leaves it.
  [25, 'INSUFFICIENT_ACCOUNT_BALANCE', failed(ACCOUNT)],
  [26, 'VOLUME_LIMIT', failed(ACCOUNT)], // of the account
  [27, 'VOLUME_LIMIT_DAILY', failed(ACCOUNT)],
  [28, 'VOLUME_LIMIT_MONTHLY', failed(ACCOUNT)],
  [29, 'RECIPIENT_DOES_NOT_EXIST', failed(NO_SUCH_NUMBER)],
  // Generic: shared by all channels.
  [60, 'ENCRYPTION_ACCESS_DENIED', failed(ACCOUNT)], // "Security access denied"
  [61, 'ENCRYPTION_CONTENT_ERROR', failed(WRONG_MESSAGE)], // "Content decryption failed"
  [100, 'ROUTING_ERROR', failed(ACCOUNT)], // Another gateway may have a way.
];

export const STATUS: ReadonlyMap<string, Outcome> = new Map(
  ONE_API.map(([code, , outcome]): [string, Outcome] => [String(code), outcome]),
);

/** The code of a word of the One API, which the Platform API does not have. */
export const CODE_OF_WORD: ReadonlyMap<string, string> = new Map(
  ONE_API.map(([code, word]): [string, string] => [word, String(code)]),
);

/**
 * `statusCode` of a report of the Platform API. 4 and 5 are the opposite of the One API's. 1 may also be said of a message
 * whose report is late.
 */
export const PLATFORM_STATUS: ReadonlyMap<string, Outcome> = new Map(
  Object.entries<Outcome>({
    1: { status: 'pending' }, // unknown, or delayed
    2: { status: 'pending' }, // queued
    3: { status: 'pending' }, // delivered to the gateway
    4: { status: 'delivered' }, // received by the recipient
    5: failed(WRONG_MESSAGE), // error with the message
    6: failed({ class: 'recipient', clevertap: '917' }), // cancelled
    7: failed({ class: 'recipient', clevertap: '914' }), // error delivering the message
    8: { status: 'pending' }, // received by the gateway
    9: failed(ACCOUNT), // Routing error: another gateway may have a way.
    10: { status: 'expired', class: 'recipient', clevertap: '916' },
    11: { status: 'pending' }, // queued for later delivery
    12: failed(ACCOUNT), // out of credit
    14: failed(ACCOUNT), // message limit of the account exceeded
  }),
);
