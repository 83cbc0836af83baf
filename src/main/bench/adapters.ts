/**
 * What the adapters themselves cost: building a request and reading its answer, and reading a report, in microseconds of
 * one core for each message. Answers and reports are the simulator's, made beforehand; nothing goes over a socket.
 */
import type { HttpClient } from '../../outbound/client';
import type { HttpRequest, HttpResponse } from '../../outbound/http';
import type { CallbackRequest, OutboundMessage, Provider, ProviderConfig } from '../../providers/provider';
import { providers } from '../../providers/registry';
import type { Batch, Protocol, VendorRequest } from '../../simulator/protocol';
import { DEFAULT_SCRIPT } from '../../simulator/script';
import { PROTOCOLS } from '../../simulator/server';

const BATCH = 100;
const WARM_UP_MS = 100;
const MEASURE_MS = 200;
const BASE_URL = 'https://vendor.example';
const CALLBACK_URL = 'https://heliograph.example/callbacks/t0ken';

/** Logins that the simulator takes. */
const CREDENTIALS: Record<string, object> = {
  infobip: { apiKey: 'key' },
  twilio: { accountSid: 'AC1', authToken: 'token' },
  clickatell: { apiKey: 'key' },
  'clickatell-legacy': { username: 'user', password: 'secret', apiId: '1' },
  'times-mobile': { username: 'user', password: 'secret' },
  mobtexting: { token: 'token' },
  pingbix: { userId: 'user', password: 'secret' },
};

/** The table, one text a line. */
export async function adapterTable(): Promise<string[]> {
  const rows = [['µs per message', 'one a request', `${BATCH} a request`, 'a report']];
  for (const protocol of PROTOCOLS) {
    const provider = providers[protocol.name]!;
    const canBatch = provider.capabilities.batchSize >= BATCH;
    const single = await prepare(provider, protocol, 1);
    const batch = canBatch ? await prepare(provider, protocol, BATCH) : undefined;
    rows.push([
      provider.label,
      await microseconds(1, single.submit),
      batch ? await microseconds(BATCH, batch.submit) : '–',
      await microseconds(1, single.report),
    ]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  '));
}

async function prepare(provider: Provider, protocol: Protocol, size: number) {
  const config: ProviderConfig<unknown> = {
    credentials: provider.credentialsSchema.parse(CREDENTIALS[protocol.name]),
    baseUrl: BASE_URL,
    callbackUrl: CALLBACK_URL,
    callbackAuth: null,
  };
  const messages = Array.from({ length: size }, (_, i) => messageTo(i));
  const signal = new AbortController().signal;
  let answer: HttpResponse | undefined;
  let batch: Batch | undefined;
  const http: HttpClient = {
    async request(request) {
      if (answer === undefined) [batch, answer] = answered(protocol, request);
      return answer;
    },
  };
  const submit = async () => {
    const results = await provider.submit(config, messages, http, signal);
    if (!results.every(({ ok }) => ok)) throw new Error(`${protocol.name} refused: ${JSON.stringify(results)}`);
  };
  await submit();
  const callback = callbackOf(protocol, batch!);
  const report = () => {
    const { kind } = provider.callback(callback, config);
    if (kind !== 'receipts') throw new Error(`${protocol.name}: ${kind}`);
  };
  return { submit, report };
}

function messageTo(n: number): OutboundMessage {
  return {
    id: `06b8kzt5f7q3s9v1x2y4w6a8${String(n).padStart(3, '0')}`,
    to: `+91980000${String(n).padStart(4, '0')}`,
    from: 'HELIOS',
    text: 'Your order 1234 has left our store and will be with you by 6 pm today. Reply STOP to opt out.',
    encoding: 'gsm7',
    flash: false,
    port: null,
    entityId: null,
    templateId: '1107160016156755389',
    validitySeconds: null,
    callbackUrl: CALLBACK_URL,
  };
}

/** What the simulated vendor makes of a request. */
function answered(protocol: Protocol, { method, url, headers, body = '' }: HttpRequest): [Batch, HttpResponse] {
  const { pathname: path, searchParams: query } = new URL(url);
  const request: VendorRequest = { method, path, headers, query, body: Buffer.from(body) };
  const reading = protocol.read(request, DEFAULT_SCRIPT);
  if ('refused' in reading) throw new Error(`${protocol.name} refused: ${reading.refused.body}`);
  const verdicts = reading.batch.submissions.map((submission) => ({ submission, outcome: 'accepted' as const }));
  const { status, headers: answerHeaders = {}, body: text } = protocol.answer(reading.batch, verdicts);
  return [reading.batch, { status, headers: answerHeaders, body: text }];
}

/** The report that the first message of a request is delivered. */
function callbackOf(protocol: Protocol, { submissions, bulkId, secret }: Batch): CallbackRequest {
  const { messageId, clientId, to, sender, parts, callbackData, reportUrl = CALLBACK_URL } = submissions[0]!;
  const now = Date.now();
  const report = { messageId, clientId, bulkId, secret, to, sender, parts, callbackData, sentAt: now, doneAt: now };
  const wire = protocol.receipts.write(reportUrl, [{ ...report, kind: 'delivered' }], DEFAULT_SCRIPT.receipts);
  const { pathname, search, searchParams: query } = new URL(wire.url);
  const headers = wire.headers ?? {};
  return { method: wire.method, url: pathname + search, headers, query, body: Buffer.from(wire.body ?? '') };
}

/** @param size messages of one run. */
async function microseconds(size: number, run: () => void | Promise<void>): Promise<string> {
  await repeat(WARM_UP_MS, run);
  const { runs, ms } = await repeat(MEASURE_MS, run);
  return ((ms * 1_000) / (runs * size)).toFixed(1);
}

async function repeat(forMs: number, run: () => void | Promise<void>): Promise<{ runs: number; ms: number }> {
  const start = performance.now();
  let runs = 0;
  let ms = 0;
  for (; ms < forMs; ms = performance.now() - start, runs++) await run();
  return { runs, ms };
}
