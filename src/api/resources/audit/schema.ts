/** What the audit can be asked for, and how its rows are shown. */
import { z } from 'zod';
import type { AuditRow } from '../../../store/accounts/audit';
import { instant } from '../../http/instant';
import { keyNameAnswer, subjectNameAnswer } from '../../http/names';
import { pageQuery } from '../../http/page';
import { storable } from '../../http/text';

export const auditQuery = z.strictObject({
  /** `gateway.updated`, or `gateway` for everything that was done to gateways. */
  action: storable(1, 100).optional(),
  subject: storable(1, 100).optional(),
  from: instant.optional(),
  until: instant.optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the nextCursor of the page before')
    .optional(),
  limit: pageQuery.shape.limit,
});

export function toAuditEntry(row: AuditRow): z.input<typeof auditEntry> {
  return {
    id: row.id,
    action: row.action,
    subject: row.subject,
    subjectName: row.subject_name,
    keyId: row.key_id,
    keyName: row.key_name,
    detail: row.detail ?? undefined,
    at: row.at.toISOString(),
  };
}

export const auditEntry = z
  .object({
    id: z.string(),
    action: z.string(),
    subject: z.string(),
    subjectName: subjectNameAnswer,
    keyId: z
      .string()
      .nullable()
      .describe('`environment-…` = the admin key of the environment; null = an earlier version, or nobody.'),
    keyName: keyNameAnswer,
    detail: z.record(z.string(), z.unknown()).optional(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'AuditEntry' });
