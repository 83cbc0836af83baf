/** `/api/v2/sms/clevertap/send` and `/json`: Mobtexting's contract, so that a customer changes only the host. */
import type { Request, Response, Router } from 'express';
import { isJsonObject } from '../http/json';
import type { ApiDeps } from '../deps';
import { acceptRecords, type Acceptance } from './accept';
import { openBody } from './encrypted';
import { nameValues, type NamedValues } from './fields';
import { nodeRecords } from './records';
import { bodyFields, factsOf } from './request';

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
  /** Why a rejected record was; absent on others. */
  reason?: string;
}

export function mobtextingRoutes(router: Router, deps: ApiDeps): void {
  const route = (toRecords: (body: unknown) => NamedValues[]) => async (request: Request, response: Response) => {
    const { body, fields } = bodyFields(request);
    const { accountId } = await deps.auth.authenticate(request, 'send', fields);
    const records = toRecords(await openBody(deps, accountId, request, body));
    const acceptance = await acceptRecords(deps, accountId, records, factsOf(request));
    const status = acceptance.accepted.length === 0 ? 400 : 200;
    response.status(status).json(toAnswer(status, acceptance, records));
  };
  const send = route((body) => [nameValues(isJsonObject(body) ? body : {})]);
  router.get('/api/v2/sms/clevertap/send', send);
  router.post('/api/v2/sms/clevertap/send', send);
  router.post('/api/v2/sms/clevertap/json', route(nodeRecords));
}

function toAnswer(status: number, { accepted, rejected }: Acceptance, records: readonly NamedValues[]) {
  const submittedAt = new Date().toISOString().slice(0, 19).replace('T', ' ');
  const items: { index: number; item: MobtextingItem }[] = [];
  for (const { index, record, messages } of accepted) {
    for (const { id, msisdn, duplicate } of messages) {
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
