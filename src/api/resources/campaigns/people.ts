/** The recipients of a campaign as a request names them: its own, a group's, or an upload's. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Recipient } from '../../../core/audience/audience';
import { mergeVariables, renderTemplate, type Template } from '../../../core/audience/template';
import { planColumns } from '../../../core/audience/upload-file';
import { MAX_META_LENGTH } from '../../../core/audience/upload-row';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { findGroup } from '../../../store/audience/groups';
import { findUpload, listUploadProblems } from '../../../store/audience/uploads';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import {
  copyInvalidRows,
  insertRejected,
  MAX_PROBLEMS,
  type RejectedRecipient,
} from '../../../store/campaigns/rejected';
import type { Database } from '../../../store/database';
import type { Audience, CampaignProblem, Schema } from '../../../store/tables';
import { invalid } from '../../http/invalid';
import { isStorable } from '../../http/text';
import { recipient as recipientSchema, type CampaignBody } from './schema';

/** A recipient of the request that is left out. */
export interface Rejection {
  index: number;
  code: string;
  field: string;
  message: string;
}

/** The audience of a request, as far as it is known beforehand. */
export interface People {
  audience: Audience;
  recipients: Recipient[];
  rejected: Rejection[];
  duplicates: number;
  /** Recipients that are left out already, and why, of the first of them. */
  refused: number;
  problems: CampaignProblem[];
  /** Keeps the rejected with the campaign, once that is stored. */
  keepRejected(tx: Kysely<Schema>, campaignId: string): Promise<void>;
}

const keepNone = (): Promise<void> => Promise.resolve();

/** @throws AppError invalid-request, upload-not-ready */
export async function readPeople(
  { db, pool }: Pick<Database, 'db' | 'pool'>,
  accountId: string,
  country: string,
  body: CampaignBody,
  template: Template,
): Promise<People> {
  const { audience } = body;
  if ('recipients' in audience) return readRecipients(audience.recipients, country, body.variables, template);
  if ('groupId' in audience) {
    const group = await findGroup(db, accountId, audience.groupId);
    if (group === null) throw invalid('audience.groupId', 'names no group of this account');
    if (group.members === 0) throw invalid('audience.groupId', 'names a group without members: add some');
    const audienceOf = { kind: 'group', id: group.id } as const;
    return {
      audience: audienceOf,
      recipients: [],
      rejected: [],
      duplicates: 0,
      refused: 0,
      problems: [],
      keepRejected: keepNone,
    };
  }
  const upload = isUuid(audience.uploadId) ? await findUpload(db, accountId, audience.uploadId) : null;
  if (upload === null) throw invalid('audience.uploadId', 'names no upload of this account');
  if (upload.state !== 'ready') {
    const what =
      upload.state === 'failed' ? `has failed: ${upload.reason ?? ''}` : 'is still being read: try again soon';
    throw new AppError('upload-not-ready', `The upload ${what}`);
  }
  const header = planColumns(upload.columns, { numberColumn: upload.number_column, delimiter: upload.delimiter });
  const numberColumn = header.ok ? header.plan.number.name : '';
  const named = header.ok ? header.plan.variables.map(({ name }) => name) : [];
  const columns = new Set([...named, ...Object.keys(body.variables)]);
  const inAnyCase = new Set([...columns].map((name) => name.toLowerCase()));
  const missing = template.required.filter((name) => !inAnyCase.has(name.toLowerCase()));
  if (missing.length > 0) {
    const have = [...columns].join(', ') || 'none';
    throw invalid(
      'message',
      `has {${missing.join('}, {')}}, which is no column of the upload with values (${have}) and has no default`,
    );
  }
  return {
    audience: { kind: 'upload', id: upload.id },
    recipients: [],
    rejected: [],
    duplicates: Number(upload.duplicates),
    refused: Number(upload.invalid),
    problems: (await listUploadProblems(pool, upload.id, MAX_PROBLEMS)).map((problem) => ({
      ...problem,
      message: withoutNumbers(problem.message),
    })),
    keepRejected: (tx, campaignId) => copyInvalidRows(tx, campaignId, upload.id, numberColumn),
  };
}

const isUuid = (text: string): boolean => z.uuid().safeParse(text).success;

type Read =
  | { ok: true; recipient: Recipient }
  | { ok: false; rejection: Rejection; msisdn: unknown; meta: unknown; variables?: Record<string, string> };

/** Checks one recipient alone. */
function readRecipient(
  value: unknown,
  index: number,
  country: string,
  shared: Record<string, string>,
  template: Template,
): Read {
  const parsed = recipientSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join('.') || 'recipient';
    const { to, custom } = (value ?? {}) as { to?: unknown; custom?: unknown };
    const rejection = { index, code: 'invalid-type', field, message: issue.message };
    return { ok: false, rejection, msisdn: to, meta: custom };
  }
  const { to, variables, custom } = parsed.data;
  const number = normaliseMsisdn(to, country);
  if (!number.ok) {
    const rejection = { index, code: 'invalid-number', field: 'to', message: `to can’t be read: ${number.reason}` };
    return { ok: false, rejection, msisdn: to, meta: custom };
  }
  const rendered = renderTemplate(template, mergeVariables(shared, variables));
  if (!rendered.ok) {
    const names = rendered.missing.map((name) => `{${name}}`).join(', ');
    const message = `${names} has no value and no default`;
    const rejection = { index, code: 'missing-variable', field: 'variables', message };
    return { ok: false, rejection, msisdn: number.e164, meta: custom, variables };
  }
  const recipient = { position: index + 1, msisdn: number.e164, meta: custom ?? null, variables };
  return { ok: true, recipient };
}

/** Checks every recipient of the request alone; the first of several with one number counts. */
function readRecipients(
  list: readonly unknown[],
  country: string,
  shared: Record<string, string>,
  template: Template,
): People {
  const byNumber = new Map<string, Recipient>();
  const rejected: Rejection[] = [];
  const kept: RejectedRecipient[] = [];
  let duplicates = 0;
  for (const [index, value] of list.entries()) {
    const read = readRecipient(value, index, country, shared, template);
    if (!read.ok) {
      rejected.push(read.rejection);
      kept.push(toKept(read));
    } else if (byNumber.has(read.recipient.msisdn)) duplicates++;
    else byNumber.set(read.recipient.msisdn, read.recipient);
  }
  const recipients = [...byNumber.values()];
  if (recipients.length === 0) {
    throw new AppError('invalid-request', 'No recipient can be sent to: see errors', {
      problems: rejected
        .slice(0, MAX_PROBLEMS)
        .map(({ index, field, message }) => ({ field: `audience.recipients[${index}].${field}`, message })),
    });
  }
  return {
    audience: { kind: 'recipients' },
    recipients,
    rejected,
    duplicates,
    refused: rejected.length,
    problems: kept
      .slice(0, MAX_PROBLEMS)
      .map(({ position, code, message }) => ({ position: position - 1, code, message })),
    keepRejected: (tx, campaignId) => insertRejected(tx, campaignId, kept),
  };
}

/** Of a number that can't be read so much is kept. */
const MAX_WRITTEN = 100;
const NUMBER_LIKE = /\d{5,}/g;
/** What is kept with the campaign names places, and no number: it is shown to whoever may see the campaign. */
const withoutNumbers = (message: string): string => message.replace(NUMBER_LIKE, '…');

/** A rejected recipient as it is found again. */
function toKept({ rejection, msisdn, meta, variables }: Extract<Read, { ok: false }>): RejectedRecipient {
  const { index, code, field, message } = rejection;
  return {
    position: index + 1,
    msisdn: typeof msisdn === 'string' && isStorable(msisdn) ? msisdn.slice(0, MAX_WRITTEN) : '',
    meta: typeof meta === 'string' && isStorable(meta) && meta.length <= MAX_META_LENGTH ? meta : null,
    code,
    // Some sentences begin with the field, as a person reads them without its name beside them.
    message: withoutNumbers(message.startsWith(`${field} `) ? message : `${field}: ${message}`),
    ...(variables === undefined ? {} : { variables }),
  };
}

/** The audience that a draft has already, where it is no list that could be read anew: its recipients stay as they are. */
export function keptPeople({ audience, duplicates, refused, problems }: CampaignRow): People | null {
  if (audience.kind === 'group' || audience.kind === 'upload') return null;
  return { audience, recipients: [], rejected: [], duplicates, refused, problems, keepRejected: keepNone };
}
