/** What a verdict rests on, as a list of what happened, oldest first. */
import type { MessageFacts, OriginFacts, RefusalFacts, Subject } from '../../../core/why/facts';

export interface Evidence {
  at: Date;
  kind: string;
  sentence: string;
  subject?: Subject;
}

const said = (words: string | null): string => (words === null || words === '' ? '' : `: ${words}`);
const coded = (code: string | null): string => (code === null ? '' : ` (code ${code})`);

function cameFrom(origin: OriginFacts | null): string {
  if (origin === null) return 'The record was accepted.';
  const { shape, keyName } = origin;
  const by = keyName === null ? '' : ` with the key ${keyName}`;
  return shape === 'api' ? `It was asked for by the API${by}.` : `It came from CleverTap (${shape})${by}.`;
}

export function evidenceOfMessage(message: MessageFacts): Evidence[] {
  const all: Evidence[] = [
    {
      at: message.acceptedAt,
      kind: 'accepted',
      sentence: cameFrom(message.origin),
      subject: { kind: 'message', id: message.id },
    },
  ];
  for (const attempt of message.attempts) {
    const under = attempt.sender === null ? '' : ` under ${attempt.sender}`;
    all.push({
      at: attempt.createdAt,
      kind: 'attempt',
      sentence: `Attempt ${attempt.no}: handed to ${attempt.gatewayName}${under}.`,
    });
    const end = attempt.settledAt ?? attempt.answeredAt;
    if (end !== null) {
      all.push({
        at: end,
        kind: 'answer',
        sentence: `Attempt ${attempt.no} is ${attempt.state}${coded(attempt.code)}${said(attempt.reason)}`,
      });
    }
  }
  const { suppression, campaign } = message;
  if (suppression !== null) {
    all.push({
      at: suppression.at,
      kind: 'suppression',
      sentence: `The number was suppressed (${suppression.source})${said(suppression.reason)}`,
    });
  }
  if (campaign?.launchedAt != null) {
    all.push({
      at: campaign.launchedAt,
      kind: 'campaign',
      sentence: `The campaign ${campaign.name} was launched; it is ${campaign.state}.`,
      subject: { kind: 'campaign', id: campaign.id },
    });
  }
  if (message.settledAt !== null) {
    all.push({
      at: message.settledAt,
      kind: 'outcome',
      sentence: `The message came to its end: ${message.state}${coded(message.code)}.`,
    });
  }
  for (const callback of message.callbacks) {
    const answer = callback.lastStatus === null ? said(callback.lastError) : `, last answered ${callback.lastStatus}`;
    all.push({
      at: callback.createdAt,
      kind: 'callback',
      sentence: `The callback “${callback.event}” is ${callback.state} after ${callback.tries === 1 ? '1 try' : `${callback.tries} tries`}${answer}`,
      ...(callback.webhook === null ? {} : { subject: { kind: 'webhook', id: callback.webhook.id } as const }),
    });
  }
  return all.sort((one, other) => one.at.getTime() - other.at.getTime());
}

export const evidenceOfRefusal = ({ requestId, at, shape, status, problem }: RefusalFacts): Evidence => ({
  at,
  kind: 'refusal',
  sentence: `A request (${shape}) was answered ${status}; ${problem.code}: ${problem.message}`,
  subject: { kind: 'request', id: requestId },
});
