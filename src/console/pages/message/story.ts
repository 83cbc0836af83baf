/** What happened to a message, in sentences and in order: from its request to what CleverTap was told. Pure. */
import type { Schemas } from '../../api';
import { plural, wordOf, type Tone } from '../../parts';

export type Trace = Schemas['MessageTrace'];
export type Attempt = Schemas['Attempt'];
type Receipt = Schemas['Receipt'];
type Callback = Schemas['MessageCallback'];

/** One thing that happened. */
export interface Step {
  /** ISO 8601. */
  at: string;
  tone: Tone;
  sentence: string;
  /** What people quote to a provider. */
  providerId?: string;
  /** The attempt that it ends: with it stands what was asked and answered. */
  attempt?: Attempt;
  /** All that is known of it, by name. */
  facts?: Record<string, string | undefined>;
  /** A callback that can be sent again. */
  replay?: string;
}

/** What things are called; an id that is not here is shown as it is. */
export interface Names {
  gateway(id: string): string;
  webhook(id: string): string;
}

/** Oldest first; what happened at the same moment stays in the order of cause and effect. */
export function storyOf(trace: Trace, names: Names): Step[] {
  const steps = [
    came(trace),
    ...waited(trace),
    ...trace.attempts.flatMap((attempt) => tried(attempt, names)),
    ...trace.receipts.map((receipt) => reported(receipt, trace, names)),
    ...ended(trace),
    ...trace.callbacks.map((callback) => told(callback, names)),
  ];
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const because = (...parts: (string | undefined | null)[]): string => {
  const said = parts.filter((part) => part !== undefined && part !== null && part !== '');
  return said.length === 0 ? '' : `: ${said.join(', ')}`;
};

function came({ acceptedAt, origin, campaignId, resendOf, segments, encoding, service, meta }: Trace): Step {
  const by = origin.keyName === undefined ? '' : ` with the key ${origin.keyName}`;
  const how = origin.kind === 'test' ? 'A person tried a gateway with it'
    : resendOf !== undefined ? `A person sent an earlier message again${by}`
    : origin.kind === 'campaign' ? 'A campaign made it'
    : origin.shape === undefined ? 'It came in, and was accepted'
    : origin.shape === 'api' ? `The API was asked for it${by}`
    : `It came from CleverTap${by}, and was accepted`;
  const alphabet = encoding === 'gsm7' ? 'the SMS alphabet' : 'UCS-2';
  return {
    at: acceptedAt,
    tone: 'good',
    sentence: `${how}: ${plural(segments, 'part')} in ${alphabet}.`,
    facts: { meta: meta ?? undefined, service, contract: origin.shape, key: origin.keyName, campaign: campaignId },
  };
} // prettier-ignore

function waited({ acceptedAt, scheduledAt, heldUntil }: Trace): Step[] {
  const steps: Step[] = [];
  if (scheduledAt !== undefined && Date.parse(scheduledAt) > Date.parse(acceptedAt)) {
    steps.push({ at: scheduledAt, tone: 'busy', sentence: 'Its time: from this moment on it may leave.' });
  }
  if (heldUntil !== undefined) {
    steps.push({ at: heldUntil, tone: 'busy', sentence: 'Its window opens: promotional messages wait for that.' });
  }
  return steps;
}

function tried(attempt: Attempt, names: Names): Step[] {
  const gateway = names.gateway(attempt.gatewayId);
  const under = attempt.sender === null ? '' : ` under ${attempt.sender}`;
  const { answeredAt, class: kind, code, reason, state, no } = attempt;
  const facts = { attempt: String(no), leg: String(attempt.leg), 'sender ID': attempt.sender ?? undefined, gateway };
  const sent: Step = { at: attempt.createdAt, tone: 'busy', sentence: `Attempt ${no}: sent to ${gateway}${under}.`, facts };
  if (answeredAt === undefined && state !== 'unknown') return [{ ...sent, attempt }];
  const answer = { at: answeredAt ?? attempt.createdAt, attempt, facts: { ...facts, class: kind, code, reason } };
  if (state === 'unknown') {
    const sentence = `${gateway} gave no clear answer${because(reason)}. Nobody knows yet whether it has the message.`;
    return [sent, { ...answer, tone: 'warn', sentence }];
  }
  if (state === 'refused') {
    const what = kind === 'sender' ? `refused the sender ID ${attempt.sender ?? ''}`.trim() : 'refused it';
    return [sent, { ...answer, tone: 'bad', sentence: `${gateway} ${what}${because(reason, code && `code ${code}`)}.` }];
  }
  return [
    sent,
    {
      ...answer,
      tone: 'good',
      sentence: `${gateway} took it.`,
      providerId: attempt.providerMessageId ?? undefined,
      facts: { ...facts, 'provider’s id': attempt.providerMessageId ?? undefined },
    },
  ];
} // prettier-ignore

const EFFECTS: Record<Receipt['disposition'], string> = {
  applied: '',
  'no-change': ' That changes nothing.',
  late: ' It came too late to change anything.',
  parked: ' It came before the answer to the attempt, and was kept until then.',
};

function reported({ attemptNo, status, disposition, receivedAt, occurredAt, class: kind, code, reason }: Receipt, trace: Trace, names: Names): Step {
  const attempt = trace.attempts.find(({ no }) => no === attemptNo);
  const who = attempt === undefined ? 'The provider' : names.gateway(attempt.gatewayId);
  const tone: Tone = disposition !== 'applied' ? 'idle' : status === 'delivered' ? 'good' : /fail|reject|expire|undeliver/.test(status) ? 'bad' : 'busy';
  return {
    at: receivedAt,
    tone,
    sentence: `${who} reports “${status}”${because(reason, code && `code ${code}`)}.${EFFECTS[disposition]}`,
    facts: { attempt: attemptNo === null ? undefined : String(attemptNo), 'happened at': occurredAt, class: kind, code, reason },
  };
} // prettier-ignore

const ENDS: Partial<Record<Trace['state'], [tone: Tone, sentence: string]>> = {
  delivered: ['good', 'Delivered to the phone'],
  failed: ['bad', 'It failed'],
  expired: ['bad', 'It expired: it was too old to be of use'],
  suppressed: ['idle', 'It was not sent, because this number must not be sent to'],
  cancelled: ['idle', 'It was cancelled before it left'],
  unknown: ['warn', 'What became of it is not known, and nobody will tell any more'],
};

function ended({ state, settledAt, code, reason }: Trace): Step[] {
  const end = ENDS[state];
  if (settledAt === undefined || end === undefined) return [];
  const [tone, sentence] = end;
  const why = state === 'delivered' ? '' : because(reason, code && `code ${code}`);
  return [{ at: settledAt, tone, sentence: `${sentence}${why}.`, facts: { code, reason } }];
}

function told(callback: Callback, names: Names): Step {
  const { id, webhookId, event, state, tries, nextTryAt, lastStatus, lastError, deliveredAt, createdAt, code, description } = callback;
  const who = names.webhook(webhookId);
  const last = because(lastStatus === undefined ? undefined : `status ${lastStatus}`, lastError);
  const facts = {
    event, code, description, tries: String(tries), 'queued at': createdAt, 'next try': nextTryAt, 'last answer': last.slice(2) || undefined,
  };
  const step = { at: deliveredAt ?? createdAt, facts };
  switch (state) {
    case 'delivered':
      return { ...step, tone: 'good', sentence: `${who} was told “${event}”${tries > 1 ? `, after ${plural(tries, 'try', 'tries')}` : ''}.`, replay: id };
    case 'dead':
      return { ...step, tone: 'bad', sentence: `${who} could not be told “${event}”: given up after ${plural(tries, 'try', 'tries')}${last}.`, replay: id };
    case 'skipped':
      return { ...step, tone: 'idle', sentence: `${who} is not told “${event}”${because(description)}.` };
    default:
      return { ...step, tone: tries === 0 ? 'busy' : 'warn', sentence: `${who} is to be told “${event}”${tries === 0 ? '' : `; ${plural(tries, 'try', 'tries')} failed${last}`}.`, replay: tries === 0 ? undefined : id };
  }
} // prettier-ignore

/** What became of it, in the page's first line. */
export function verdictOf({ state, code, reason, heldUntil, to }: Trace): string {
  switch (state) {
    case 'delivered': return `Delivered to ${to}.`;
    case 'submitted': return `With the provider, which has not yet said what became of it.`;
    case 'submitting': return `On its way to the provider at this moment.`;
    case 'accepted':
    case 'queued':
    case 'refused': return heldUntil === undefined ? `It waits to be sent${because(reason)}.` : 'It waits for its window.';
    default: return `${wordOf(state)}${because(reason, code && `code ${code}`)}.`;
  }
} // prettier-ignore

/** The story as text, to be sent to a provider or kept. @param timeOf as people read moments. */
export const storyText = (trace: Trace, steps: readonly Step[], timeOf: (at: string) => string): string =>
  [
    `Message ${trace.id} to ${trace.to}${trace.meta === null ? '' : `, meta ${trace.meta}`}`,
    ...steps.map(({ at, sentence, providerId }) => `${timeOf(at)}  ${sentence}${providerId === undefined ? '' : ` Provider’s id: ${providerId}`}`),
  ].join('\n'); // prettier-ignore
