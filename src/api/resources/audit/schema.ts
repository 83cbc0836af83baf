/** What the audit can be asked for, and how its rows are shown. */
import { z } from 'zod';
import type { AuditRow } from '../../../store/accounts/audit';
import type { Operation } from '../../operation';
import { storable } from '../../http/text';

const MAX_LIMIT = 500;
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional();

export const auditQuery = z.strictObject({
  /** `gateway.updated`, or `gateway` for everything that was done to gateways. */
  action: storable(1, 100).optional(),
  subject: storable(1, 100).optional(),
  from: time,
  until: time,
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the nextCursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
});

export function toAuditEntry(row: AuditRow): z.input<typeof auditEntry> {
  return {
    id: row.id,
    action: row.action,
    subject: row.subject,
    keyId: row.key_id,
    detail: row.detail ?? undefined,
    at: row.at.toISOString(),
  };
}

const auditEntry = z
  .object({
    id: z.string(),
    action: z.string(),
    subject: z.string(),
    /** Null = the admin key of the environment. */
    keyId: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()).optional(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'AuditEntry' });

export const operations: Operation[] = [
  {
    id: 'listAudit',
    method: 'get',
    path: '/api/v1/audit',
    tag: 'Audit',
    summary: 'Who changed what in the account, newest first.',
    scope: 'manage',
    query: auditQuery,
    answers: {
      200: {
        description: 'A page of changes.',
        schema: z.object({ items: z.array(auditEntry), nextCursor: z.string().nullable() }),
      },
    },
    errors: ['invalid-request'],
  },
];
