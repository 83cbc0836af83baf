/** What was asked of a provider in each attempt, and what it answered, as the trace of a message shows it. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { MAX_KEPT } from '../../../core/messages/answer-body';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { ERASED_NUMBER } from '../../../core/messages/spellings';
import { openGateway } from '../../../providers/open';
import { previewRequest, type RequestPreview } from '../../../providers/preview';
import { listGatewaysById, unsealGateway, type GatewayRow } from '../../../store/gateways/gateways';
import { ANSWERS_KEPT_DAYS, type ShownAnswer } from '../../../store/messages/provider-answers';
import type { MessageTrace, TracedAttempt } from '../../../store/messages/trace';
import type { ApiDeps } from '../../deps';
import { hiddenBy, toSaid } from '../../http/content';

const NOTES = ['text-hidden', 'text-sensitive', 'text-deleted', 'gateway-changed', 'own-part'] as const;
const REQUEST_MISSING = ['erased', 'not-sent', 'gateway-deleted', 'unreadable'] as const;
const ANSWERS_MISSING = ['taken', 'waiting', 'not-sent', 'erased', 'expired', 'not-kept'] as const;

const cutFrom = z.int().optional().describe('Characters of the whole body, of which this is the beginning.');

const request = z
  .object({
    rebuilt: z
      .literal(true)
      .describe('Requests are not kept: this one is made anew, of the message and its gateway as they are now.'),
    method: z.enum(['GET', 'POST']),
    url: z.string().describe('Secrets are `***`.'),
    contentType: z.string().nullable(),
    body: z.string().nullable().describe('The number is masked and secrets are `***`, whoever asks.'),
    cutFrom,
    notes: z
      .array(z.enum(NOTES))
      .describe(
        'What differs from what left. `text-hidden`: the key lacks the scope `content`; `text-sensitive`: nobody is shown it; `text-deleted`: ' +
          'it is kept no longer; `gateway-changed`: its settings were changed since; `own-part`: it may have left with others in one ' +
          'request, and this is it alone.',
      ),
  })
  .meta({ id: 'AttemptRequest', description: 'What the provider was asked.' });

const answer = z
  .object({
    at: z.iso.datetime(),
    status: z.int().nullable().describe('HTTP; null = no complete answer came, see `failure`.'),
    failure: z.string().optional().describe('Why no complete answer came: the code of the connection.'),
    contentType: z.string().optional(),
    body: z
      .string()
      .nullable()
      .describe(
        'Without secrets, numbers and texts; of a batch this message’s own part. Null = none, or it is not kept.',
      ),
    cutFrom,
    tookMs: z.int(),
    messages: z.int().describe('Messages of the request.'),
  })
  .meta({ id: 'AttemptAnswer', description: 'What the provider answered to a request that it did not take at once.' });

/** Members of an attempt. */
export const exchangeShape = {
  request: request.nullable(),
  requestMissing: z
    .enum(REQUEST_MISSING)
    .optional()
    .describe('Why `request` is null. `unreadable`: what is kept of the gateway no longer fits its provider.'),
  answers: z
    .array(answer)
    .describe(
      `Oldest first, ${ANSWERS_KEPT_DAYS} days long; tries that the provider did not count have the number of the one that it did.`,
    ),
  answersMissing: z
    .enum(ANSWERS_MISSING)
    .optional()
    .describe(
      'Why there are none. `taken`: it took the message at once, and all that is kept of its answer is its id; `not-kept`: none ' +
        'came, or the account had no room for it.',
    ),
};

type Notes = (typeof NOTES)[number][];
type ShownRequest = z.infer<typeof request>;
type RequestPart =
  | { request: ShownRequest; requestMissing?: never }
  | { request: null; requestMissing: (typeof REQUEST_MISSING)[number] };
export type ShownExchange = RequestPart & {
  answers: z.infer<typeof answer>[];
  answersMissing?: (typeof ANSWERS_MISSING)[number];
};

/** What was asked and answered in each attempt of a message, by the attempt's number. */
export async function exchangesOf(
  deps: Pick<ApiDeps, 'database' | 'sealer' | 'publicUrl'>,
  trace: MessageTrace,
  scopes: readonly Scope[],
): Promise<Map<number, ShownExchange>> {
  const ids = [...new Set(trace.attempts.map(({ gateway_id }) => gateway_id))];
  const gateways = new Map((await listGatewaysById(deps.database.db, ids)).map((row) => [row.id, row]));
  const shown = trace.attempts.map(async (attempt): Promise<[number, ShownExchange]> => {
    const answers = trace.answers.filter(({ no }) => no === attempt.no);
    const asked = await requestPart(deps, trace, attempt, gateways.get(attempt.gateway_id), answers, scopes);
    return [attempt.no, { ...asked, ...answersPart(trace, attempt, answers, scopes) }];
  });
  return new Map(await Promise.all(shown));
}

/** It ended without a request. */
const notSent = ({ state, reason }: TracedAttempt): boolean =>
  state === 'refused' && reason !== null && reason.startsWith('not sent: ');

async function requestPart(
  deps: Pick<ApiDeps, 'sealer' | 'publicUrl'>,
  { message }: MessageTrace,
  attempt: TracedAttempt,
  gateway: GatewayRow | undefined,
  answers: readonly ShownAnswer[],
  scopes: readonly Scope[],
): Promise<RequestPart> {
  const without = (requestMissing: (typeof REQUEST_MISSING)[number]): RequestPart => ({
    request: null,
    requestMissing,
  });
  if (message.msisdn === ERASED_NUMBER) return without('erased');
  if (notSent(attempt) && answers.length === 0) return without('not-sent');
  if (gateway === undefined || gateway.deleted_at !== null) return without('gateway-deleted');
  const textNotes = textNotesOf(message, scopes);
  let preview: RequestPreview | null;
  try {
    preview = await previewRequest(openGateway(gateway, unsealGateway(gateway, deps.sealer), deps.publicUrl), {
      attempt: { ...message, no: attempt.no, sender: attempt.sender },
      gateway: { smartEncoding: gateway.smart_encoding, validitySeconds: gateway.validity_seconds },
      shownTo: maskMsisdn(message.msisdn),
      textInstead: textNotes.length === 0 ? null : TEXT_INSTEAD,
    });
  } catch {
    return without('unreadable');
  }
  if (preview === null) return without('not-sent');
  const { request_changed_at: changedAt, sending_pattern: pattern } = gateway;
  const isPart = pattern === 'batch' || answers.some(({ size }) => size > 1);
  const notes: Notes = [
    ...textNotes,
    ...(changedAt !== null && changedAt > attempt.created_at ? (['gateway-changed'] as const) : []),
    ...(isPart ? (['own-part'] as const) : []),
  ];
  return { request: { rebuilt: true, ...preview, ...cut(preview.body), notes } };
}

const TEXT_INSTEAD = '(text not shown)';

function textNotesOf(message: MessageTrace['message'], scopes: readonly Scope[]): Notes {
  const hidden = hiddenBy(message, scopes);
  if (hidden === 'sensitive') return ['text-sensitive'];
  if (message.body === '') return ['text-deleted'];
  return hidden === 'scope' ? ['text-hidden'] : [];
}

const cut = (body: string | null): { body: string | null; cutFrom?: number } =>
  body === null || body.length <= MAX_KEPT ? { body } : { body: body.slice(0, MAX_KEPT), cutFrom: body.length };

const EXPIRED_MS = ANSWERS_KEPT_DAYS * 86_400_000;

function answersPart(
  { message }: MessageTrace,
  attempt: TracedAttempt,
  answers: readonly ShownAnswer[],
  scopes: readonly Scope[],
): Pick<ShownExchange, 'answers' | 'answersMissing'> {
  if (answers.length === 0) return { answers: [], answersMissing: answersMissing(attempt) };
  return {
    answers: answers.map((one) => ({
      at: one.at.toISOString(),
      status: one.status,
      failure: one.failure ?? undefined,
      contentType: one.contentType ?? undefined,
      body: toSaid(one.body, message, scopes) ?? null,
      cutFrom: one.cutFrom ?? undefined,
      tookMs: one.tookMs,
      messages: one.size,
    })),
  };
}

function answersMissing(attempt: TracedAttempt): (typeof ANSWERS_MISSING)[number] {
  const { state, blanked_at: blankedAt, answered_at: answeredAt, created_at: createdAt } = attempt;
  if (state === 'submitting') return 'waiting';
  if (state !== 'refused' && state !== 'unknown') return 'taken';
  if (notSent(attempt)) return 'not-sent';
  if (blankedAt !== null) return 'erased';
  return Date.now() - (answeredAt ?? createdAt).getTime() > EXPIRED_MS ? 'expired' : 'not-kept';
}
