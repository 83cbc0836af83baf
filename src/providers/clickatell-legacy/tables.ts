/**
 * Clickatell's codes of the HTTP API in our words. Source: Clickatell, "HTTP API Specification" 2.5, error codes and
 * message status codes, as public copies and Clickatell's archived "API error codes" (docs.clickatell.com/archive) have
 * them; read on 2026-11-29. The classification is ours.
 */
import type { Refusal } from '../../core/messages/outcome';
import type { Receipt } from '../provider';

const ACCOUNT: Refusal = { class: 'account', clevertap: '904' };
const SENDER: Refusal = { class: 'sender', clevertap: '906' };
const NO_SUCH_NUMBER: Refusal = { class: 'recipient', clevertap: '910' };
const OPTED_OUT: Refusal = { class: 'recipient', clevertap: '903', optOut: true };
const WRONG_MESSAGE: Refusal = { class: 'content', clevertap: '900' };

/** A code as the tables have it: some write more zeros in front, or none. */
export const inThreeDigits = (code: string): string => code.replace(/^0+(?=\d)/, '').padStart(3, '0');

/** The three digits of an `ERR:` line. */
export const ERROR: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    '001': ACCOUNT, // authentication failed
    '002': ACCOUNT, // unknown user or password
    '003': ACCOUNT, // session expired
    '004': ACCOUNT, // account frozen
    '005': ACCOUNT, // session missing
    '006': ACCOUNT,
    '007': ACCOUNT, // our address is not allowed
    '108': ACCOUNT, // API id
    '130': ACCOUNT, // daily or monthly limit of the account reached
    '301': ACCOUNT, // no credit
    '302': ACCOUNT, // more credits than allowed for one message

    '106': SENDER, // invalid source address
    '123': SENDER, // sender ID not registered
    // No route to this network. Another gateway may have one.
    '114': { class: 'sender', clevertap: '914' },

    '105': NO_SUCH_NUMBER,
    '121': OPTED_OUT, // the destination is blocked, by STOP
    '122': OPTED_OUT,
    '128': OPTED_OUT, // delisted

    '100': WRONG_MESSAGE, // malformed
    '101': WRONG_MESSAGE, // invalid or missing parameter
    '102': WRONG_MESSAGE, // user data header
    '107': WRONG_MESSAGE, // empty
    '112': WRONG_MESSAGE, // msg_type
    '113': WRONG_MESSAGE, // too many parts
    '116': WRONG_MESSAGE, // unicode data
    '120': WRONG_MESSAGE, // delivery time

    '115': { class: 'recipient', clevertap: '916' }, // expired
    '901': { class: 'transient', clevertap: '904' }, // internal error, please retry
  }),
);

/** An `ERR:` line whose code has no entry. That it was refused is sure; why, only the text can tell. */
export const UNLISTED: Refusal = { class: 'recipient', clevertap: '900' };

export interface Outcome extends Pick<Receipt, 'status' | 'class' | 'clevertap'> {
  /** Callbacks bring the code alone. */
  meaning: string;
}

/** `status` of a callback. */
export const STATUS: ReadonlyMap<string, Outcome> = new Map(
  Object.entries<Outcome>({
    '001': { status: 'pending', meaning: 'unknown or delayed' },
    '002': { status: 'pending', meaning: 'queued' },
    '003': { status: 'pending', meaning: 'delivered to the gateway' },
    '004': { status: 'delivered', meaning: 'received by recipient' },
    '005': { status: 'failed', class: 'content', clevertap: '900', meaning: 'error with message' },
    '006': { status: 'failed', class: 'recipient', clevertap: '917', meaning: 'cancelled' },
    '007': { status: 'failed', class: 'recipient', clevertap: '914', meaning: 'error delivering message' },
    '008': { status: 'pending', meaning: 'received by the gateway' },
    // Another gateway may have a way.
    '009': { status: 'failed', ...ACCOUNT, meaning: 'routing error' },
    '010': { status: 'expired', class: 'recipient', clevertap: '916', meaning: 'expired' },
    '011': { status: 'pending', meaning: 'queued for later delivery' },
    '012': { status: 'failed', ...ACCOUNT, meaning: 'out of credit' },
    '014': { status: 'failed', ...ACCOUNT, meaning: 'message limit of the account exceeded' },
  }),
);
