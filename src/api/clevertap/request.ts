/** A CleverTap request's body, and those of its fields that may carry credentials. */
import type { Request } from 'express';
import { isJsonObject } from '../http/json';
import { readFields } from '../http/body';
import { idempotencyKeyOf } from '../http/idempotency';

export interface FieldsBody {
  body: unknown;
  /** Top-level fields (of `root`, where there is one). */
  fields: Record<string, unknown>;
}

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

export function bodyFields(request: Request): FieldsBody {
  const body = readFields(request);
  const fields = isJsonObject(body) ? (isJsonObject(body.root) ? { ...body, ...body.root } : body) : {};
  return { body, fields };
}
