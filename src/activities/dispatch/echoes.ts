/** A provider whose answers repeat nothing of the messages: what is kept of them, and told on, comes from here. */
import { withoutEcho } from '../../core/messages/echo';
import { OutboundError } from '../../outbound/errors';
import type { OutboundMessage, Provider, SubmitResult } from '../../providers/provider';

/** The same provider; its refusals and failures are without the texts that they were about. */
export function withoutEchoes(provider: Provider): Provider {
  return {
    ...provider,
    async submit(config, messages, http, signal) {
      try {
        const answers = await provider.submit(config, messages, http, signal);
        if (answers.every(({ ok }) => ok)) return answers;
        return answers.map((answer, i) => (answer.ok ? answer : cleaned(answer, messages[i])));
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        const { class: failure, clevertap, code, message, retryAfterMs } = error;
        const reason = distinctTexts(messages).reduce(withoutEcho, message);
        throw reason === message ? error : new OutboundError({ class: failure, clevertap, code, reason, retryAfterMs });
      }
    },
  };
}

function cleaned(answer: Extract<SubmitResult, { ok: false }>, message: OutboundMessage | undefined): SubmitResult {
  return message === undefined ? answer : { ...answer, reason: withoutEcho(answer.reason, message.text) };
}

const distinctTexts = (messages: readonly OutboundMessage[]): string[] => [
  ...new Set(messages.map(({ text }) => text)),
];
