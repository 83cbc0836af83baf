/** `send`, and what is asked of single messages. */
import { confirm, given, pairs, readText, wholeNumber, YES } from '../ask';
import { text, texts, type Command, type Context, type Options, type Outcome } from '../command';
import { EXIT, usage } from '../exit';
import { exchangeLines, type Exchange } from '../output/exchange';
import type { Paper } from '../output/paper';
import { watch } from '../wait';

interface Acceptance {
  accepted: number;
  rejected: { index: number; code: string; field: string; message: string }[];
  ids: string[];
  duplicates?: number[];
  held?: { place: number; until: string }[];
}

interface Message {
  id: string;
  to: string;
  meta: string | null;
  campaignId?: string;
  state: string;
  sender: string | null;
  gatewayId: string | null;
  providerMessageId?: string | null;
  service: string;
  segments: number;
  encoding: string;
  acceptedAt: string;
  scheduledAt?: string;
  heldUntil?: string;
  submittedAt?: string;
  settledAt?: string;
  code?: string;
  reason?: string;
  workflowUrl?: string;
}

interface Trace extends Message {
  text: string | null;
  attempts: (Exchange & { gatewayId: string; sender: string | null; state: string; providerMessageId: string | null; code?: string; reason?: string; createdAt: string })[]; // prettier-ignore
  receipts: { status: string; disposition: string; code?: string; reason?: string; receivedAt: string }[];
  callbacks: { id: string; webhookId: string; event: string; state: string; tries: number; lastStatus?: number; lastError?: string; deliveredAt?: string; createdAt: string }[]; // prettier-ignore
}

const ENDED = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'];
const DEFAULT_WAIT_SECONDS = '60';

async function send(context: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const { api, paper } = context;
  const given_ = text(options, 'text');
  const body = given({
    to: texts(options, 'to').join(','),
    text: given_ === '-' ? (await readText(context, '-')).trimEnd() : given_,
    sender: text(options, 'sender'),
    meta: text(options, 'meta'),
    service: text(options, 'service'),
    templateId: text(options, 'templateId'),
    variables: texts(options, 'var').length === 0 ? undefined : pairs(texts(options, 'var'), '--var'),
    time: text(options, 'time'),
    webhookId: text(options, 'webhook'),
  });
  if (body.to === '') throw usage('There is no number to send to', 'Name one or several: --to +919800000001.');
  const answer = (await api.call('POST', '/clevertap/v1/messages', { body })) as Acceptance;
  const exitCode = answer.rejected.length > 0 ? EXIT.failed : EXIT.ok;
  const [id] = answer.ids;
  if (options.wait !== undefined && answer.ids.length === 1 && id !== undefined) return settled(context, id, options);
  const held = new Map(answer.held?.map(({ place, until }) => [place, until]));
  return {
    json: answer,
    exitCode,
    lines: [
      ...answer.ids.map((one, i) => {
        const waits = held.has(i) ? `, waits for its window until ${paper.time(held.get(i))}` : '';
        return `${answer.duplicates?.includes(i) === true ? 'Sent before, not again' : 'Accepted'}: ${one}${waits}`;
      }),
      ...answer.rejected.map(({ field, message }) => `Refused: ${field} ${message}`),
      ...(id === undefined ? [] : [`Follow it: heliograph message show ${id}`]),
    ],
  };
}

/** Waits until a message has an outcome; one that is not delivered is a failure. */
async function settled(context: Context, id: string, options: Options): Promise<Outcome> {
  const wanted = options.wait === true ? DEFAULT_WAIT_SECONDS : text(options, 'wait');
  const { value } = await watch<Trace>(context, {
    look: async () => (await context.api.call('GET', `/api/v1/messages/${id}`)) as Trace,
    isOver: ({ state }) => ENDED.includes(state),
    line: ({ state, reason }) => `${id}  ${state}${reason === undefined ? '' : `: ${reason}`}`,
    forMs: wholeNumber(wanted, '--wait')! * 1_000,
  });
  const isDelivered = value.state === 'delivered';
  return { json: value, lines: [], exitCode: isDelivered ? EXIT.ok : EXIT.failed };
}

async function list({ api, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const most = wholeNumber(text(options, 'limit'), '--limit')!;
  const page = await api.pages(
    '/api/v1/messages',
    given({
      to: text(options, 'to'), toContains: text(options, 'contains'), meta: text(options, 'meta'),
      state: text(options, 'state'), campaignId: text(options, 'campaign'), gatewayId: text(options, 'gateway'),
      sender: text(options, 'sender'), providerMessageId: text(options, 'providerId'), code: text(options, 'code'),
      from: text(options, 'from'), until: text(options, 'until'),
    }) as Record<string, string>, // prettier-ignore
    most,
  );
  const rows = (page.items as Message[]).map(({ id, to, state, sender, gatewayId, acceptedAt, reason }) => [
    paper.time(acceptedAt), to, state, sender, gatewayId, reason, id,
  ]); // prettier-ignore
  const lines = paper.table(['Accepted', 'To', 'State', 'Sender', 'Gateway', 'Reason', 'Id'], rows, 'No message fits.');
  return { json: page, lines: page.nextCursor === null ? lines : [...lines, `There are more than ${most}: --limit.`] };
}

async function show({ api, paper }: Context, [id]: readonly string[]): Promise<Outcome> {
  const trace = (await api.call('GET', `/api/v1/messages/${encodeURIComponent(id!)}`)) as Trace;
  return { json: trace, lines: storyOf(trace, paper) };
}

/** A message with all that happened to it, in time order. */
function storyOf(trace: Trace, paper: Paper): string[] {
  const events = [
    { at: trace.acceptedAt, what: 'accepted', said: `${trace.segments} × ${trace.encoding}, ${trace.service}` },
    ...trace.attempts.map(({ no, gatewayId, sender, state, providerMessageId, code, reason, createdAt }) => ({
      at: createdAt,
      what: `attempt ${no}`,
      said: words([`${state} over ${gatewayId}`, sender && `as ${sender}`, providerMessageId && `id ${providerMessageId}`, code, reason]), // prettier-ignore
    })),
    ...trace.receipts.map(({ status, disposition, code, reason, receivedAt }) => ({
      at: receivedAt,
      what: 'receipt',
      said: words([status, disposition === 'applied' ? undefined : disposition, code, reason]),
    })),
    ...trace.callbacks.map(({ id, webhookId, event, state, tries, lastStatus, lastError, deliveredAt, createdAt }) => ({
      at: deliveredAt ?? createdAt,
      what: 'callback',
      said: words([
        `${event} to ${webhookId}: ${state}`,
        `${tries} ${tries === 1 ? 'try' : 'tries'}`,
        lastStatus === undefined ? undefined : `status ${lastStatus}`,
        lastError,
        `id ${id}`,
      ]),
    })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return [
    ...paper.facts([
      ['Message', trace.id], ['State', trace.state], ['Reason', words([trace.code, trace.reason])], ['To', trace.to],
      ['Text', trace.text], ['Sender', trace.sender], ['Gateway', trace.gatewayId], ['Meta', trace.meta],
      ['Campaign', trace.campaignId],
      ['Sends at', trace.scheduledAt === undefined ? undefined : paper.time(trace.scheduledAt)],
      ['Held until', trace.heldUntil === undefined ? undefined : paper.time(trace.heldUntil)],
      ['Settled', trace.settledAt === undefined ? undefined : paper.time(trace.settledAt)],
      ['Workflow', trace.workflowUrl],
    ]),
    '',
    ...paper.table(['Time', 'What', ''], events.map(({ at, what, said }) => [paper.time(at), what, said])),
    ...exchangeLines(trace.attempts, paper),
  ]; // prettier-ignore
}

const words = (parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => part != null && part !== '').join(', ');

/** Actions of one message; each answers what became of it. */
const act = (action: string, done: string) =>
  async function (context: Context, [id, gatewayId]: readonly string[], options: Options): Promise<Outcome> {
    if (action === 'cancel') await confirm(context, options, `Cancel message ${id}? It can’t be undone.`);
    const confirmed = action === 'resend' && options.confirm === true ? { confirm: true } : undefined;
    const body = action === 'move' ? { gatewayId } : confirmed;
    const path = `/api/v1/messages/${encodeURIComponent(id!)}/${action}`;
    const answer = (await context.api.call('POST', path, { body })) as { id?: string; state?: string } | null;
    const made =
      action === 'resend' && answer?.id !== undefined ? ` Follow it: heliograph message show ${answer.id}` : '';
    return { json: answer, lines: [`${done}.${made}`] };
  };

const id = { spec: '<id>', description: 'id of the message' };

export const messages: readonly Command[] = [
  {
    name: 'send',
    summary: 'Sends a message.',
    options: [
      { flags: '--to <number>', description: 'number with country code; may be given several times', repeats: true },
      { flags: '--text <text>', description: 'the text, - = standard input' },
      { flags: '--sender <sender>', description: 'sender ID; else the gateway’s default' },
      { flags: '--meta <meta>', description: 'your own id of it' },
      { flags: '--service <service>', description: 'T transactional, P promotional; else the account’s default' },
      { flags: '--template-id <id>', description: 'DLT template id' },
      {
        flags: '--var <name=value>',
        description: 'variable of the template; may be given several times',
        repeats: true,
      },
      { flags: '--time <time>', description: 'when, such as "2027-01-31 10:00" in the account’s zone' },
      { flags: '--webhook <id>', description: 'webhook that hears of the outcome' },
      {
        flags: '--wait [seconds]',
        description: `wait for the outcome, ${DEFAULT_WAIT_SECONDS} s unless told otherwise`,
      },
    ],
    example: "heliograph send --to +919800000001 --text 'Your order 17 has left.' --service T --wait",
    prints: 'POST /clevertap/v1/messages',
    run: send,
  },
  {
    name: 'message list',
    summary: 'Lists messages, newest first.',
    options: [
      { flags: '--to <number>', description: 'to this number' },
      { flags: '--meta <meta>', description: 'with this meta' },
      { flags: '--state <state>', description: 'in this state, such as failed' },
      { flags: '--campaign <id>', description: 'of this campaign' },
      { flags: '--contains <digits>', description: 'to numbers with these digits, four or more' },
      { flags: '--gateway <id>', description: 'over this gateway' },
      { flags: '--sender <sender>', description: 'as this sender ID' },
      { flags: '--provider-id <id>', description: 'with this id of the provider’s' },
      { flags: '--code <code>', description: 'with this code, CleverTap’s or the provider’s' },
      { flags: '--from <time>', description: 'accepted at this moment or later (ISO 8601)' },
      { flags: '--until <time>', description: 'accepted before this moment' },
      { flags: '--limit <count>', description: 'at most so many', fallback: '20' },
    ],
    example: 'heliograph message list --to +919800000001',
    prints: 'GET /api/v1/messages',
    run: list,
  },
  {
    name: 'message show',
    summary: 'Tells the story of one message.',
    args: [id],
    example: 'heliograph message show 01890a5d-ac96-774b-bcce-b302099a8057',
    prints: 'GET /api/v1/messages/{id}',
    run: show,
  },
  {
    name: 'message cancel',
    summary: 'Cancels a message that has not left.',
    args: [id],
    options: [YES],
    example: 'heliograph message cancel 01890a5d-ac96-774b-bcce-b302099a8057',
    prints: 'POST /api/v1/messages/{id}/cancel',
    run: act('cancel', 'It is cancelled'),
  },
  {
    name: 'message resend',
    summary: 'Sends a message that failed once more, as a new one.',
    args: [id],
    options: [{ flags: '--confirm', description: 'also if it was delivered, or may have been' }],
    example: 'heliograph message resend 01890a5d-ac96-774b-bcce-b302099a8057',
    prints: 'POST /api/v1/messages/{id}/resend',
    run: act('resend', 'It is sent again'),
  },
  {
    name: 'message move',
    summary: 'Moves a message that waits to another gateway.',
    args: [id, { spec: '<gateway>', description: 'id of the gateway' }],
    example: 'heliograph message move 01890a5d-ac96-774b-bcce-b302099a8057 gw_0123456789abcdef',
    prints: 'POST /api/v1/messages/{id}/move',
    run: act('move', 'It goes over that gateway'),
  },
];
