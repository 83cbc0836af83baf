/** Mobtexting's words for the simulator's (Mobtexting docs 4.x, `v2/sms/smpp.md`, "Status and error code"). */
import type { ReportKind } from '../plan';
import type { Verdict } from '../protocol';

/** In the answer to a submission, for each number. */
export const SUBMIT_STATUS: Record<Verdict['outcome'], string> = {
  accepted: 'AWAITING-DLR',
  duplicate: 'DUPLICATE',
  sender: 'INV-SENDER',
  recipient: 'INV-NUMBER',
  content: 'INV-TEMPLATE',
  account: 'NO-CREDITS',
};

/** In a report. */
export const REPORT_STATUS: Record<ReportKind, string> = {
  delivered: 'DELIVRD',
  enroute: 'AWAITING-DLR',
  'at-operator': 'AWAITING-DLR',
  sender: 'DLT-HEADER-INACTIVE',
  recipient: 'INVALID-SUB',
  content: 'TEMPLATE-NOT-FOUND',
  account: 'DLT-ENTITY-NOT-FOUND',
};
