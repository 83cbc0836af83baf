/** What all CleverTap routes do with a request before its records are looked at, and say of themselves alike. */
import type { Request } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../errors';
import type { Call, Intake } from '../endpoint';
import { readFields } from '../http/fields';
import { idempotencyKeyOf } from '../http/idempotency';
import { isJsonObject } from '../http/json';
import { openBody } from './encrypted';
import { fieldNamed } from './fields';

/** What a CleverTap request says beside its body. */
export interface RequestFacts {
  /** CleverTap's callback URL, when it came as a header. */
  callbackUrl: string | undefined;
  idempotencyKey: string | undefined;
}

export const factsOf = (request: Request): RequestFacts => ({
  callbackUrl: request.get('callback_url'),
  idempotencyKey: idempotencyKeyOf(request),
});

/** Several numbers may come as several parameters, as they may in one. */
const isRecipients = (name: string): boolean => fieldNamed(name) === 'to';

/** JSON, a form or the query; a credential may be among the fields at the top (of `root`, where there is one). */
function intake(request: Request): Intake {
  const body = readFields(request, isRecipients);
  const fields = isJsonObject(body) ? (isJsonObject(body.root) ? { ...body, ...body.root } : body) : {};
  return { body, fields };
}

/** The body, decrypted where CleverTap encrypted it. @throws AppError undecryptable */
export const openedBody = ({ deps, actor, request, body }: Call): Promise<unknown> =>
  openBody(deps, actor.accountId, request, body);

export const FORM = 'application/x-www-form-urlencoded';
export const MULTIPART = 'multipart/form-data';
const ERRORS: readonly ErrorCode[] = ['undecryptable', 'no-gateway', 'too-many-records'];

/** What is the same in the declarations of all CleverTap routes. */
export const common = {
  scope: 'send',
  credentialFields: true,
  direct: true,
  intake,
  errors: ERRORS,
  headers: {
    callback_url: z.url().describe('CleverTap’s callback URL, for records that bring none.'),
    'X-AES-IV': z.string().describe('Of an encrypted body, `{"ciphertext": …}`: its initialisation vector.'),
    'X-AES-KEY-VERSION': z.string().describe('Of an encrypted body: the version of the account’s key.'),
  },
} as const;
