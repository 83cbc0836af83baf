/**
 * What an adapter would ask of its vendor: its own `submit`, over a client that sends nothing. So what is shown can't differ
 * from what is sent, and an adapter has to know nothing of it.
 */
import { OutboundError } from '../outbound/errors';
import type { HttpClient } from '../outbound/client';
import type { HttpRequest } from '../outbound/http';
import type { OpenGateway } from './open';
import { outboundMessage, type SendingGateway, type WrittenAttempt } from './outbound-message';
import type { OutboundMessage } from './provider';
import { HIDDEN_SECRET, secretsOf, settingsWithout } from './shared/secrecy';

/** A request for people to read. */
export interface RequestPreview {
  method: HttpRequest['method'];
  url: string;
  contentType: string | null;
  body: string | null;
}

export interface PreviewedAttempt {
  attempt: WrittenAttempt;
  gateway: Pick<SendingGateway, 'smartEncoding' | 'validitySeconds'>;
  /** The number as it is shown. */
  shownTo: string;
  /** In place of a text that is not shown; null = it is. */
  textInstead: string | null;
}

const NOTHING_SENT = new OutboundError({ class: 'transient', code: 'preview', reason: 'nothing was sent' });

/**
 * The request for one attempt, made without the gateway's secrets, and with what is shown of number and text: what is not
 * there can't show, however an adapter writes it. Headers are left out but for the content type, and so is what proves the
 * callbacks. Null = the adapter makes no request of it.
 */
export async function previewRequest(
  { provider, config }: OpenGateway,
  { attempt, gateway, shownTo, textInstead }: PreviewedAttempt,
): Promise<RequestPreview | null> {
  const callbackUrl = config.callbackUrl.replace(/[^/]*$/, HIDDEN_SECRET);
  const message = outboundMessage(attempt, { ...gateway, capabilities: provider.capabilities, callbackUrl });
  const { credentials, baseUrl } = settingsWithout(
    { credentials: config.credentials, baseUrl: config.baseUrl },
    secretsOf(provider, config),
  );
  const bare = { ...config, credentials, baseUrl, callbackUrl, callbackAuth: null, previousCallbackAuth: null };
  // An adapter may refuse a text before it makes a request, so it is asked about the real one first.
  if ((await requestOf({ provider, config: bare }, message)) === null) return null;
  const shown = { ...message, to: shownTo, text: textInstead ?? message.text };
  const request = await requestOf({ provider, config: bare }, shown);
  return request === null ? null : toPreview(request);
}

async function requestOf({ provider, config }: OpenGateway, message: OutboundMessage): Promise<HttpRequest | null> {
  let made: HttpRequest | null = null;
  const http: HttpClient = {
    request(request) {
      made ??= request;
      return Promise.reject(NOTHING_SENT);
    },
  };
  try {
    await provider.submit(config, [message], http, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
  }
  return made;
}

function toPreview({ method, url, headers, body }: HttpRequest): RequestPreview {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return { method, url, contentType: type ?? null, body: body ?? null };
}
