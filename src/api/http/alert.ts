/** An alert as it is answered and told. */
import { z } from 'zod';
import { ALERT_KINDS, ALERT_SUBJECTS, type AlertRow } from '../../store/webhooks/alerts';

export const alertAnswer = z
  .object({
    id: z.uuid(),
    kind: z.enum(ALERT_KINDS),
    subject: z.object({ kind: z.enum(ALERT_SUBJECTS), id: z.string(), name: z.string() }),
    openedAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
    sentence: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Alert' });

export function toAlert(row: AlertRow): z.input<typeof alertAnswer> {
  return {
    id: row.id,
    kind: row.kind,
    subject: { kind: row.subject_kind, id: row.subject_id, name: row.subject_name },
    openedAt: (row.opened_at ?? row.seen_at).toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    sentence: row.sentence,
    remedy: row.remedy,
  };
}
