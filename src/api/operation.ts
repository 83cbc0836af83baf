/** What is said of a route: the OpenAPI document is made from it, and the tests check every answer against it. */
import type { z } from 'zod';
import type { Scope } from '../core/api-key';
import type { ErrorCode } from '../errors';

/** A body in one or several media types. */
export interface OperationBody {
  schema: z.ZodType;
  /** Absent = `application/json` only. */
  types?: readonly string[];
  /** The body may be left out. */
  optional?: true;
}

export interface OperationAnswer {
  description: string;
  /** What the body looks like on the wire; absent = there is none. */
  schema?: z.ZodType;
  /** Absent = `application/json`. */
  type?: string;
}

export interface Operation {
  /** Unique, camelCase: `listGateways`. */
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express writes it: `/api/v1/gateways/:id`. */
  path: string;
  /** The group it is shown in: `Gateways`. */
  tag: string;
  summary: string;
  description?: string;
  /** What a key must be allowed; null = no key is asked for. */
  scope: Scope | null;
  /** What each parameter of the path is; absent = text. */
  params?: Record<string, z.ZodType>;
  query?: z.ZodObject;
  body?: OperationBody;
  /** Successful answers by status. */
  answers: Record<number, OperationAnswer>;
  /** What can go wrong here, beyond what can everywhere (credentials, rate, size, a database that is away). */
  errors?: readonly ErrorCode[];
}
