/** `POST`/`GET /clevertap/v1/messages`: the generic contract. */
import { endpoint, type Endpoint } from '../endpoint';
import type { Acceptance } from './accept';
import { genericRecords, MAX_RECORDS } from './records';
import { common, FORM, MULTIPART } from './request';
import { genericAnswer, genericBody, genericRecord } from './schema';
import { taking, type Contract } from './take';

/** What a caller of the generic route gets: ids in the order of the accepted records, refusals with their index. */
export interface GenericAnswer {
  accepted: number;
  rejected: { index: number; code: string; field: string; message: string }[];
  ids: string[];
  /** Indexes into `ids` of messages that repeat an earlier record and were not sent again; absent when there is none. */
  duplicates?: number[];
  /** Messages that wait for the window of promotional messages, by their place in `ids`; absent when there is none. */
  held?: { place: number; until: string }[];
}

const route = {
  ...common,
  ingress: 'generic',
  path: '/clevertap/v1/messages',
  tag: 'CleverTap: generic',
  answers: {
    200: { description: 'At least one record is committed.', schema: genericAnswer },
    400: { description: 'No record is acceptable.', schema: genericAnswer },
  },
} as const;

export const genericContract: Contract = {
  shape: 'generic',
  read: genericRecords,
  answer: (acceptance) => ({ status: acceptance.accepted.length === 0 ? 400 : 200, body: toAnswer(acceptance) }),
};
const handle = taking(genericContract);

export const generic: Endpoint[] = [
  endpoint(
    {
      ...route,
      id: 'sendRecords',
      method: 'post',
      summary: 'Takes records.',
      description: `One record, an array of up to ${MAX_RECORDS.toLocaleString('en')} under any name, or a bare array. A bad record is rejected alone; the same record again within 24 hours, or the account’s duplicateWindowMinutes, is answered with the same id and sends nothing.`,
      takes: {
        schema: genericBody,
        also: { [FORM]: genericRecord, [MULTIPART]: genericRecord },
        examples: {
          'One message': { from: 'TXTSMS', to: '919800000001', message: 'Your order 17 has left.' },
          'A batch of CleverTap': {
            from: 'TXTSMS',
            listsms: [
              {
                to: '+919800000001',
                message: 'Your order 17 has left.',
                mid: '919800000001.1200000000.1700000000.20260101.0.wzrk_default.-1.',
              },
            ],
          },
        },
      },
    },
    handle,
  ),
  endpoint(
    { ...route, id: 'sendRecordByQuery', method: 'get', summary: 'Takes a record by query.', query: genericRecord },
    handle,
  ),
];

function toAnswer({ accepted, rejected }: Acceptance): GenericAnswer {
  const messages = accepted.flatMap((record) => record.messages);
  const duplicates = messages.flatMap((message, i) => (message.duplicate ? [i] : []));
  const held = messages.flatMap(({ heldUntil }, place) =>
    heldUntil === null ? [] : [{ place, until: heldUntil.toISOString() }],
  );
  return {
    accepted: accepted.length,
    rejected,
    ids: messages.map((message) => message.id),
    ...(duplicates.length > 0 ? { duplicates } : {}),
    ...(held.length > 0 ? { held } : {}),
  };
}
