/**
 * Clickatell's codes in our words. Source: Clickatell, "One API errors table" and "Message status codes"
 * (docs.clickatell.com). The classification is ours.
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
    26: { class: 'recipient', clevertap: '903' }, // opted out
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

/** A refused message whose code has no entry. That it was refused is sure; why, only the text can tell. */
export const UNLISTED: Refusal = { class: 'recipient', clevertap: '900' };

const failed = (failure: Refusal): Outcome => ({ status: 'failed', ...failure });
type Outcome = Pick<Receipt, 'status' | 'class' | 'clevertap'>;

/** `statusCode` of a report. */
export const STATUS: ReadonlyMap<string, Outcome> = new Map(
  Object.entries<Outcome>({
    1: { status: 'pending' }, // UNKNOWN
    2: { status: 'pending' }, // QUEUED
    3: { status: 'pending' }, // SCHEDULED
    4: { status: 'pending' }, // SENT_TO_SUPPLIER
    5: { status: 'delivered' }, // DEVICE_ACK
    6: { status: 'delivered' }, // READ
    20: { status: 'expired', class: 'recipient', clevertap: '916' }, // EXPIRED
    21: failed({ class: 'recipient', clevertap: '917' }), // STOPPED_BY_USER: of the account
    22: failed({ class: 'recipient', clevertap: '917' }), // STOPPED_BY_ADMIN
    23: failed({ class: 'recipient', clevertap: '914' }), // DELIVERY_FAILURE
    24: failed(ACCOUNT), // EMULATED: the integration is in test mode, nothing leaves it
    25: failed(ACCOUNT), // INSUFFICIENT_BALANCE
    26: failed(ACCOUNT), // VOLUME_LIMIT, of the account
    27: failed(ACCOUNT),
    28: failed(ACCOUNT),
    29: failed(NO_SUCH_NUMBER), // RECIPIENT_DOES_NOT_EXIST
    100: failed(ACCOUNT), // ROUTING_ERROR: another gateway may have a way
  }),
);
