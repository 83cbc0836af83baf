/**
 * Mobtexting's statuses in our words. Source: Mobtexting docs 4.x, `v2/sms/smpp.md`, "Status and error code", read on
 * 2026-11-29; a status comes as a word, and each word is listed with its number beside it. The classification is ours.
 */
import type { CleverTapCode, FailureClass, Refusal } from '../../core/messages/outcome';

type Row = [FailureClass, CleverTapCode, string, 'opted out'?];

function table(rows: Row[]): ReadonlyMap<string, Refusal> {
  return new Map(
    rows.flatMap(([failure, clevertap, words, optedOut]) =>
      words
        .split(' ')
        .map((word): [string, Refusal] => [
          word,
          { class: failure, clevertap, ...(optedOut === undefined ? {} : { optOut: true }) },
        ]),
    ),
  );
}

/** A status as the tables have it: a number may have lost its zeros where it came as one. */
export const inThreeDigits = (word: string): string => (/^\d{1,2}$/.test(word) ? word.padStart(3, '0') : word);

export const DELIVERED: ReadonlySet<string> = new Set(['DELIVRD', '000']);
/** On its way. */
export const PENDING: ReadonlySet<string> = new Set(['AWAITING-DLR']);
/** TIMEOUT-DLR: the operator never said. */
export const EXPIRED: ReadonlySet<string> = new Set(['EXPIRED', '021', 'TIMEOUT-DLR']);
export const EXPIRY: Refusal = { class: 'recipient', clevertap: '916' };

/** Refusals and failures, in the answer to a submission and in reports. */
export const STATUS = table([
  ['recipient', '910', 'INVALID-SUB 001 002 015 INV-NUMBER 404 NOTALLOWED 459'],
  ['recipient', '905', 'ABSENT-SUB 003 010 MOB-OFF 013 HANDSET-ERR 004 006 007 HANDSET-BUSY 016'],
  ['recipient', '905', 'NET-ERR 008 012 017 019 BARRED 005 020'],
  ['recipient', '914', 'FAILED 011 014 045 462 UNDELIV 034 099 461'],
  ['recipient', '900', 'REJECTED 458'],
  ['recipient', '912', 'MEMEXEC 009'],
  ['recipient', '915', 'SERIES-BLK 018 SERIES-BLOCK 400'],
  ['recipient', '901', 'DNDNUMB 408'],
  ['recipient', '903', 'BLACKLST 450 OPTOUT-REJ 456', 'opted out'],
  ['recipient', '909', 'NOT-OPTIN 455'],
  ['recipient', '918', 'DUPLICATE 460'],
  ['account', '904', 'NO-CREDITS 401 NO-ACCOUNT 402'],
  // DLT ids: refused for this message. Dispatch pauses no gateway for 907, 908 and 919, whatever the class.
  ['account', '907', 'DLT-INV-ENTITY 781'],
  ['account', '919', 'DLT-INV-TMID 780 DLT-INV-TM-ID 782 DLT-ENTITY-NOT-FOUND 784'],
  ['account', '919', 'DLT-TM-BLACKLST 785 DLT-ENTITY-BLACKLST 786 DLT-TM-INACTIVE 788'],
  ['sender', '906', 'SNDR-BLOCK SNDR-NOT-ALLOTED 451 INV-SENDER 454 DLT-HEADER-INACTIVE 787'],
  ['sender', '906', 'DLT-SENDER-NOT-REG-TM 789 INV-PROVISION 790'],
  ['sender', '919', 'DLT-REJECTED 777'], // Sender or template: another sender is worth one try.
  ['content', '902', 'SPAM 407'],
  ['content', '908', 'TEMPLATE-NOT-FOUND 452 INV-TEMPLATE 453'],
  ['content', '908', 'DLT-TM-VAR-EXECEED VAR-EXCEED 783'], // a variable of more than 30 characters; the spelling is theirs
  ['content', '900', 'REJ-MULTIPART 778 INV-SERVICE 791 INV-SCHEDULE 792'],
  ['transient', '917', 'PROMO-TMOUT 457'], // India's promotional hours: nothing between 21:00 and 10:00 IST
  ['transient', '904', 'THROTTLED 463 SERVER-ERR 403 405 406 430 431 432 433'],
]);

/** A word we don't know in an answer may mean either; the receipt will tell. */
export const UNLISTED_ANSWER: Refusal = { class: 'unknown', clevertap: '900' };
