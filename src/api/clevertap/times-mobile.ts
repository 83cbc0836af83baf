/**
 * `/ct/api/v1/message` and `/ct/api/v1/send`: Times Mobile's contract, so that a customer changes only the host. Fields
 * and paths are those of CleverTap's partner guide "Times Mobile". Times does not publish its answers; they are taken
 * from the reseller platform whose parameters and `/api/v1/send` path it shares.
 */
import { AppError, type ErrorCode } from '../../errors';
import { endpoint, type Endpoint } from '../endpoint';
import { isJsonObject } from '../http/json';
import type { AcceptedRecord } from './accept';
import { fieldNamed, nameValues, type Field } from './fields';
import type { RecordProblem } from '../ingress/record-problem';
import { common, FORM, MULTIPART } from './request';
import { timesAnswer, timesRecord } from './schema';
import { taking, type Contract } from './take';

/** Where the routes are; every error below it is answered in their shape. */
export const TIMES_MOBILE = '/ct/api/v1';

interface TimesAnswer {
  /** Our message id, where Times has a number; of the first message when `to` is a list. Null when nothing was accepted. */
  transactionId: string | null;
  state: 'SUBMIT_ACCEPTED' | 'SUBMIT_FAILED';
  /** Times' own code where one fits, else the HTTP status. */
  statusCode: number;
  description: string;
  /** SMS parts of one message. */
  pdu: number;
}

const ACCEPTED = 200;
/** Times' codes: 2051 sender doesn't exist, 2054 invalid number, 7001 DLT content id missing. */
const BY_FIELD: Partial<Record<Field, number>> = { sender: 2051, to: 2054, templateId: 7001 };
/** 2070: authentication failed or expired. */
const BY_ERROR: Partial<Record<ErrorCode, number>> = { unauthorized: 2070, forbidden: 2070 };
const BAD_REQUEST = 400;

const route = {
  ...common,
  ingress: 'times-mobile',
  tag: 'CleverTap: Times Mobile’s contract',
  answers: { 200: { description: 'The record is committed.', schema: timesAnswer } },
  errorAnswer: { schema: timesAnswer, type: 'application/json' },
} as const;

export const timesMobileContract: Contract = {
  shape: 'times-mobile',
  read(record) {
    if (!isJsonObject(record))
      throw new AppError('invalid-request', 'This route takes one record a request, as an object');
    return [nameValues(record)];
  },
  answer: ({ accepted, rejected }) =>
    accepted.length > 0
      ? { status: 200, body: toAnswer(accepted[0]!) }
      : { status: BAD_REQUEST, body: toRejection(rejected[0]!) },
};
const handle = taking(timesMobileContract);

const at = (path: string, id: string): Endpoint[] => [
  endpoint(
    { ...route, path, id: `${id}ByQuery`, method: 'get', summary: 'Takes a record by query.', query: timesRecord },
    handle,
  ),
  endpoint(
    {
      ...route,
      path,
      id,
      method: 'post',
      summary: 'Takes a record.',
      takes: {
        schema: timesRecord,
        types: ['application/json', FORM, MULTIPART],
        examples: {
          'One message': {
            username: 'any',
            password: '<your API key>',
            unicode: 'false',
            from: 'TXTSMS',
            to: '919800000001',
            text: 'Your order 17 has left.',
            dltContentId: '1107160016156755389',
            corelationid: '919800000001.1200000000.1700000000.20260101.0.wzrk_default.-1.',
          },
        },
      },
    },
    handle,
  ),
];

export const timesMobile: Endpoint[] = [
  ...at(`${TIMES_MOBILE}/message`, 'sendTimesMobile'),
  ...at(`${TIMES_MOBILE}/send`, 'sendTimesMobileAlias'),
];

function toAnswer({ record, messages }: AcceptedRecord): TimesAnswer {
  const repeated = messages.filter((message) => message.duplicate).length;
  const again = repeated === 0 ? '' : `; ${repeated} already known and not sent again`;
  const heldUntil = messages.find((message) => message.heldUntil !== null)?.heldUntil?.toISOString();
  const held = heldUntil === undefined ? '' : `; held until ${heldUntil}, when the window opens`;
  return {
    transactionId: messages[0]!.id,
    state: 'SUBMIT_ACCEPTED',
    statusCode: ACCEPTED,
    description: (messages.length === 1 ? 'Message accepted' : `${messages.length} messages accepted`) + again + held,
    pdu: record.segments,
  };
}

function toRejection({ field, message }: RecordProblem): TimesAnswer {
  const known = fieldNamed(field);
  return refusal((known === undefined ? undefined : BY_FIELD[known]) ?? BAD_REQUEST, message);
}

/** The shape of every other error on these routes, those included that come before the route is known. */
export const toTimesRefusal = (error: AppError): { contentType: string; body: TimesAnswer } => ({
  contentType: 'application/json',
  body: refusal(BY_ERROR[error.code] ?? error.status, error.message),
});

const refusal = (statusCode: number, description: string): TimesAnswer => ({
  transactionId: null, state: 'SUBMIT_FAILED', statusCode, description, pdu: 0,
}); // prettier-ignore
