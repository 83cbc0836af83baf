/** A CleverTap request's body, and those of its fields that may carry credentials. */
import type { Request } from 'express';
import { isJsonObject } from '../../core/json';
import { readFields } from '../body';

export interface FieldsBody {
  body: unknown;
  /** Top-level fields (of `root`, where there is one). */
  fields: Record<string, unknown>;
}

export function bodyFields(request: Request): FieldsBody {
  const body = readFields(request);
  const fields = isJsonObject(body) ? (isJsonObject(body.root) ? { ...body, ...body.root } : body) : {};
  return { body, fields };
}
