/**
 * Runs a provider's tables against its adapter over real sockets, and adds the cases that every provider must pass and
 * nobody should have to write by hand. An adapter's test file is its tables and nothing more.
 */
import { inspect } from 'node:util';
import { OutboundError } from '../../outbound/errors';
import { createHttpClient } from '../../outbound/client';
import type { HttpClient } from '../../outbound/client';
import type {
  CallbackAuth,
  CallbackRequest,
  CallbackResult,
  LookupSubject,
  OutboundMessage,
  Provider,
  ProviderConfig,
  Receipt,
  SubmitResult,
} from '../provider';
import { startVendor } from './vendor';
import type { Answer, SeenRequest, Vendor } from './vendor';

/** What a {@link OutboundError} is compared by. */
export type Failure = Pick<OutboundError, 'class' | 'code'> &
  Partial<Pick<OutboundError, 'clevertap' | 'message' | 'retryAfterMs'>>;

/** One row: what is submitted, what the vendor does, what must have been asked, what must come of it. */
export interface SubmitCase {
  label: string;
  messages: OutboundMessage[];
  answer: Answer;
  /** Byte for byte; when absent the request is another row's business. Null = nothing may leave. */
  request?: SeenRequest | null;
  results?: SubmitResult[];
  failure?: Failure;
}

export interface SubmitSuite<Credentials> {
  credentials: Credentials;
  /** One that the vendor would take. */
  message: OutboundMessage;
  /** A status that no documentation knows, in an otherwise good answer to `message`. */
  unknownStatus: { answer: Answer; results: SubmitResult[] };
  /** The vendor's id of the message that is looked up, where it can't be asked by ours. */
  lookupId?: string;
  cases: SubmitCase[];
}

const HEADERS_TIMEOUT_MS = 100;
const MAX_BODY_BYTES = 64 * 1_024;

/** What HTTP itself does to a submission, the same for every vendor: label, answer, error. */
const EVERY_VENDOR: [string, Answer, Partial<Failure>][] = [
  ['401', { status: 401 }, { class: 'account', code: 'http-401' }],
  ['403', { status: 403 }, { class: 'account', code: 'http-403' }],
  ['429', { status: 429 }, { class: 'transient', code: 'http-429' }],
  [
    '429 with Retry-After',
    { status: 429, headers: { 'retry-after': '7' } },
    { class: 'transient', retryAfterMs: 7_000 },
  ],
  ['503', { status: 503 }, { class: 'transient', code: 'http-503' }],
  ['500', { status: 500 }, { class: 'unknown', code: 'http-500' }],
  ['a redirect', { status: 302, headers: { location: '/login' } }, { class: 'account', code: 'http-302' }],
  ['a time-out', 'hang', { class: 'unknown', code: 'UND_ERR_HEADERS_TIMEOUT' }],
  ['a reset after the request was read', 'reset', { class: 'unknown', code: 'UND_ERR_SOCKET' }],
  ['an empty body', { status: 200 }, { class: 'unknown' }],
  ['a body in no known format', { status: 200, body: '<html>Welcome</html>' }, { class: 'unknown' }],
  ['a body that is cut off', { status: 200, body: '{"' }, { class: 'unknown' }],
  [
    'an oversized body',
    { status: 200, body: ' '.repeat(MAX_BODY_BYTES + 1) },
    { class: 'unknown', code: 'body-too-large' },
  ],
];

/** A provider beside a vendor of its own, for one test. */
interface SubmitRig {
  vendor: Vendor;
  http: HttpClient & { close(): Promise<void> };
  /** Submits to the vendor, which gives this answer. */
  submit(messages: OutboundMessage[], answer: Answer): Promise<SubmitResult[]>;
}

async function startRig<Credentials>(provider: Provider<Credentials>, credentials: Credentials): Promise<SubmitRig> {
  const vendor = await startVendor();
  const http = createHttpClient({
    allow: [vendor.host],
    maxConnectionsPerOrigin: 2,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  return {
    vendor,
    http,
    async submit(messages, answer) {
      vendor.answers = [answer];
      return provider.submit(configOf(credentials, vendor.origin), messages, http, new AbortController().signal);
    },
  };
}

/** Runs the submission table of a provider, then the cases every provider must pass: look-ups too, where it has them. */
export function runSubmitCases<Credentials>(provider: Provider<Credentials>, suite: SubmitSuite<Credentials>): void {
  describe(`${provider.name} submit`, () => {
    let rig: SubmitRig;
    beforeEach(async () => {
      rig = await startRig(provider, suite.credentials);
    });
    afterEach(async () => {
      await rig.vendor.close();
      await rig.http.close();
    });

    it.each(suite.cases)('$label', async ({ messages, answer, request, results, failure }) => {
      if (failure) expect(await failureOf(rig.submit(messages, answer))).toMatchObject(failure);
      else expect(await rig.submit(messages, answer)).toEqual(results);
      if (request !== undefined) expect(rig.vendor.seen).toEqual(request === null ? [] : [request]);
    });

    it('has a defined outcome for a status nobody knows', async () => {
      expect(await rig.submit([suite.message], suite.unknownStatus.answer)).toEqual(suite.unknownStatus.results);
    });

    runHttpFailures(provider, suite, () => rig);
    runSecrecyCases(provider, suite, () => rig);
    if (provider.lookup) runLookupFailures(provider, suite, () => rig);
    it('describes itself', () => expectDescription(provider, suite.credentials));
  });
}

function runHttpFailures<Credentials>(
  provider: Provider<Credentials>,
  { credentials, message }: SubmitSuite<Credentials>,
  rig: () => SubmitRig,
): void {
  it.each(EVERY_VENDOR)('%s', async (_label, answer, expected) => {
    const { vendor, submit } = rig();
    expect(await failureOf(submit([message], answer))).toMatchObject(expected);
    expect(vendor.seen).toHaveLength(1);
  });

  it('a refused connection sent nothing', async () => {
    const { vendor, submit } = rig();
    await vendor.close();
    expect(await failureOf(submit([message], 'hang'))).toMatchObject({ class: 'transient', code: 'ECONNREFUSED' });
  });

  it('gives up when it is told to', async () => {
    const { vendor, http } = rig();
    const config = configOf(credentials, vendor.origin);
    const request = provider.submit(config, [message], http, AbortSignal.abort());
    expect(await failureOf(request)).toMatchObject({ class: 'transient', code: 'aborted' });
    expect(vendor.seen).toEqual([]);
  });
}

function runSecrecyCases<Credentials>(
  provider: Provider<Credentials>,
  { credentials, message }: SubmitSuite<Credentials>,
  rig: () => SubmitRig,
): void {
  it.each([200, 400, 401, 422, 429, 500])(
    'keeps secrets and numbers out of what it makes of a chatty %i',
    async (status) => {
      const secrets = provider.secrets(credentials);
      expect(secrets.length).toBeGreaterThan(0);
      const echo = [...secrets, message.to].join(' and ');
      const written = captureOutput();
      let outcome: unknown;
      try {
        const body = JSON.stringify({ description: echo, message: echo, error: { message: echo, description: echo } });
        outcome = await rig()
          .submit([message], { status, body })
          .catch((error: unknown) => error);
      } finally {
        written.restore();
      }
      const said = inspect(outcome, { depth: 10 }) + written.text();
      for (const secret of [...secrets, message.to.slice(1)]) expect(said).not.toContain(secret);
    },
  );
}

function runLookupFailures<Credentials>(
  provider: Provider<Credentials>,
  { credentials, message: { id, to }, lookupId }: SubmitSuite<Credentials>,
  rig: () => SubmitRig,
): void {
  it.each(EVERY_VENDOR)('look-up: %s', async (_label, answer, expected) => {
    const { vendor, http } = rig();
    vendor.answers = [answer];
    const config = configOf(credentials, vendor.origin);
    const subject = { attemptId: id, providerId: lookupId ?? null, to, submittedAt: new Date() };
    const request = provider.lookup!(config, [subject], http, new AbortController().signal);
    expect(await failureOf(request)).toMatchObject(expected);
    expect(vendor.seen).toHaveLength(1);
    expect(vendor.seen[0]).toMatchObject({ method: 'GET', body: '' });
  });
}

function expectDescription<Credentials>(provider: Provider<Credentials>, credentials: Credentials): void {
  expect(provider.credentialsSchema.parse(credentials)).toEqual(credentials);
  expect(provider.credentialsSchema.safeParse({}).success).toBe(false);
  expect(provider.capabilities.batchSize).toBeGreaterThanOrEqual(1);
  expect(provider.capabilities.lookup).toBe(provider.lookup !== undefined);
  expect(provider.capabilities.lookupBatch > 0).toBe(provider.capabilities.lookup);
  expect(provider.defaultBaseUrl).toMatch(/^https:\/\/.*[^/]$/);
  expect(provider.signupLink).toMatch(/^https:\/\//);
}

/** One row: what is asked for, what the vendor answers, what must have been asked, what must come of it. */
export interface LookupCase {
  label: string;
  subjects: LookupSubject[];
  answer: Answer;
  request?: SeenRequest;
  receipts?: Receipt[];
  failure?: Failure;
}

/** Runs the look-up table of a provider; the cases every provider must pass come with `runSubmitCases`. */
export function runLookupCases<Credentials>(
  provider: Provider<Credentials>,
  credentials: Credentials,
  cases: LookupCase[],
): void {
  describe(`${provider.name} look-up`, () => {
    it.each(cases)('$label', async ({ subjects, answer, request, receipts, failure }) => {
      const vendor = await startVendor(answer);
      const http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 1 });
      try {
        const config = configOf(credentials, vendor.origin);
        const found = provider.lookup!(config, subjects, http, new AbortController().signal);
        if (failure) expect(await failureOf(found)).toMatchObject(failure);
        else expect(await found).toEqual(receipts);
        if (request) expect(vendor.seen).toEqual([request]);
      } finally {
        await vendor.close();
        await http.close();
      }
    });
  });
}

/** A callback in short: everything but the body has a default from its suite. */
export interface CallbackInput {
  method?: string;
  /** Path and query. */
  url?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One row: a callback as it comes in and what must be made of it. */
export interface CallbackCase {
  label: string;
  request: CallbackInput;
  expected: CallbackResult;
}

export interface CallbackSuite<Credentials> {
  credentials: Credentials;
  /** What the gateway expects of callbacks; null where the vendor signs with the credentials. */
  callbackAuth: CallbackAuth | null;
  /** The header that proves a callback, altered and left out by the runner. */
  authHeader: string;
  /** A callback that is authentic under `callbackAuth` and `credentials`, and carries a report. */
  genuine: CallbackInput;
  /** `json` = the body is JSON, and anything else is malformed. */
  format: 'json' | 'form' | 'query';
  unknownStatus: { request: CallbackInput; expected: CallbackResult };
  /** Requests are authentic: they get the headers of `genuine` unless they bring their own. */
  cases: CallbackCase[];
}

/** Runs the callback table of a provider, then the cases every provider must pass. */
export function runCallbackCases<Credentials>(
  provider: Provider<Credentials>,
  suite: CallbackSuite<Credentials>,
): void {
  describe(`${provider.name} callback`, () => {
    const config = configOf(suite.credentials, 'https://vendor.example', suite.callbackAuth);
    const receive = (input: CallbackInput): CallbackResult => {
      const result = provider.callback(callbackOf({ ...suite.genuine, ...input }), config);
      if (result.kind !== 'receipts' && result.kind !== 'inbound') return result;
      const { proof, ...rest } = result;
      // Whatever is read was proven: the request was the genuine one but for what the case is about.
      expect(proof).toBe(suite.callbackAuth === null ? 'signature' : 'secret');
      return rest as CallbackResult;
    };
    const { [suite.authHeader]: proof = '', ...unproven } = suite.genuine.headers ?? {};

    it.each(suite.cases)('$label', ({ request, expected }) => {
      expect(receive(request)).toEqual(expected);
    });

    it('has a defined outcome for a status nobody knows', () => {
      expect(receive(suite.unknownStatus.request)).toEqual(suite.unknownStatus.expected);
    });

    it('says the same of a replayed callback', () => {
      const first = receive({});
      expect(first.kind).toBe('receipts');
      expect(receive({})).toEqual(first);
    });

    it.each([
      ['no proof', unproven],
      ['an empty proof', { ...unproven, [suite.authHeader]: '' }],
      [
        'another proof',
        { ...unproven, [suite.authHeader]: `${proof.slice(0, -2)}${proof.endsWith('AA') ? 'BB' : 'AA'}` },
      ],
      ['a cut proof', { ...unproven, [suite.authHeader]: proof.slice(0, -1) }],
      ['a longer proof', { ...unproven, [suite.authHeader]: `${proof}A` }],
    ])('%s is not authentic', (_label, headers) => {
      const result = receive({ headers });
      expect(result.kind).toBe('unauthentic');
      for (const secret of provider.secrets(suite.credentials)) expect(inspect(result)).not.toContain(secret);
    });

    it('no byte of the proof can be changed', () => {
      for (let i = 0; i < proof.length; i++) {
        const changed = `${proof.slice(0, i)}${proof[i] === 'q' ? 'z' : 'q'}${proof.slice(i + 1)}`;
        expect([i, receive({ headers: { ...unproven, [suite.authHeader]: changed } }).kind]).toEqual([
          i,
          'unauthentic',
        ]);
      }
    });

    const notJson = ['', 'hello', '{"', 'null', '7', '[]', '{}', '[null]', '{"results":7}', '{"results":[null]}'];
    // A query or a form has no such thing as a body that can't be read.
    if (suite.format === 'json') {
      it.each(notJson)('%j is malformed', (body) => {
        expect(receive({ body }).kind).toBe('malformed');
      });
    }
  });
}

/** Where the gateway of every case is called back: behind a proxy, as in production. */
export const CALLBACK_URL = 'https://sms.example.test/callbacks/token';

function configOf<Credentials>(
  credentials: Credentials,
  baseUrl: string,
  callbackAuth: CallbackAuth | null = null,
): ProviderConfig<Credentials> {
  return { credentials, baseUrl, callbackUrl: CALLBACK_URL, callbackAuth };
}

function callbackOf({
  method = 'POST',
  url = '/callbacks/token',
  headers = {},
  body = '',
}: CallbackInput): CallbackRequest {
  return { method, url, headers, query: new URL(url, 'http://localhost').searchParams, body: Buffer.from(body) };
}

/** The error of a request, which must be the one kind that adapters throw. */
async function failureOf(request: Promise<unknown>): Promise<OutboundError> {
  const outcome: unknown = await request.catch((error: unknown) => error);
  if (outcome instanceof OutboundError) return outcome;
  throw new Error(`expected an OutboundError, got ${inspect(outcome)}`);
}

/** Collects what the process writes until `restore`. */
function captureOutput(): { text(): string; restore(): void } {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    }),
  );
  const console_ = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    jest.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      text += inspect(args);
    }),
  );
  return {
    text: () => text,
    restore: () => [...spies, ...console_].forEach((spy) => spy.mockRestore()),
  };
}
