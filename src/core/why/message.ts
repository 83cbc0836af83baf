/** Why a message did not arrive, or not yet: one verdict. Pure. */
import type { FailureClass } from '../messages/outcome';
import { stallOf, stopByCampaign } from './campaign';
import type { AttemptFacts, MessageFacts, SuppressionFacts, Tell, Verdict } from './facts';
import { stopOfAll } from './gateway';
import { untoldOf } from './webhook';

type Rule = (message: MessageFacts, tell: Tell, now: Date) => Verdict | null;

const link = ({ id }: MessageFacts): string => `/console/messages/${id}`;
const said = (words: string | null): string => (words === null || words === '' ? '' : `: ${words}`);
const quoted = ({ code, reason }: Pick<AttemptFacts, 'code' | 'reason'>): string =>
  code === null ? said(reason) : reason === null ? ` (code ${code})` : `: ${reason} (code ${code})`;
const since = (at: Date | null): Pick<Verdict, 'since'> => (at === null ? {} : { since: at });
const resend = (message: MessageFacts, first: string): Verdict['remedy'] => ({
  sentence: `${first}send the message again.`,
  action: { method: 'POST', path: `/api/v1/messages/${message.id}/resend` },
  link: link(message),
});
const nothing = (message: MessageFacts, sentence = 'Nothing has to be done.'): Verdict['remedy'] => ({
  sentence,
  link: link(message),
});
const last = ({ attempts }: MessageFacts): AttemptFacts | null => attempts.at(-1) ?? null;

/** By what the last attempt came to: whose fault, in words, and what mends it. */
const REFUSED: Record<FailureClass, { who: Verdict['who']; what: string; mend: string }> = {
  recipient: {
    who: 'recipient',
    what: 'refused this number, or could not reach it',
    mend: 'Check the number with the customer, then ',
  },
  content: {
    who: 'you',
    what: 'refused the text or its template',
    mend: 'Mend the text or its registration (DLT), then ',
  },
  sender: {
    who: 'you',
    what: 'refused the sender ID',
    mend: 'Register the sender ID with the provider, or give a fallback, then ',
  },
  account: {
    who: 'you',
    what: 'refused everything of the account',
    mend: 'Mend the account at the provider (credit, login), then ',
  },
  transient: { who: 'provider', what: 'could not take it for the moment', mend: 'Once the provider is well, ' },
  unknown: {
    who: 'provider',
    what: 'did not say whether it took it',
    mend: 'Ask the provider by its message id; only then ',
  },
};

const SUPPRESSED: Record<
  SuppressionFacts['source'],
  (s: SuppressionFacts) => Pick<Verdict, 'code' | 'sentence' | 'who'>
> = {
  inbound: ({ word }) => ({
    code: 'opted-out',
    sentence: `The recipient has opted out by a text${word === null ? '' : ` (${word.toUpperCase()})`}: nothing is sent to the number.`,
    who: 'recipient',
  }),
  provider: ({ word }) => ({
    code: 'opted-out-at-provider',
    sentence: `The recipient has opted out at the provider${word === null ? '' : ` (code ${word})`}: nothing is sent to the number.`,
    who: 'recipient',
  }),
  person: ({ keyName, reason }) => ({
    code: 'suppressed-by-hand',
    sentence: `The number was suppressed by hand, under the key ${keyName ?? 'of the administrator'}${said(reason)}.`,
    who: 'you',
  }),
  import: ({ keyName, reason }) => ({
    code: 'suppressed-by-list',
    sentence: `The number stands on a list of suppressions that was brought under the key ${keyName ?? 'of the administrator'}${said(reason)}.`,
    who: 'you',
  }),
};

/** Why nothing is sent to a number. */
export function verdictOfSuppression(suppression: SuppressionFacts): Verdict {
  const { id, source, at, isShared, promotionalOnly, reason } = suppression;
  const { code, sentence, who } = SUPPRESSED[source](suppression);
  const scope = `${promotionalOnly ? ' Only promotional messages are held back.' : ''}${isShared ? ' Another account of this deployment has it, and opt-outs are shared.' : ''}`;
  const words = who === 'recipient' && reason !== null && source !== 'inbound' ? ` The provider says: ${reason}.` : '';
  const remedy: Verdict['remedy'] = isShared
    ? {
        sentence: 'Only the other account can lift it, or the recipient by a text.',
        link: '/console/settings/suppressions',
      }
    : {
        sentence:
          who === 'recipient'
            ? 'Leave it so, unless the recipient asks to be sent to again.'
            : 'Lift the suppression if it was a mistake.',
        action: { method: 'DELETE', path: `/api/v1/suppressions/${id}` },
        command: `heliograph suppress remove ${id}`,
        link: '/console/settings/suppressions',
      };
  return { code, sentence: sentence + words + scope, who, since: at, remedy };
}

const delivered: Rule = (message) => {
  if (message.state !== 'delivered') return null;
  const untold = untoldOf(message.callbacks);
  if (untold !== null) return { ...untold, sentence: `The phone has got the message. ${untold.sentence}` };
  const refused = message.attempts.find(({ state, class: kind }) => kind === 'sender' && state !== 'delivered');
  const final = last(message);
  if (refused !== undefined && final !== null && final !== refused) {
    return {
      code: 'delivered-by-fallback',
      sentence: `It was delivered under the sender ID ${final.sender ?? 'of the gateway'} over ${final.gatewayName}, because ${refused.gatewayName} refused ${refused.sender ?? 'the first sender ID'}${quoted(refused)}.`,
      who: 'you',
      ...since(message.settledAt),
      remedy: {
        sentence: `Register ${refused.sender ?? 'the sender ID'} with the provider of ${refused.gatewayName}, so that the first try succeeds.`,
        link: '/console/senders',
      },
    };
  }
  return {
    code: 'delivered',
    sentence: `It was delivered${final === null ? '' : ` over ${final.gatewayName}`}${message.settledAt === null ? '' : ', as the provider reports'}.`,
    who: 'nobody',
    ...since(message.settledAt),
    remedy: nothing(message, 'Nothing has to be done. A phone may file it under the sender ID, or as spam.'),
  };
};

const suppressed: Rule = (message) => {
  if (message.state !== 'suppressed') return null;
  if (message.code === '918' || message.code === '917') {
    const isRepeat = message.code === '918';
    return {
      code: isRepeat ? 'same-text' : 'too-many',
      sentence: `It was not sent, since ${message.reason ?? (isRepeat ? 'the same text went to this number just before' : 'the number had its share')}.`,
      who: 'you',
      ...since(message.settledAt),
      remedy: {
        sentence: 'That is a safety setting of the account: change it, or leave it.',
        link: '/console/settings',
      },
    };
  }
  if (message.suppression !== null) return verdictOfSuppression(message.suppression);
  return {
    code: 'suppressed-then',
    sentence: `It was not sent, since ${message.reason ?? 'the number was suppressed'} then; it is suppressed no longer.`,
    who: 'you',
    ...since(message.settledAt),
    remedy: resend(message, 'If the recipient wants it, '),
  };
};

const cancelled: Rule = (message) => {
  if (message.state !== 'cancelled') return null;
  const { campaign } = message;
  return {
    code: campaign === null ? 'cancelled' : 'campaign-cancelled',
    sentence:
      campaign === null
        ? `It was cancelled before it left${said(message.reason)}.`
        : `It was not sent, because the campaign ${campaign.name} was cancelled before it left.`,
    who: 'you',
    ...since(message.settledAt),
    remedy: resend(message, 'If it is still wanted, '),
  };
};

const expired: Rule = (message) => {
  if (message.state !== 'expired') return null;
  const attempt = last(message);
  const left = attempt !== null;
  return {
    code: left ? 'expired' : 'too-old',
    sentence: left
      ? `${attempt.gatewayName} took it and it did not reach the phone in time${quoted(message)}.`
      : `Its time was over before it could leave${message.validUntil === null ? '' : ' (validUntil, or maxAgeSeconds)'}.`,
    who: left ? 'recipient' : 'you',
    ...since(message.settledAt),
    remedy: resend(message, left ? 'The phone may have been off: ' : 'Give it more time, then '),
  };
};

const failed: Rule = (message) => {
  if (message.state !== 'failed') return null;
  const attempt = last(message);
  if (attempt === null || (attempt.class === null && attempt.state !== 'failed')) {
    return {
      code: 'never-left',
      sentence: `No gateway took it before its deadline${said(message.reason)}.`,
      who: 'you',
      ...since(message.settledAt),
      remedy: resend(message, 'See to the gateways, then '),
    };
  }
  const { who, what, mend } = REFUSED[attempt.class ?? 'recipient'];
  return {
    code: attempt.class === 'recipient' || attempt.class === null ? 'refused-by-provider' : `refused-${attempt.class}`,
    sentence: `${attempt.gatewayName} ${what}${quoted({ code: attempt.code ?? message.code, reason: attempt.reason ?? message.reason })}.`,
    who,
    ...since(message.settledAt),
    remedy: resend(message, mend),
  };
};

const unknown: Rule = (message) => {
  const attempt = last(message);
  if (message.state !== 'unknown' && attempt?.state !== 'unknown') return null;
  return {
    code: 'unknown-outcome',
    sentence: `Nobody can say whether it arrived: ${attempt?.gatewayName ?? 'the gateway'} did not answer, and no report came${message.state === 'unknown' ? ' before the deadline' : ' yet'}. It is not sent again by itself, so that nobody gets it twice.`,
    who: 'provider',
    ...since(attempt?.answeredAt ?? message.settledAt),
    remedy: resend(message, 'Ask the provider; if it never came, '),
  };
};

const awaited: Rule = (message, tell) => {
  if (message.state !== 'submitted') return null;
  const attempt = last(message);
  const gateway = message.gateways.find(({ name }) => name === attempt?.gatewayName);
  const deadline =
    gateway === undefined || message.submittedAt === null
      ? null
      : new Date(message.submittedAt.getTime() + gateway.receiptDeadlineSeconds * 1_000);
  return {
    code: 'no-receipt-yet',
    sentence: `${attempt?.gatewayName ?? 'The gateway'} has taken it and has not reported what became of it${deadline === null ? '' : `; it is awaited until ${tell(deadline)}`}.`,
    who: 'provider',
    ...since(message.submittedAt),
    remedy: nothing(message, 'Wait; if no report ever comes, check the callback URL in the provider’s portal.'),
  };
};

const onTheWire: Rule = (message) =>
  message.state !== 'submitting' && message.state !== 'refused'
    ? null
    : {
        code: 'being-sent',
        sentence: 'It is being handed to the gateway right now.',
        who: 'nobody',
        remedy: nothing(message),
      };

const waits: Rule = (message, tell, now) => {
  const { campaign, heldUntil, dueAt, notBefore } = message;
  const stop = campaign === null ? null : stopByCampaign(campaign, tell, now);
  if (stop !== null) return { ...stop, sentence: `It waits. ${stop.sentence}` };
  if (heldUntil !== null && heldUntil > now) {
    return {
      code: 'waits-for-window',
      sentence: `It waits for the window in which such messages may be sent, which opens ${tell(heldUntil)}.`,
      who: 'nobody',
      remedy: nothing(message),
    };
  }
  if (dueAt !== null && dueAt > now) {
    return {
      code: 'waits-for-time', sentence: `It waits for its time, ${tell(dueAt)}.`, who: 'nobody',
      remedy: { ...nothing(message, 'Nothing has to be done; it can be cancelled until then.'), action: { method: 'POST', path: `/api/v1/messages/${message.id}/cancel` } },
    }; // prettier-ignore
  }
  const blocked = stopOfAll(message.gateways, tell, now);
  if (blocked !== null) return { ...blocked, sentence: `It waits. ${blocked.sentence}` };
  const attempt = last(message);
  if (notBefore !== null && notBefore > now && attempt !== null) {
    return {
      code: 'tried-again',
      sentence: `${attempt.gatewayName} could not take it${quoted(attempt)}; it is tried again ${tell(notBefore)}.`,
      who: 'provider',
      remedy: nothing(message),
    };
  }
  const stall = campaign === null ? null : stallOf(campaign, tell, now);
  if (stall !== null) return { ...stall, sentence: `It waits. ${stall.sentence}` };
  const limited = message.gateways.find(({ ratePerSecond }) => ratePerSecond !== null);
  return {
    code: 'waits-its-turn',
    sentence: `It waits for its turn${limited === undefined ? '' : `: ${limited.name} takes ${limited.ratePerSecond} a second at most`}.`,
    who: 'nobody',
    since: message.acceptedAt,
    remedy: nothing(
      message,
      limited === undefined
        ? 'Nothing has to be done.'
        : 'A higher rate of the gateway sends it sooner, if the provider allows one.',
    ),
  };
};

/** Each is asked in turn; the last one knows of everything that has not ended. */
const RULES: readonly Rule[] = [delivered, suppressed, cancelled, expired, failed, unknown, awaited, onTheWire, waits];

export function verdictOfMessage(message: MessageFacts, tell: Tell, now: Date): Verdict {
  for (const rule of RULES) {
    const verdict = rule(message, tell, now);
    if (verdict !== null) return verdict;
  }
  return { code: 'in-order', sentence: 'Nothing is wrong with it.', who: 'nobody', remedy: nothing(message) };
}
