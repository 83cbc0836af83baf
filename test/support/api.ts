/** What tests of single routes ask of an answer, and of the record behind it. */
import { operations } from '../../src/api/operations';
import type { Answer, Client } from './client';

/** The header of a new key with these scopes. */
export async function bearerOf(
  { call }: Client,
  scopes: string[],
  extra: object = {},
): Promise<{ authorization: string }> {
  const { json } = await call('POST', '/api/v1/api-keys', { name: 'test', scopes, ...extra });
  return { authorization: `Bearer ${json.key}` };
}

/** What a refusal says of fields: `field: message`. */
export const problemsOf = ({ json }: Answer): string[] =>
  json.errors.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`);

/** What was written down of a thing, oldest first. */
export async function auditOf({ database }: Client, subject: string): Promise<[action: string, detail: unknown][]> {
  const { rows } = await database.pool.query<{ action: string; detail: unknown }>(
    `select action, detail from audit where subject = $1 order by id`,
    [subject],
  );
  return rows.map(({ action, detail }) => [action, detail]);
}

/** The declared shape of an operation's answer. */
export const shapeOf = (id: string, status: number) =>
  operations.find((one) => one.id === id)!.answers[status]!.schema!;
