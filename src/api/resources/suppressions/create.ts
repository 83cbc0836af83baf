/** `POST /api/v1/suppressions`: one number, a list in the request, or a file. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { maskDigits, maskMsisdn, normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { insertSuppressionList } from '../../../store/audience/suppression-lists';
import { audited } from '../../../store/accounts/audit';
import { insertSuppression } from '../../../store/messages/suppressions';
import { endpoint, reply, type Call } from '../../endpoint';
import { readBody } from '../../http/body';
import { readJson } from '../../http/fields';
import { readNumber } from '../../http/number';
import { refuseUnstorable } from '../../http/text';
import { validate } from '../../http/validate';
import { receiveFile } from '../uploads/receive';
import { SHOWN_ERRORS } from '../uploads/schema';
import {
  importAnswer,
  importQuery,
  kindOf,
  listAnswer,
  suppression,
  suppressionAnswer,
  toImport,
  toSuppression,
} from './schema';

const FILE = /^(text\/csv|multipart\/form-data)\b/i;
const file = z
  .string()
  .describe('CSV with a header row: a column with the numbers, and if you like reason, classes, at.');

type CreateCall = Call<never, z.output<typeof importQuery>>;
type Body = z.output<typeof suppression>;
type ListBody = Extract<Body, { numbers: string[] }>;
type OneBody = Exclude<Body, ListBody>;

export const createSuppressions = endpoint(
  {
    id: 'createSuppression',
    method: 'post',
    path: '/api/v1/suppressions',
    tag: 'Suppressions',
    summary: 'Suppresses a number, or a list of them, up to the moment of sending.',
    description:
      'A number, or up to 5,000, as JSON; a list of any size as CSV, whose rows are read after the answer: follow its ' +
      '`state` at `/api/v1/suppressions/imports/{id}`. The query is for files. To bring a number or a list again changes nothing.',
    scope: 'manage',
    query: importQuery,
    streams: true,
    takes: {
      schema: suppression,
      also: { 'text/csv': file, 'multipart/form-data': z.strictObject({ file }) },
      examples: {
        'One number': { to: '+919800000001', reason: 'asked by phone' },
        'A list': { numbers: ['+919800000001', '+919800000002'], classes: 'promotional' },
      },
    },
    answers: {
      201: {
        description: 'The suppression; of a list, what became of its numbers; of a file, the import.',
        schema: z.union([suppressionAnswer, listAnswer, importAnswer]),
      },
    },
    errors: ['invalid-request', 'malformed-body', 'request-timeout'],
  },
  async (call: CreateCall) => {
    if (FILE.test(call.request.headers['content-type'] ?? '')) return importFile(call);
    const body = await readSuppression(call);
    return 'numbers' in body ? suppressList(call, body) : suppressOne(call, body);
  },
);

/** @throws AppError malformed-body, invalid-request, too-large */
async function readSuppression({ deps, actor, request, response, stream }: CreateCall): Promise<Body> {
  await readBody(request, response, () => ({ budget: deps.bodies.known, party: actor.accountId }));
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  stream?.complete(hash('sha256', bytes, 'buffer'));
  const json = readJson(request);
  refuseUnstorable(json, 'body');
  return validate<Body>(kindOf(json), json);
}

async function suppressOne({ deps, actor }: CreateCall, { to, reason, classes }: OneBody) {
  const { account } = await deps.accounts.context(actor.accountId);
  const msisdn = readNumber(to, account.default_country);
  const numberHash = await deps.numberHash(msisdn);
  const row = await audited(
    deps.database.db,
    actor,
    (tx) => insertSuppression(tx, { ...actor, msisdn, numberHash, reason: reason ?? undefined, classes }),
    ({ id }) => ({
      action: 'suppression.created',
      subject: id,
      detail: { to: maskMsisdn(msisdn), numberHash: numberHash.toString('hex') },
    }),
  );
  return toSuppression(row);
}

async function suppressList({ deps, actor }: CreateCall, { numbers, reason, classes }: ListBody) {
  const { account } = await deps.accounts.context(actor.accountId);
  const known = new Set<string>();
  const errors: z.input<typeof listAnswer>['errors'] = [];
  numbers.forEach((number, i) => {
    const reading = normaliseMsisdn(number, account.default_country);
    if (reading.ok) known.add(reading.e164);
    else
      errors.push({ row: i + 1, column: 'numbers', value: maskDigits(number.slice(0, 100)), message: reading.reason });
  });
  if (known.size === 0) {
    throw new AppError('invalid-request', 'None of the numbers can be read', {
      problems: errors.slice(0, SHOWN_ERRORS).map(({ row, message }) => ({ field: `numbers[${row - 1}]`, message })),
    });
  }
  const draft = {
    ...actor,
    numbers: await Promise.all(
      [...known].map(async (msisdn) => ({ msisdn, numberHash: await deps.numberHash(msisdn) })),
    ),
    reason: reason ?? null,
    classes,
  };
  const counts = { rows: numbers.length, valid: numbers.length - errors.length, invalid: errors.length };
  const added = await audited(
    deps.database.db,
    actor,
    (tx) => insertSuppressionList(tx, draft),
    (count) => ({ action: 'suppressions.imported', subject: 'numbers', detail: { ...counts, added: count } }),
  );
  return reply(201, { ...counts, added, errors: errors.slice(0, SHOWN_ERRORS) });
}

async function importFile({ deps, actor, query, request, stream }: CreateCall) {
  const { account } = await deps.accounts.context(actor.accountId);
  const { classes = account.opt_out_classes, ...wanted } = query;
  const suppressions = { classes, keyId: actor.keyId };
  const row = await receiveFile(deps, actor, request, { ...wanted, suppressions, stream });
  deps.startImport({ uploadId: row.id, accountId: row.account_id });
  return toImport(row, [], deps.workflowLink);
}
