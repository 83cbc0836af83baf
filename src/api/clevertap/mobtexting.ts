/** `/api/v2/sms/clevertap/send` and `/json`: Mobtexting's contract, so that a customer changes only the host. */
import { endpoint, type Endpoint } from '../endpoint';
import { isJsonObject } from '../http/json';
import type { Acceptance } from './accept';
import { nameValues, type NamedValues } from './fields';
import { nodeRecords } from './records';
import { common, FORM, MULTIPART } from './request';
import { mobtextingAnswer, mobtextingBody, mobtextingRecord } from './schema';
import { taking, type Contract } from './take';

/** One number, as Mobtexting's API answers it (Mobtexting docs v4, sms/send). */
interface MobtextingItem {
  id: string | null;
  mobile: string;
  status: 'AWAITING-DLR' | 'DUPLICATE' | 'REJECTED';
  units: number;
  length: number;
  charges: number;
  customid: string;
  iso_code: null;
  submitted_at: string;
  /** When the window opens that a promotional message waits for; absent when it waits for none. */
  held_until?: string;
  /** Why a rejected record was; absent on others. */
  reason?: string;
}

const route = {
  ...common,
  ingress: 'mobtexting',
  tag: 'CleverTap: Mobtexting’s contract',
  answers: {
    200: { description: 'At least one record is committed.', schema: mobtextingAnswer },
    400: { description: 'No record is acceptable.', schema: mobtextingAnswer },
  },
} as const;

const contract = (read: Contract['read']): Contract => ({
  shape: 'mobtexting',
  read,
  answer(acceptance, records) {
    const status = acceptance.accepted.length === 0 ? 400 : 200;
    return { status, body: toAnswer(status, acceptance, records) };
  },
});

export const mobtextingContract = contract((body) => [nameValues(isJsonObject(body) ? body : {})]);
const one = taking(mobtextingContract);

export const mobtexting: Endpoint[] = [
  endpoint(
    {
      ...route,
      id: 'sendMobtexting',
      method: 'post',
      path: '/api/v2/sms/clevertap/send',
      summary: 'Takes a record.',
      takes: {
        schema: mobtextingRecord,
        types: ['application/json', FORM, MULTIPART],
        examples: {
          'One message': {
            sender: 'TXTSMS',
            to: '919800000001',
            message: 'Your order 17 has left.',
            service: 'T',
            custom: '919800000001.1200000000.1700000000.20260101.0.wzrk_default.-1.',
          },
        },
      },
    },
    one,
  ),
  endpoint(
    {
      ...route,
      id: 'sendMobtextingByQuery',
      method: 'get',
      path: '/api/v2/sms/clevertap/send',
      summary: 'Takes a record by query.',
      query: mobtextingRecord,
    },
    one,
  ),
  endpoint(
    {
      ...route,
      id: 'sendMobtextingNodes',
      method: 'post',
      path: '/api/v2/sms/clevertap/json',
      summary: 'Takes `root` and `nodes`.',
      description: 'A node overrides the root in everything but `webhook_id`, `service` and `time`.',
      takes: {
        schema: mobtextingBody,
        examples: {
          'One text to two numbers': {
            root: { sender: 'TXTSMS', message: 'The shop opens at ten.', service: 'T' },
            nodes: [{ to: '919800000001' }, { to: '919800000002' }],
          },
        },
      },
    },
    taking(contract(nodeRecords)),
  ),
];

function toAnswer(status: number, { accepted, rejected }: Acceptance, records: readonly NamedValues[]) {
  const submittedAt = new Date().toISOString().slice(0, 19).replace('T', ' ');
  const items: { index: number; item: MobtextingItem }[] = [];
  for (const { index, record, messages } of accepted) {
    for (const { id, msisdn, duplicate, heldUntil } of messages) {
      const item: MobtextingItem = {
        id,
        mobile: msisdn.slice(1),
        status: duplicate ? 'DUPLICATE' : 'AWAITING-DLR',
        units: record.segments,
        length: record.text.length,
        charges: record.segments,
        customid: record.meta ?? '',
        iso_code: null,
        submitted_at: submittedAt,
        ...(heldUntil === null ? {} : { held_until: heldUntil.toISOString() }),
      };
      items.push({ index, item });
    }
  }
  const numbers = items.length;
  for (const { index, message } of rejected) {
    const values = records[index]?.values ?? {};
    const item: MobtextingItem = {
      id: null,
      mobile: typeof values.to === 'string' ? values.to : '',
      status: 'REJECTED',
      units: 0,
      length: 0,
      charges: 0,
      customid: typeof values.meta === 'string' ? values.meta : '',
      iso_code: null,
      submitted_at: submittedAt,
      reason: message,
    };
    items.push({ index, item });
  }
  items.sort((a, b) => a.index - b.index);
  const refusals = rejected.length === 0 ? '' : ` ${rejected.length} records rejected: see "reason" in data.`;
  return {
    status,
    message: `${numbers} numbers accepted for delivery.${refusals}`,
    data: items.map(({ item }) => item),
  };
}
