/** Gateways: adding, testing, looking at them. */
import { given, readJsonObject, wholeNumber } from '../ask';
import { text, type Command, type Context, type Options, type Outcome } from '../command';
import { EXIT, usage } from '../exit';
import type { Paper } from '../output/paper';

const GATEWAYS = '/api/v1/gateways';
const ID = { spec: '<id>', description: 'id of the gateway' };
/** The API waits for the provider itself. */
const TEST_MS = 60_000;

interface Gateway {
  id: string;
  name: string;
  provider: string;
  credentials: Record<string, unknown>;
  callbackAuth: Record<string, unknown> | null;
  callbackUrl?: string;
  callbackAuthenticated: boolean;
  baseUrl: string | null;
  status: string;
  priority: number;
  defaultSender: string | null;
  fallbackSender: string | null;
  ratePerSecond: number | null;
  sendingPattern: string;
  health: {
    state: string;
    reason?: string;
    acceptRate: number | null;
    deliveryRate: number | null;
    heldUntil?: string;
  };
  createdAt: string;
}

interface Catalogue {
  items: { name: string; label: string; docs: string; credentials?: { fields?: { name: string; title?: string }[] } }[];
}

const percent = (share: number | null): string | null => (share === null ? null : `${Math.round(share * 100)} %`);

async function add(context: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const { api, paper } = context;
  const provider = text(options, 'provider')!;
  const file = text(options, 'credentials');
  if (file === undefined) throw await withoutCredentials(context, provider);
  const body = given({
    provider,
    name: text(options, 'name') ?? provider,
    credentials: await readJsonObject(context, file),
    baseUrl: text(options, 'baseUrl'),
    sendingPattern: text(options, 'pattern'),
    status: options.inactive === true ? 'inactive' : undefined,
    priority: wholeNumber(text(options, 'priority'), '--priority'),
    defaultSender: text(options, 'sender'),
    fallbackSender: text(options, 'fallbackSender'),
    ratePerSecond: wholeNumber(text(options, 'rate'), '--rate'),
  });
  const made = (await api.call('POST', GATEWAYS, { body })) as Gateway;
  return {
    json: made,
    lines: [...factsOf(made, paper), `Next: heliograph gateway test ${made.id} --to <your number>`],
  };
}

/** Says what the provider asks for. */
async function withoutCredentials({ api }: Context, provider: string) {
  const { items } = (await api.call('GET', '/api/v1/providers')) as Catalogue;
  const known = items.find(({ name }) => name === provider);
  if (known === undefined) {
    return usage(
      `There is no provider ${JSON.stringify(provider)}`,
      `Name one of ${items.map(({ name }) => name).join(', ')}.`,
    );
  }
  return usage(
    `${known.label} needs credentials. ${known.docs}`,
    'Give them as a JSON object: --credentials <file>, - = standard input. GET /api/v1/providers has the fields.',
  );
}

function factsOf(gateway: Gateway, paper: Paper): string[] {
  const { health, callbackAuth } = gateway;
  return paper.facts([
    ['Gateway', gateway.id], ['Name', gateway.name], ['Provider', gateway.provider], ['Status', gateway.status],
    ['Health', health.state], ['Reason', health.reason],
    ['Held until', health.heldUntil === undefined ? undefined : paper.time(health.heldUntil)],
    ['Accepted', percent(health.acceptRate)], ['Delivered', percent(health.deliveryRate)],
    ['Credentials', Object.entries(gateway.credentials).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ')],
    ['Sender', gateway.defaultSender], ['Fallback', gateway.fallbackSender], ['Pattern', gateway.sendingPattern],
    ['Rate', gateway.ratePerSecond === null ? undefined : `${gateway.ratePerSecond} a second`],
    ['Priority', gateway.priority], ['Base URL', gateway.baseUrl], ['Callback URL', gateway.callbackUrl],
    ['Callbacks', gateway.callbackAuthenticated ? 'prove their sender' : 'are not proven: docs/security.md, "Callbacks"'],
    ['Callback auth', callbackAuth === null ? undefined : JSON.stringify(callbackAuth)], ['Made', paper.time(gateway.createdAt)],
  ]); // prettier-ignore
}

async function list({ api, paper }: Context): Promise<Outcome> {
  const answer = (await api.call('GET', GATEWAYS)) as { items: Gateway[] };
  const rows = answer.items.map(({ id, name, provider, status, priority, health, defaultSender }) => [
    name, provider, status, health.state, percent(health.deliveryRate), priority, defaultSender, health.reason, id,
  ]); // prettier-ignore
  const heads = ['Name', 'Provider', 'Status', 'Health', 'Delivered', 'Priority', 'Sender', 'Reason', 'Id'];
  return { json: answer, lines: paper.table(heads, rows, 'There is no gateway: heliograph gateway add.') };
}

async function show({ api, paper }: Context, [id]: readonly string[]): Promise<Outcome> {
  const gateway = (await api.call('GET', `${GATEWAYS}/${encodeURIComponent(id!)}`)) as Gateway;
  return { json: gateway, lines: factsOf(gateway, paper) };
}

async function test({ api, paper }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  const body = given({ to: text(options, 'to'), text: text(options, 'text'), sender: text(options, 'sender') });
  const request = { body, timeoutMs: TEST_MS };
  const answer = (await api.call('POST', `${GATEWAYS}/${encodeURIComponent(id!)}/test`, request)) as {
    ok: boolean;
    outcome: string;
    providerMessageId?: string;
    error?: string;
  };
  const { ok, outcome, providerMessageId, error } = answer;
  const line = ok
    ? `${paper.state('ok')}  The provider took it${providerMessageId === undefined ? '' : ` as ${providerMessageId}`}.`
    : `${paper.state('FAIL')}  ${outcome}: ${error ?? 'the provider refused it'}`;
  return { json: answer, lines: [line], exitCode: ok ? EXIT.ok : EXIT.failed };
}

export const gateways: readonly Command[] = [
  {
    name: 'gateway add',
    summary: 'Adds a gateway.',
    options: [
      { flags: '--provider <name>', description: 'infobip, twilio, http, …', required: true },
      {
        flags: '--credentials <file>',
        description: 'a file with the credentials as a JSON object, - = standard input',
      },
      { flags: '--name <name>', description: 'its name; else the provider’s' },
      { flags: '--base-url <url>', description: 'where the provider’s API is, if not where it usually is' },
      { flags: '--sender <sender>', description: 'default sender ID' },
      { flags: '--fallback-sender <sender>', description: 'sender ID to use when that one is refused' },
      {
        flags: '--pattern <pattern>',
        description: 'how requests are made',
        choices: ['batch', 'loop'],
        fallback: 'loop',
      },
      { flags: '--rate <count>', description: 'at most so many messages a second' },
      { flags: '--priority <number>', description: 'lower goes first' },
      { flags: '--inactive', description: 'do not send over it yet' },
    ],
    example: 'heliograph gateway add --provider infobip --credentials infobip.json --sender TXTSMS --pattern batch',
    prints: 'POST /api/v1/gateways',
    run: add,
  },
  {
    name: 'gateway list',
    summary: 'Lists gateways with their health.',
    example: 'heliograph gateway list',
    prints: 'GET /api/v1/gateways',
    run: list,
  },
  {
    name: 'gateway test',
    summary: 'Sends one message over a gateway, and says what the provider answered.',
    args: [ID],
    options: [
      { flags: '--to <number>', description: 'number to send it to', required: true },
      { flags: '--text <text>', description: 'its text' },
      { flags: '--sender <sender>', description: 'sender ID' },
    ],
    example: 'heliograph gateway test gw_0123456789abcdef --to +919800000001',
    prints: 'POST /api/v1/gateways/{id}/test',
    run: test,
  },
  {
    name: 'gateway show',
    summary: 'Shows a gateway, its health, and where its provider reports.',
    args: [ID],
    example: 'heliograph gateway show gw_0123456789abcdef',
    prints: 'GET /api/v1/gateways/{id}',
    run: show,
  },
];
