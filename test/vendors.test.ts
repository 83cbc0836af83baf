/** Adapters against the simulator, without the rest: look-ups, and the texts of phones. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient } from '../src/outbound/client';
import type { HttpClient } from '../src/outbound/client';
import type {
  CallbackAuth,
  CallbackRequest,
  CallbackResult,
  LookupSubject,
  OutboundMessage,
  ProviderConfig,
} from '../src/providers/provider';
import { providerNamed } from '../src/providers/registry';
import { sampleMessage } from '../src/providers/testing/sample';
import { startSimulator } from '../src/simulator/server';
import type { Simulator } from '../src/simulator/server';
import { ownPath } from './support/own-path';
import { until } from './support/until';

const LOGINS: Record<string, object> = {
  infobip: { apiKey: 'key-1' },
  twilio: { accountSid: 'AC1', authToken: 'token-1' },
  clickatell: { apiKey: 'key-1' },
  'clickatell-legacy': { username: 'u', password: 'p-1', apiId: '7' },
  mobtexting: { token: 'token-1' },
  pingbix: { apiKey: 'key-1' },
  'times-mobile': { username: 'u', password: 'p-1' },
};
const never = new AbortController().signal;

let simulator: Simulator;
let http: HttpClient & { close(): Promise<void> };
let heard: CallbackRequest[];
let receiver: Server;
let callbackUrl: string;

beforeAll(async () => {
  heard = [];
  const path = `/callbacks${ownPath()}`;
  receiver = createServer((incoming, response) => {
    if (incoming.url?.startsWith(path) !== true) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const query = new URL(url, 'http://receiver').searchParams;
      heard.push({ method, url, headers, query, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
  simulator = await startSimulator({ port: 0 });
  http = createHttpClient({ allow: [`127.0.0.1:${simulator.port}`], maxConnectionsPerOrigin: 4 });
});
afterAll(async () => {
  await http.close();
  await simulator.stop();
  await new Promise((resolve) => receiver.close(resolve));
});
beforeEach(async () => {
  heard.length = 0;
  await control('POST', 'reset');
  // A report that a test doesn't wait for could reach the next one.
  await control('PUT', 'script', { receipts: { delayMs: 60_000 } });
});

async function control(method: string, what: string, body?: object): Promise<Response> {
  return fetch(`${simulator.url}/control/${what}`, { method, body: body && JSON.stringify(body) });
}

function vendor(name: string, callbackAuth: CallbackAuth | null = null) {
  const provider = providerNamed(name)!;
  const config: ProviderConfig<unknown> = {
    credentials: provider.credentialsSchema.parse(LOGINS[name]),
    baseUrl: `${simulator.url}/${name}`,
    callbackUrl,
    callbackAuth,
  };
  return { provider, config };
}

/** Which class a report has where its vendor has no code for the simulator's word. */
const KNOWN_AS: Record<string, Record<string, string>> = {
  clickatell: { sender: 'recipient', content: 'recipient' },
  pingbix: { sender: 'recipient', content: 'recipient' },
};

let made = 0;
/** A message to a number with this last digit. */
function message(digit: number): OutboundMessage {
  const id = `attempt${String(++made).padStart(4, '0')}`;
  return { ...sampleMessage, id, to: `+91980000000${digit}`, from: '+15005550006', callbackUrl };
}

/** Submits one message and says how it is asked for, with and without the vendor's id. */
async function sent(name: string, one: OutboundMessage): Promise<{ named: LookupSubject; unnamed: LookupSubject }> {
  const { provider, config } = vendor(name);
  const submittedAt = new Date();
  const [result] = await provider.submit(config, [one], http, never);
  if (!result?.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  const unnamed = { attemptId: one.id, providerId: null, to: one.to, submittedAt };
  return { named: { ...unnamed, providerId: result.providerId ?? null }, unnamed };
}

/** Who can't be asked by our id. */
const BY_THEIRS = ['clickatell', 'pingbix'];

describe.each(['infobip', 'twilio', 'mobtexting', ...BY_THEIRS])('a look-up at %s', (name) => {
  const asOften = (named: LookupSubject, unnamed: LookupSubject) =>
    BY_THEIRS.includes(name) ? [named] : [named, unnamed];
  const { provider, config } = { provider: providerNamed(name)!, config: () => vendor(name).config };
  const lookUp = async (subject: LookupSubject) => provider.lookup!(config(), [subject], http, never);

  it('tells how messages ended whose reports never came, again and again', async () => {
    const outcomes = ['sender', 'recipient', 'content'];
    const refuse = outcomes.map((outcome, i) => ({ outcome, numberEndsWith: String(i + 1), at: 'receipt' }));
    await control('PUT', 'script', { refuse, receipts: { missing: 1, delayMs: 0 } });
    for (const [digit, expected] of ['delivered', ...outcomes].entries()) {
      const { named, unnamed } = await sent(name, message(digit));
      for (const subject of [named, ...asOften(named, unnamed)]) {
        await until('it has ended', async () => (await lookUp(subject))[0]?.status !== 'pending');
        const [receipt, ...others] = await lookUp(subject);
        expect(others).toEqual([]);
        expect(receipt).toMatchObject({ attemptId: named.attemptId });
        expect(receipt?.class ?? receipt?.status).toBe(KNOWN_AS[name]?.[expected] ?? expected);
      }
    }
    expect(heard).toEqual([]);
  });

  it('tells that a message is on its way', async () => {
    await control('PUT', 'script', { receipts: { delayMs: 60_000 } });
    const { named, unnamed } = await sent(name, message(9));
    for (const subject of asOften(named, unnamed))
      expect(await lookUp(subject)).toMatchObject([{ attemptId: named.attemptId, status: 'pending' }]);
  });

  it('knows nothing of a message that never came', async () => {
    await sent(name, message(9));
    const providerId = BY_THEIRS.includes(name) ? 'stranger' : null;
    const stranger = { attemptId: 'stranger', providerId, to: '+919800000008', submittedAt: new Date() };
    expect(await lookUp(stranger)).toEqual([]);
  });

  it('is refused under a wrong key', async () => {
    const { named } = await sent(name, message(9));
    await control('PUT', 'script', { refusedKeys: ['key-1', 'token-1'] });
    await expect(lookUp(named)).rejects.toMatchObject({ class: 'account' });
  });
});

/** Vendors whose portal lets people choose how reports travel, and whether phones' texts travel so, too. */
const FORMS: [string, string, boolean][] = [
  ['clickatell', 'platform', true],
  ['clickatell', 'query', false],
  ['clickatell', 'form', false],
  ['clickatell-legacy', 'form', true],
  ['clickatell-legacy', 'json', false],
  ['times-mobile', 'form', false],
  ['times-mobile', 'json', false],
  ['mobtexting', 'form', false],
  ['mobtexting', 'query', false],
  ['pingbix', 'form', false],
  ['pingbix', 'json', false],
];

describe.each(FORMS)('%s by %s', (name, form, hasTexts) => {
  const { provider, config } = { provider: providerNamed(name)!, config: () => vendor(name).config };
  /** Sends a message, and reads its report. */
  const reported = async (script: object): Promise<CallbackResult> => {
    await control('PUT', 'script', { ...script, receipts: { url: callbackUrl, delayMs: 0, ...receiptsOf(script) } });
    heard.length = 0;
    await sent(name, { ...message(9), from: 'HELIOS', text: `Hello ${made}`, templateId: '1107160016156755389' });
    await until('a report came', () => heard.length > 0);
    return provider.callback(heard[0]!, config());
  };
  const receiptsOf = (script: object) => (script as { receipts?: object }).receipts;

  it.each(['delivered', 'recipient'])('%s says what it says as usual', async (outcome) => {
    const refuse = outcome === 'delivered' ? [] : [{ outcome, at: 'receipt' }];
    const usual = await reported({ refuse });
    const written = await reported({ refuse, receipts: { form } });
    const said = (result: CallbackResult) =>
      result.kind === 'receipts' ? result.receipts.map(({ status, class: by }) => [status, by]) : result.kind;
    expect(said(written)).toEqual(said(usual));
    expect(said(written)).toEqual([outcome === 'delivered' ? ['delivered', undefined] : ['failed', 'recipient']]);
  });

  if (!hasTexts) return;
  it.each(['UTF-8', 'ISO-8859-1', 'UTF-16BE'])('a text of a phone in %s', async (charset) => {
    await reported({ receipts: { form, charset } });
    heard.length = 0;
    const text = charset === 'ISO-8859-1' ? 'ARRÊT & merci' : 'बंद & ARRÊT';
    await control('POST', 'inbound', { account: name, from: '+919800000009', text });
    expect(provider.callback(heard[0]!, config())).toMatchObject({ kind: 'inbound', texts: [{ text }] });
  });
});

/** What the vendor can be told to prove itself with; Twilio signs, the HTTP API has nothing. */
const PROOFS: [string, CallbackAuth | null][] = [
  ['infobip', { basic: { username: 'hook', password: 'secret' } }],
  ['twilio', null],
  ['clickatell', { basic: { username: 'hook', password: 'secret' } }],
  ['clickatell-legacy', null],
  ['mobtexting', { bearer: 'hook-secret' }],
];

describe.each(PROOFS)('%s', (name, auth) => {
  it('proves its reports and brings the STOP of a phone', async () => {
    await control('PUT', 'script', { receipts: { url: callbackUrl, ...(auth && { auth }) } });
    const one = message(9);
    await sent(name, one);
    const { provider, config } = vendor(name, auth);
    await until('a report came', () => heard.length > 0);
    const report = provider.callback(heard[0]!, config);
    expect(report).toMatchObject({ kind: 'receipts', receipts: [{ attemptId: one.id, status: 'delivered' }] });

    heard.length = 0;
    const answer = await control('POST', 'inbound', { account: name, from: one.to, text: 'STOP' });
    expect(await answer.json()).toEqual({ status: 200 });
    expect(heard[0]?.url.split('?')[0]).toBe(new URL(callbackUrl).pathname);
    const texts = [expect.objectContaining({ from: one.to, text: 'STOP', providerId: expect.any(String) as string })];
    const proof = name === 'twilio' ? 'signature' : auth === null ? undefined : 'secret';
    const { answer: _wanted, ...read } = provider.callback(heard[0]!, config) as { answer?: unknown };
    expect(read).toEqual({ kind: 'inbound', texts, proof });
  });
});

it('a text through an account that nobody has used is refused, and so is a wrong one', async () => {
  const unused = await control('POST', 'inbound', { account: 'twilio', from: '+919800000001', text: 'STOP' });
  expect([unused.status, await unused.json()]).toMatchObject([400, { error: 'no-such-account' }]);
  const wrong = await control('POST', 'inbound', { account: 'twilio', from: 'me', text: 'STOP' });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { problems: [{ field: 'from' }] }]);
});
