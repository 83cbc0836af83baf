/** Any vendor that takes one message in one HTTP request: all that an adapter would know is configuration. */
import { provenBySecret } from '../shared/callback-auth';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpRequest, HttpResponse } from '../../outbound/http';
import { parseJsonExactly } from '../shared/json';
import { UNLISTED_FAILURE, readInbound, readReceipts, refusalOf, textAt } from '../shared/mapping';
import { NO_VENDOR, TEXT_ONLY } from '../provider';
import type { CallbackRequest, CallbackResult, OutboundMessage, Provider, SubmitResult } from '../provider';
import { configSchema } from './config';
import type { HttpConfig } from './config';
import { fill, fillAll, valuesOf } from './template';

export const genericHttp: Provider<HttpConfig> = {
  name: 'http',
  label: 'Generic HTTP',
  signupLink: NO_VENDOR,
  docs: 'For a vendor that takes one message in one HTTP request: request, answer and reports are described by the fields. The gateway needs a Base URL.',
  color: '#5b6470',
  defaultBaseUrl: NO_VENDOR,
  credentialsSchema: configSchema,
  capabilities: {
    ...TEXT_ONLY,
    dlt: true,
    maxParts: 10, // Our own bound: the vendor is not known.
  },
  callbackScheme: 'nothing',
  openMembers: ['path', 'headers', 'fields'],

  secrets: ({ secrets }) => Object.values(secrets),

  async submit({ credentials: config, baseUrl }, messages, http, signal) {
    if (baseUrl === NO_VENDOR) {
      throw new OutboundError({ class: 'account', code: 'no-base-url', reason: 'the gateway needs a baseUrl' });
    }
    const response = await http.request(toRequest(messages[0]!, config, baseUrl), signal);
    return [read(response, config)];
  },

  callback: (request, config) => provenBySecret(request, config, () => readReport(request, config.credentials)),
};

function readReport(request: CallbackRequest, { receipts: mapping, inbound }: HttpConfig): CallbackResult {
  const texts = readInbound(request, inbound, mapping);
  if (texts !== null) return { kind: 'inbound', texts };
  if (!mapping) return { kind: 'ignored', reason: 'the gateway has no mapping of receipts' };
  const receipts = readReceipts(request, mapping);
  return typeof receipts === 'string' ? { kind: 'malformed', reason: receipts } : { kind: 'receipts', receipts };
}

const CONTENT_TYPE = { form: 'application/x-www-form-urlencoded', json: 'application/json', query: undefined };

function toRequest(message: OutboundMessage, config: HttpConfig, baseUrl: string): HttpRequest {
  const { method, path, format } = config;
  const values = { ...config.secrets, ...valuesOf(message, config.encodings) };
  const url = baseUrl + fill(path, values, encodeURIComponent);
  const contentType = CONTENT_TYPE[format];
  const headers: Record<string, string> = contentType ? { 'content-type': contentType } : {};
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = fill(value, values);
  const fields = fillAll(config.fields, values);
  if (format === 'json') return { method, url, headers, body: JSON.stringify(fields) };
  const text = new URLSearchParams(fields as Record<string, string>).toString(); // The schema of a form allows texts only.
  return format === 'form' ? { method, url, headers, body: text } : { method, url: `${url}?${text}`, headers };
}

function read(response: HttpResponse, { answer, secrets }: HttpConfig): SubmitResult {
  const body = parseJsonExactly(response.body);
  const failure = classifyStatus(response);
  const said = textAt(body, answer.success?.at);
  if (!failure && (!answer.success || said === answer.success.equals)) {
    const providerId = textAt(body, answer.providerId);
    return { ok: true, ...(providerId && { providerId }) };
  }
  const code = textAt(body, answer.code) ?? said;
  const listed = refusalOf(answer.refusals, code);
  // A listed value says more than the HTTP status; one that is not listed says less.
  if (failure && !listed) throw failure;
  if (code === undefined) throw unreadableAnswer('the answer has no value where success is told');
  const hidden = Object.values(secrets);
  const reason = publicText(textAt(body, answer.reason) ?? code, hidden);
  return { ok: false, ...(listed ?? UNLISTED_FAILURE), code: publicText(code, hidden), reason };
}
