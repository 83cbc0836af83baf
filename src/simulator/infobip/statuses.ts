/**
 * Infobip's status and error objects for the simulator's words (Infobip docs, "Response status and error codes": the
 * general SMS codes, and the India DLT codes, which have no group of their own there).
 */
import type { Refusal } from '../script';
import type { ReportKind } from '../plan';

export interface Status {
  groupId: number;
  groupName: string;
  id: number;
  name: string;
  description: string;
}

export interface ReportError extends Omit<Status, 'description'> {
  description: string;
  permanent: boolean;
}

function status(groupId: number, groupName: string, id: number, name: string, description: string): Status {
  return { groupId, groupName, id, name, description };
}

function error(groupId: number, groupName: string, id: number, name: string, description: string, permanent: boolean) {
  return { groupId, groupName, id, name, description, permanent };
}

export const PENDING_ACCEPTED = status(1, 'PENDING', 26, 'PENDING_ACCEPTED', 'Message sent to next instance');
export const DUPLICATE_ID = status(5, 'REJECTED', 23, 'REJECTED_DUPLICATE_MESSAGE_ID', 'Message ID already used');
/** An item whose `to` is empty is rejected alone, inside the 200. */
export const MISSING_TO = status(5, 'REJECTED', 51, 'MISSING_TO', 'Destination is missing');
const REJECTED_DESTINATION = status(5, 'REJECTED', 52, 'REJECTED_DESTINATION', 'Destination is not a valid number');

/** Per-item refusals inside the 200 of a submission. */
export const SUBMIT_STATUS: Record<Refusal, Status> = {
  sender: status(5, 'REJECTED', 13, 'REJECTED_SENDER', 'Sender is blocklisted'),
  recipient: REJECTED_DESTINATION,
  content: status(5, 'REJECTED', 25, 'REJECTED_MESSAGE_TOO_LONG', 'Message is too long'),
  account: status(5, 'REJECTED', 12, 'REJECTED_NOT_ENOUGH_CREDITS', 'Not enough credits'),
};

const NO_ERROR = error(0, 'OK', 0, 'NO_ERROR', 'No Error', false);
const REJECTED_OPERATOR = status(2, 'UNDELIVERABLE', 4, 'UNDELIVERABLE_REJECTED_OPERATOR', 'Rejected by operator');

/** What a report carries: the reason of a DLT refusal stands in `error`, its status is the same for all of them. */
export const REPORT_STATUS: Record<ReportKind, { status: Status; error: ReportError }> = {
  delivered: {
    status: status(3, 'DELIVERED', 5, 'DELIVERED_TO_HANDSET', 'Message delivered to handset'),
    error: NO_ERROR,
  },
  enroute: { status: status(1, 'PENDING', 7, 'PENDING_ENROUTE', 'Message sent to next instance'), error: NO_ERROR },
  // In the group DELIVERED and still not final.
  'at-operator': {
    status: status(3, 'DELIVERED', 2, 'DELIVERED_TO_OPERATOR', 'Message delivered to operator'),
    error: NO_ERROR,
  },
  sender: {
    status: REJECTED_OPERATOR,
    error: error(2, 'USER_ERRORS', 4108, 'EC_SENDER_BLOCKED_BY_DLT', 'Sender blocked by DLT', false),
  },
  content: {
    status: REJECTED_OPERATOR,
    error: error(2, 'USER_ERRORS', 4129, 'EC_TEMPLATE_NOT_MATCHED', 'Template not matched', false),
  },
  account: {
    status: REJECTED_OPERATOR,
    error: error(2, 'USER_ERRORS', 4112, 'EC_ENTITY_NOT_FOUND', 'Entity not found', false),
  },
  recipient: {
    status: status(2, 'UNDELIVERABLE', 9, 'UNDELIVERABLE_NOT_DELIVERED', 'Message sent not delivered'),
    error: error(1, 'HANDSET_ERRORS', 1, 'EC_UNKNOWN_SUBSCRIBER', 'Unknown Subscriber', true),
  },
};
