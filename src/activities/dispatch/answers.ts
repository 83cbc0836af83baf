/** What providers answer, as it is heard on the wire, and what of it is kept: all but plain acceptances. */
import type { Pool } from 'pg';
import { BoundedMap } from '../../core/concurrency/bounded-map';
import { TokenBucket } from '../../core/concurrency/token-bucket';
import { readAnswer, type KeptBody } from '../../core/messages/answer-body';
import { uuidv7 } from '../../core/messages/ids';
import type { HttpClient } from '../../outbound/client';
import { OutboundError } from '../../outbound/errors';
import type { HttpRequest, HttpResponse } from '../../outbound/http';
import { hasSecret, secretsOf, withoutSecrets } from '../../providers/open';
import type { OutboundMessage, SubmitResult } from '../../providers/provider';
import { keepAnswers, type AnswerDraft } from '../../store/messages/provider-answers';
import type { DispatchGateway } from './gateways';

/** One wire request, and what came of it. */
interface Exchange {
  request: HttpRequest;
  /** A text is the code of the failure that there was in place of an answer. */
  answer: HttpResponse | string;
  tookMs: number;
}

/**
 * The way out, for one submission: it remembers what was asked, and says what was answered where somebody wants to know.
 * Nearly nobody does, so a request costs no more than its place in the list.
 */
export class Listener implements HttpClient {
  private readonly asked: { request: HttpRequest; startedMs: number; response: Promise<HttpResponse> }[] = [];

  constructor(private readonly http: HttpClient) {}

  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const response = this.http.request(request, signal);
    this.asked.push({ request, startedMs: performance.now(), response });
    return response;
  }

  /** To be asked when the submission has just ended. Adapters ask one after the other: one had ended when the next began. */
  async heard(): Promise<Exchange[]> {
    const endedMs = performance.now();
    const exchanges = this.asked.map(async ({ request, startedMs, response }, at) => ({
      request,
      answer: await response.catch(failureOf),
      tookMs: Math.round((this.asked[at + 1]?.startedMs ?? endedMs) - startedMs),
    }));
    return (await Promise.all(exchanges)).filter((one): one is Exchange => one.answer !== null);
  }
}

/** The code of a connection's failure; null = a defect, which is told elsewhere. */
const failureOf = (error: unknown): string | null => (error instanceof OutboundError ? error.code : null);

/** A submission of which something was not taken. */
export interface Submission {
  gateway: Pick<DispatchGateway, 'adapter' | 'config'>;
  /** Its messages, each with its attempt as the adapter got it, and with what came of it. */
  part: readonly { id: string; no: number; options: { sensitive?: true } | null }[];
  messages: readonly OutboundMessage[];
  answers: readonly SubmitResult[];
  heard: readonly Exchange[];
}

/** What an account's answers may take of each process: so much at once, and again within a day. */
const MAX_BYTES = 16 * 1_048_576;
const DAY_SECONDS = 86_400;
/** Bytes of a row beside its body, and of each message of it. */
const ROW_BYTES = 200;
const MESSAGE_BYTES = 50;
/** Accounts whose room is remembered. */
const MAX_ACCOUNTS = 10_000;

export interface AnswerLog {
  /** Keeps what was answered, where the account has room for it. Never fails: nothing may wait for it, or be lost for it. */
  keep(accountId: string, submissions: readonly Submission[]): Promise<void>;
}

export function createAnswerLog(pool: Pool, log: { warn(fields: object, message: string): void }): AnswerLog {
  const rooms = new BoundedMap<string, TokenBucket>(MAX_ACCOUNTS);
  const hasRoom = (accountId: string, draft: AnswerDraft): boolean => {
    const room = rooms.get(accountId) ?? new TokenBucket(MAX_BYTES / DAY_SECONDS, MAX_BYTES, performance.now());
    rooms.set(accountId, room);
    const bytes = ROW_BYTES + (draft.body?.length ?? 0) + MESSAGE_BYTES * draft.of.length;
    return room.take(performance.now(), bytes).ok;
  };
  return {
    async keep(accountId, submissions) {
      if (submissions.length === 0) return;
      try {
        const drafts = submissions
          .flatMap((submission) => draftsOf(submission))
          .map((draft) => ({ ...draft, accountId }))
          .filter((draft) => hasRoom(accountId, draft));
        if (drafts.length > 0) await keepAnswers(pool, drafts);
      } catch (err) {
        log.warn({ accountId, err }, 'what providers answered is not kept');
      }
    },
  };
}

/** What is kept of a submission: of each wire request one row for all messages that are shown the same of its answer. */
export function draftsOf({ gateway, part, messages, answers, heard }: Submission): Omit<AnswerDraft, 'accountId'>[] {
  const secrets = secretsOf(gateway.adapter, gateway.config);
  return heard.flatMap((exchange) => {
    const places = messages.flatMap(({ to }, place) => (isOf(exchange, to, heard) ? [place] : []));
    const refused = places.filter((place) => !answers[place]!.ok);
    if (refused.length === 0) return [];
    const bodyOf = bodiesOf(exchange, places.map((place) => ({ ...messages[place]!, ...part[place]! })), secrets); // prettier-ignore
    const rows = new Map<string, { kept: KeptBody | null; of: number[] }>();
    for (const place of refused) {
      const kept = bodyOf(places.indexOf(place));
      const row = rows.get(kept?.body ?? NO_BODY);
      if (row === undefined) rows.set(kept?.body ?? NO_BODY, { kept, of: [place] });
      else row.of.push(place);
    }
    const { answer, tookMs } = exchange;
    const said = typeof answer === 'string' ? null : answer;
    return [...rows.values()].map(({ kept, of }) => ({
      id: uuidv7(),
      of: of.map((place) => ({ messageId: part[place]!.id, no: part[place]!.no })),
      size: places.length,
      status: said?.status ?? null,
      failure: typeof answer === 'string' ? answer : null,
      contentType: contentTypeOf(said),
      body: kept?.body ?? null,
      cutFrom: kept?.cutFrom ?? null,
      tookMs,
    }));
  });
}

/** Nothing that JSON or a text could be. */
const NO_BODY = '\0';

/** Where an adapter made several requests, each is about the numbers that it names. */
const isOf = ({ request }: Exchange, to: string, heard: readonly Exchange[]): boolean =>
  heard.length === 1 || `${request.url} ${request.body ?? ''}`.includes(to.replace('+', ''));

type Asked = OutboundMessage & { options: { sensitive?: true } | null };

/** @returns what is kept of the body for the message at a place of `asked`; null = there is none, or nobody is to see it. */
function bodiesOf(
  { answer }: Exchange,
  asked: readonly Asked[],
  secrets: readonly string[],
): (place: number) => KeptBody | null {
  // What is about a sensitive message can't be told apart for certain: nothing of it is kept, for none of its request.
  const isSensitive = asked.some(({ options }) => options?.sensitive === true);
  if (typeof answer === 'string' || answer.body === '' || isSensitive) return () => null;
  const hide = (text: string): string => {
    const clean = withoutSecrets(text.replaceAll('\0', ' '), secrets);
    return hasSecret(clean, secrets) ? '***' : clean;
  };
  return readAnswer(
    answer.body,
    asked.map(({ id, to, text }) => ({ wireId: id, msisdn: to, text })),
    hide,
  );
}

/** A type of contents with its character set: other parameters may say anything. */
const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,60}(;\s*charset=[\w-]{1,20})?/i;

function contentTypeOf(answer: HttpResponse | null): string | null {
  const header = answer?.headers['content-type'];
  return typeof header === 'string' ? (MEDIA_TYPE.exec(header)?.[0] ?? null) : null;
}
