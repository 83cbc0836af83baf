/** `POST`/`GET /clevertap/v1/messages`: the generic contract. */
import type { Request, Response, Router } from 'express';
import type { ApiDeps } from '../deps';
import { acceptRecords, type Acceptance } from './accept';
import { openBody } from './encrypted';
import { genericRecords } from './records';
import { bodyFields, factsOf } from './request';

/** What a caller of the generic route gets: ids in the order of the accepted records, refusals with their index. */
export interface GenericAnswer {
  accepted: number;
  rejected: { index: number; code: string; field: string; message: string }[];
  ids: string[];
  /** Indexes into `ids` of messages that repeat an earlier record and were not sent again; absent when there is none. */
  duplicates?: number[];
}

export function genericRoutes(router: Router, deps: ApiDeps): void {
  const handle = async (request: Request, response: Response): Promise<void> => {
    const { body, fields } = bodyFields(request);
    const { accountId } = await deps.auth.authenticate(request, 'send', fields);
    const records = genericRecords(await openBody(deps, accountId, request, body));
    const acceptance = await acceptRecords(deps, accountId, records, factsOf(request));
    response.status(acceptance.accepted.length === 0 ? 400 : 200).json(toAnswer(acceptance));
  };
  router.get('/clevertap/v1/messages', handle);
  router.post('/clevertap/v1/messages', handle);
}

function toAnswer({ accepted, rejected }: Acceptance): GenericAnswer {
  const messages = accepted.flatMap((record) => record.messages);
  const duplicates = messages.flatMap((message, i) => (message.duplicate ? [i] : []));
  return {
    accepted: accepted.length,
    rejected,
    ids: messages.map((message) => message.id),
    ...(duplicates.length > 0 ? { duplicates } : {}),
  };
}
