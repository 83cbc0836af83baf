/**
 * Clickatell HTTP API (username and password), for accounts of the old Developers' Central. Sources: Clickatell, "HTTP
 * API Specification" 2.5 and "HTTP API Overview" (`/http/sendmsg`). Everything goes as a POST form: in a URL the password
 * would end up in logs on the way.
 */
import { z } from 'zod';
import { segment } from '../../core/messages/segments';
import { provenBySecret } from '../shared/callback-auth';
import { classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import { TEXT_ONLY, type OutboundMessage, type Provider, type SubmitResult } from '../provider';
import { readCallback } from './receipts';
import { ERROR, UNLISTED, inThreeDigits } from './tables';

const credentialsSchema = z.object({
  username: z.string().min(1).meta({ title: 'User' }),
  password: z.string().min(1).meta({ title: 'Password', secret: true }),
  apiId: z.string().min(1).meta({ title: 'API id', description: 'Of the HTTP connection' }),
});
export type ClickatellLegacyCredentials = z.infer<typeof credentialsSchema>;

/** Most parts that `concat` allows. */
const MAX_PARTS = 3;

export const clickatellLegacy: Provider<ClickatellLegacyCredentials> = {
  name: 'clickatell-legacy',
  label: 'Clickatell (HTTP API)',
  signupLink: 'https://www.clickatell.com/sign-up/',
  docs: "For accounts of the old Developers' Central. Enter the gateway's callback URL at the HTTP API's connection.",
  color: '#0b4f7d',
  defaultBaseUrl: 'https://api.clickatell.com',
  credentialsSchema,
  capabilities: {
    ...TEXT_ONLY,
    // `to` may list several numbers, but for one text and one climsgid: receipts could not name the attempt any more.
    batchSize: 1,
    flash: true,
    port: true,
    validity: true, // Minutes, of which none are named as too many.
    schedule: true,
    maxParts: MAX_PARTS,
  },
  callbackScheme: 'nothing',

  secrets: ({ password }) => [password],

  async submit({ credentials, baseUrl }, messages, http, signal) {
    const message = messages[0]!;
    const form = toForm(message, credentials);
    if (form === undefined) return [PORT_TOO_LONG];
    const response = await http.request(
      {
        method: 'POST',
        url: `${baseUrl}/http/sendmsg`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      },
      signal,
    );
    const failure = classifyStatus(response);
    if (failure) throw failure;
    return [readAnswer(response.body, message, credentials)];
  },

  callback: (request, config) => provenBySecret(request, config, () => readCallback(request)),
};

/** Numbers without plus sign, senders too. */
function digits(number: string): string {
  return number.replace(/^\+/, '');
}

const PORT_TOO_LONG: SubmitResult = {
  ok: false,
  class: 'content',
  clevertap: '900',
  code: 'port-too-long',
  reason: 'a message to a port must fit one part',
};

/** All three statuses of callbacks: intermediate, final, error. */
const EVERY_STATUS = '7';

/** The fields of `sendmsg`; undefined when a port message does not fit its one part. */
function toForm(
  message: OutboundMessage,
  { username, password, apiId }: ClickatellLegacyCredentials,
): URLSearchParams | undefined {
  const { id, to, from, text, flash, port, validitySeconds } = message;
  const unicode = message.encoding === 'ucs2' || !isAscii(text);
  // A user data header leaves no room for Clickatell's own concatenation header.
  if (port !== null && segment(text, { port: true, type: unicode ? 'unicode' : 'auto' }).parts > 1) return undefined;
  const form = new URLSearchParams({ user: username, password, api_id: apiId, to: digits(to) });
  if (from !== null) form.set('from', digits(from));
  form.set('text', unicode ? Buffer.from(text, 'utf16le').swap16().toString('hex') : text);
  if (unicode) form.set('unicode', '1');
  form.set('climsgid', id);
  form.set('callback', EVERY_STATUS);
  form.set('concat', String(MAX_PARTS));
  if (flash) form.set('msg_type', 'SMS_FLASH');
  if (port !== null) form.set('udh', `060504${port.toString(16).padStart(4, '0')}0000`);
  if (validitySeconds !== null) form.set('validity', String(Math.ceil(validitySeconds / 60))); // minutes
  return form;
}

/**
 * In which character set `text` is read is not documented, so that only ASCII goes as it is; everything else goes as
 * UCS-2, which is ("for messages with special characters … set unicode to 1").
 */
function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** `ID: <apimsgid>` or `ERR: <code>, <text>`, and behind either ` To: <number>` where there were several numbers. */
const LINE = /^\s*(ID|ERR):\s*(\S.*?)(?:\s+To:\s*\+?(\d+))?\s*$/gim;

/** Reads the line that names our number, else the first that names none. */
function readAnswer(body: string, { to }: OutboundMessage, { password }: ClickatellLegacyCredentials): SubmitResult {
  const lines = [...body.matchAll(LINE)].map(([, kind, said, number]) => ({ kind: kind!, said: said!, number }));
  const line = lines.find(({ number }) => number === digits(to)) ?? lines.find(({ number }) => number === undefined);
  if (!line) throw unreadableAnswer('the answer has no ID and no ERR');
  if (line.kind.toUpperCase() === 'ID') return { ok: true, providerId: line.said };
  const coded = /^(\d+)(?:\s*,\s*(.*))?$/.exec(line.said);
  const code = coded?.[1] ?? 'refused';
  const reason = publicText((coded ? coded[2] : line.said) || 'no reason given', [password]);
  return { ok: false, ...(ERROR.get(inThreeDigits(code)) ?? UNLISTED), code, reason };
}
