/** What is suppressed, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { MAX_REASON_LENGTH } from '../../../core/audience/suppression-row';
import { SUPPRESSED_CLASSES } from '../../../core/messages/suppression';
import type { Consent, Suppression } from '../../../store/messages/suppressions';
import type { UploadError, UploadRow } from '../../../store/audience/uploads';
import { importWorkflowId } from '../../../workflows/contract';
import { safeCell } from '../../http/csv';
import { phoneNumber } from '../../http/number';
import { pageQuery } from '../../http/page';
import { workflowLink, type WorkflowLinks } from '../../http/workflow-link';
import { settings as fileSettings, toError, upload } from '../uploads/schema';

/** Numbers in one request. */
const MAX_NUMBERS = 5_000;

const reason = z.string().max(MAX_REASON_LENGTH).optional();
const classes = z
  .enum(SUPPRESSED_CLASSES)
  .optional()
  .describe('What it stops: `promotional` lets passwords and service messages pass. Absent: as the account has it.');

const one = z.strictObject({ to: phoneNumber, reason: reason.nullable(), classes });
const many = z.strictObject({
  numbers: z.array(z.string('must be a string: a phone number with country code')).min(1).max(MAX_NUMBERS),
  reason: reason.nullable(),
  classes,
});

/** As it is documented: one or the other. */
export const suppression = z.union([one, many]);

/** What a body is held against: the kind that it names, so that what is wrong is told of that one. */
export const kindOf = (body: unknown): z.ZodType<z.output<typeof suppression>> =>
  typeof body === 'object' && body !== null && 'numbers' in body ? many : one;

/** How a file is read: in the query, since the body is the file. */
export const importQuery = fileSettings.extend({ classes });

const number = z.string().describe('One number only, with country code; `+` is written `%2B` or left out.').optional();

export const suppressionQuery = z.strictObject({ ...pageQuery.shape, to: number });
export const consentQuery = suppressionQuery;

const evidence = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('What stands behind it: gateway, word and message; the import and its row; the key.');
const source = z
  .enum(['inbound', 'provider', 'person', 'import'])
  .describe('A text of the phone, a provider’s word, a call of the API, or a list.');

export const suppressionAnswer = z
  .object({
    id: z.uuid(),
    to: z.string().describe('E.164; of an erased number `#` and a keyed hash: it is still suppressed.'),
    source,
    classes: z.enum(SUPPRESSED_CLASSES),
    reason: z.string().nullable(),
    at: z.iso.datetime().describe('Since when.'),
    evidence,
  })
  .meta({ id: 'Suppression' });

/** What a process of the release before wrote. */
const OLD_SOURCES = { 'opt-out': 'inbound', manual: 'person' } as const;

export function toSuppression(row: Suppression): z.input<typeof suppressionAnswer> {
  const { id, msisdn, source: from, reason: why, at } = row;
  return {
    id,
    to: msisdn,
    source: from === 'opt-out' || from === 'manual' ? OLD_SOURCES[from] : from,
    classes: row.classes,
    reason: why,
    at: at.toISOString(),
    evidence: row.evidence,
  };
}

/** What became of numbers that came in a request. */
export const listAnswer = z
  .object({
    rows: z.int(),
    valid: z.int(),
    invalid: z.int(),
    added: z.int().describe('Numbers that were not suppressed before.'),
    errors: upload.shape.errors,
  })
  .meta({ id: 'SuppressionList' });

export const importAnswer = z
  .object({
    id: z.uuid(),
    ...workflowLink,
    name: z.string().optional(),
    state: z.enum(['processing', 'ready', 'failed']),
    rows: z.int().describe('Rows read so far; neither the header nor blank rows count.'),
    valid: z.int(),
    invalid: z.int(),
    added: z
      .int()
      .describe('Numbers that were not suppressed before. They are in force at once, also when it fails later.'),
    reason: z.string().optional().describe('Why it failed.'),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
    errors: upload.shape.errors,
  })
  .meta({ id: 'SuppressionImport' });

/** Nobody needs the numbers to mend the file: the row tells where they are. */
export const NO_SCOPES: readonly Scope[] = [];

/** @param errors the first of them. */
export function toImport(
  row: UploadRow,
  errors: readonly UploadError[],
  linkTo: WorkflowLinks,
): z.input<typeof importAnswer> {
  return {
    id: row.id,
    ...linkTo(importWorkflowId(row.id)),
    name: row.name ?? undefined,
    state: row.state as 'processing' | 'ready' | 'failed',
    rows: row.rows,
    valid: row.valid,
    invalid: row.invalid,
    added: row.valid - row.duplicates,
    reason: row.reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
    errors: errors.map((error) => toError(error, NO_SCOPES)),
  };
}

export const consentAnswer = z
  .object({
    id: z.uuid(),
    kind: z.enum(['opt-out', 'opt-in']),
    source,
    classes: z.enum(SUPPRESSED_CLASSES).nullable().describe('What an opt-out stops.'),
    counted: z.boolean().describe('False: an opt-in that lifted nothing, because the callback proves no sender.'),
    at: z.iso.datetime().describe('When it was said.'),
    recordedAt: z.iso.datetime(),
    keyId: z.string().nullable(),
    numberHash: z.string().describe('Keyed hash of the number, as in the audit: the same number, the same hash.'),
    evidence,
  })
  .meta({ id: 'Consent' });

export const toConsent = (row: Consent): z.input<typeof consentAnswer> => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  classes: row.classes,
  counted: row.counted,
  at: row.at.toISOString(),
  recordedAt: row.recorded_at.toISOString(),
  keyId: row.key_id,
  numberHash: row.number_hash.toString('hex'),
  evidence: row.evidence,
});

/** Columns of the export; a list that is brought in reads those of the same names. */
export const EXPORT_COLUMNS = ['to', 'classes', 'source', 'reason', 'at', 'id'] as const;

/** Reasons are somebody else's, and a spreadsheet that opens and saves the file must leave numbers as they are. */
export function toExported(row: Suppression): Record<(typeof EXPORT_COLUMNS)[number], string | null> {
  const { to, classes: what, source: from, reason: why, at, id } = toSuppression(row);
  return { to: safeCell(to), classes: what, source: from, reason: safeCell(why), at, id };
}
