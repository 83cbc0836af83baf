/** Twilio's codes for the simulator's words (Twilio docs, "Error and Warning Dictionary"). */
import type { ReportKind } from '../plan';
import type { Refusal } from '../script';

/** Answers to refused submissions: code, text, and HTTP status when it isn't 400. */
export const SUBMIT_ERROR: Record<
  Refusal,
  { code: number; status?: number; text: (to: string, from: string) => string }
> = {
  sender: { code: 21212, text: (_, from) => `The 'From' number ${from} is not a valid phone number or sender.` },
  recipient: { code: 21211, text: (to) => `The 'To' number ${to} is not a valid phone number.` },
  content: { code: 21617, text: () => 'The concatenated message body exceeds the 1600 character limit.' },
  account: { code: 20005, status: 401, text: () => 'Account not active' },
};

/** Status and error code of status callbacks. */
export const CALLBACK: Record<ReportKind, { status: string; errorCode?: number }> = {
  delivered: { status: 'delivered' },
  enroute: { status: 'sending' },
  'at-operator': { status: 'sent' },
  sender: { status: 'undelivered', errorCode: 30018 },
  recipient: { status: 'undelivered', errorCode: 30005 },
  content: { status: 'undelivered', errorCode: 30007 },
  account: { status: 'failed', errorCode: 30002 },
};
