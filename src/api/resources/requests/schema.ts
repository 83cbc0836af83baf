/** How requests of the ingress are shown, and what the list may be asked. */
import { z } from 'zod';
import { hasScope, type Scope } from '../../../core/accounts/api-key';
import { maskDigits, maskMsisdn } from '../../../core/messages/msisdn';
import type { ShownLatest, ShownRequest } from '../../../store/accounts/requests';
import { withoutNumbers } from '../../http/content';
import { instant } from '../../http/instant';
import { pageOf, pageQuery } from '../../http/page';
import { SHAPES } from '../../../core/messages/send-id';

const OUTCOMES = ['refused', 'partly', 'taken'] as const;

export const requestsQuery = z.strictObject({
  outcome: z
    .enum(OUTCOMES)
    .optional()
    .describe('`refused` or `partly`; `taken` shows the latest one of each key and contract. Absent = the first two.'),
  to: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('A number of a refused record, in whatever spelling, or as it was written.'),
  meta: z.string().min(1).max(500).optional().describe('The meta of a refused record.'),
  from: instant.optional().describe('Answered at this moment or later.'),
  until: instant.optional().describe('Answered before this moment.'),
  cursor: z.uuid().optional(),
  limit: pageQuery.shape.limit,
});

const ofRequest = {
  shape: z.enum(SHAPES).describe('Whose contract it came by; `api` is our own.'),
  keyId: z.string().describe('The API key, or the one that it names and did not show.'),
  keyName: z.string().nullable(),
};
const status = z.int().describe('HTTP status of the answer.');
const outcome = z.enum(OUTCOMES).describe('`partly`: some records were taken, others refused.');
const code = z.string().optional().describe('Why the request as a whole was refused: see the errors.');

export const requestAnswer = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    ...ofRequest,
    route: z.string(),
    status,
    outcome,
    code,
    message: z.string().optional(),
    accepted: z.int().describe('Records.'),
    rejected: z.int().describe('Records.'),
    problems: z
      .array(
        z.object({
          index: z
            .int()
            .nullable()
            .describe('Place of the record in the request, from 0; null = it is about the request.'),
          to: z
            .string()
            .nullable()
            .describe(
              'E.164, or as it was written where it can’t be read; masked unless the key has the scope `manage`.',
            ),
          meta: z.string().nullable(),
          field: z.string().nullable(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .describe('In a list the first twenty of each request, of one request all that are kept: the first thousand.'),
    body: z
      .string()
      .optional()
      .describe(
        'What the first refused records said, without credentials, 2 KB at most; to the scope `content` or `manage`.',
      ),
  })
  .meta({ id: 'IngressRequest', description: 'A request by which messages come in.' });

export const requestsPage = pageOf(requestAnswer).extend({
  dropped: z.int().describe('Requests of these days that were refused and not kept, for there were too many at once.'),
});

export const latestAnswer = z
  .object({
    ...ofRequest,
    at: z.iso.datetime(),
    status,
    outcome,
    code,
    takenAt: z.iso.datetime().optional().describe('The latest of which something was taken; absent = none was yet.'),
  })
  .meta({ id: 'LatestRequest', description: 'The latest request of a key in one contract.' });

/** @param scopes full numbers are shown to `manage`, words to `content`. */
export function toRequest(row: ShownRequest, scopes: readonly Scope[]): z.input<typeof requestAnswer> {
  const isWhole = hasScope(scopes, 'manage');
  const said = (text: string): string => (isWhole ? text : withoutNumbers(text));
  const shown = (msisdn: string | null): string | null =>
    msisdn === null || isWhole ? msisdn : /^\+?\d+$/.test(msisdn) ? maskMsisdn(msisdn) : maskDigits(msisdn);
  return {
    id: row.id,
    at: row.at.toISOString(),
    shape: row.shape as (typeof SHAPES)[number],
    route: row.route,
    keyId: row.key_id,
    keyName: row.key_name,
    status: row.status,
    outcome: row.outcome,
    code: row.code ?? undefined,
    message: row.message === null ? undefined : said(row.message),
    accepted: row.accepted,
    rejected: row.rejected,
    problems: row.problems.map(({ record, msisdn, meta, field, code, message }) => ({
      index: record, to: shown(msisdn), meta, field, code, message: said(message),
    })), // prettier-ignore
    body: row.body !== null && hasScope(scopes, 'content') ? said(row.body) : undefined,
  };
}

export const toLatest = (row: ShownLatest): z.input<typeof latestAnswer> => ({
  keyId: row.key_id,
  keyName: row.key_name,
  shape: row.shape as (typeof SHAPES)[number],
  at: row.at.toISOString(),
  status: row.status,
  outcome: row.outcome,
  code: row.code ?? undefined,
  takenAt: row.taken_at?.toISOString(),
});

/** The latest request of which something was taken, as a request; null = there is none. */
export function takenOf(row: ShownLatest): ShownRequest | null {
  const { taken_id: id, taken_at: at, taken_route: route, taken_accepted: accepted } = row;
  if (id === null || at === null) return null;
  const { shape, key_id, key_name } = row;
  return {
    id, at, shape, route: route ?? '', key_id, key_name, outcome: 'taken', status: 200, code: null, message: null,
    accepted: accepted ?? 0, rejected: 0, body: null, problems: [],
  }; // prettier-ignore
}
