/** What is said of a route: the OpenAPI document is made from it, and the tests check every answer against it. */
import type { z } from 'zod';
import type { Scope } from '../core/accounts/api-key';
import type { ErrorCode } from '../errors';

/** A body in one or several media types. */
export interface OperationBody {
  schema: z.ZodType;
  /** Absent = `application/json` only. */
  types?: readonly string[];
  /** The body may be left out. */
  optional?: true;
  /** Further media types whose body looks different, such as the form that says what the JSON does. */
  also?: Record<string, z.ZodType>;
  /** Bodies that work, by a short title: `One message`. Each must fit the schema. */
  examples?: Record<string, unknown>;
}

export interface OperationAnswer {
  description: string;
  /** What the body looks like on the wire; absent = there is none. */
  schema?: z.ZodType;
  /** Absent = `application/json`. */
  type?: string;
  /** Further media types that the body may have. */
  also?: Record<string, z.ZodType>;
  /** A body as it may come; it must fit the schema. */
  example?: unknown;
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
  /** Request headers beside credentials and `Idempotency-Key`, by name. */
  headers?: Record<string, z.ZodType>;
  body?: OperationBody;
  /** Successful answers by status; also an error whose body is not (only) problem details, as JSON. */
  answers: Record<number, OperationAnswer>;
  /** What can go wrong here, beyond what can everywhere (credentials, rate, size, a database that is away). */
  errors?: readonly ErrorCode[];
  /** The credential may come as fields of the body or the query too, as on all CleverTap routes. */
  credentialFields?: true;
  /** What every error looks like here, where it is not problem details. */
  errorAnswer?: { schema: z.ZodType; type: string };
}
