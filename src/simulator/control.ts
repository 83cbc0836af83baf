/** `/control/*`: how a test or an operator scripts the simulator and asks what happened. All JSON. */
import { newCounts, totalCounts } from './account';
import type { Peak } from './peak';
import type { Answer, VendorRequest } from './protocol';
import { readScript } from './script';
import type { MessageRecord, World } from './world';
import { KEPT_RECORDS } from './world';

const DEFAULT_LIMIT = 100;

function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

function digits(number: string): string {
  return number.replace(/\D/g, '');
}

const iso = (ms: number) => new Date(ms).toISOString();

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, KEPT_RECORDS) : DEFAULT_LIMIT;
}

function putScript(world: World, request: VendorRequest, account: string | undefined): Answer {
  let input: unknown;
  try {
    input = JSON.parse(request.body.toString());
  } catch {
    const problem = { field: '(script)', value: null, remedy: 'send a JSON object; {} is the default script' };
    return json(400, { error: 'bad-script', problems: [problem] });
  }
  const read = readScript(input);
  if (!read.ok) return json(400, { error: 'bad-script', problems: read.problems });
  world.putScript(read.script, account);
  return json(200, read.script);
}

function counts(world: World, account: string | undefined) {
  if (account !== undefined) {
    const known = world.accounts.get(account);
    return { ...(known?.counts ?? newCounts()), ...firstAndLast(known?.peak) };
  }
  const accounts = Object.fromEntries(
    [...world.accounts].map(([name, { counts: own, peak }]) => [name, { ...own, ...firstAndLast(peak) }]),
  );
  const total = totalCounts(
    [...world.accounts.values()].map(({ counts: own }) => own),
    world.peak.max,
  );
  return { ...total, ...firstAndLast(world.peak), accounts };
}

function firstAndLast(peak: Peak | undefined) {
  const shown = (at: number | null | undefined) => (at == null ? null : iso(at));
  return { firstSubmissionAt: shown(peak?.firstAt), lastSubmissionAt: shown(peak?.lastAt) };
}

function messages(world: World, query: URLSearchParams) {
  const to = query.get('to');
  const messageId = query.get('messageId');
  const account = query.get('account');
  const matches = (record: MessageRecord) =>
    (to === null || digits(record.to) === digits(to)) &&
    (messageId === null || record.messageId === messageId || record.clientId === messageId) &&
    (account === null || record.account === account);
  return {
    kept: world.messages.size,
    messages: world.messages
      .find(matches, limitOf(query))
      .map((record) => ({ ...record, times: record.times.map(iso) })),
  };
}

function clevertap(world: World, account: string | undefined) {
  if (account !== undefined) return world.listener(account).received.counts;
  return { accounts: Object.fromEntries([...world.listeners].map(([name, { received }]) => [name, received.counts])) };
}

function clevertapRecords(world: World, query: URLSearchParams) {
  const meta = query.get('meta');
  const account = query.get('account');
  const records = world.received
    .find(
      (record) => (meta === null || record.meta === meta) && (account === null || record.account === account),
      limitOf(query),
    )
    .map((record) => ({ ...record, receivedAt: iso(record.receivedAt) }));
  const heard = [...world.listeners].filter(([name]) => account === null || name === account);
  const told =
    meta === null ? undefined : Object.fromEntries(heard.map(([name, l]) => [name, l.received.timesOf(meta)]));
  return { told, records };
}

/** Answers every control request but `POST /control/reset`, which the server answers, and `POST /control/inbound`. */
export function answerControl(world: World, path: string, request: VendorRequest): Answer {
  const account = request.query.get('account') ?? undefined;
  switch (`${request.method} ${path}`) {
    case 'PUT /control/script':
      return putScript(world, request, account);
    case 'GET /control/script':
      return json(200, world.script(account));
    case 'GET /control/counts':
      return json(200, counts(world, account));
    case 'GET /control/sink':
      return json(200, world.sink.counts);
    case 'GET /control/messages':
      return json(200, messages(world, request.query));
    case 'GET /control/clevertap':
      return json(200, clevertap(world, account));
    case 'GET /control/clevertap/records':
      return json(200, clevertapRecords(world, request.query));
    case 'GET /control/ledger':
      return json(200, {
        scripts: world.scripts(),
        counts: counts(world, undefined),
        clevertap: clevertap(world, undefined),
        messages: messages(world, request.query),
        clevertapRecords: clevertapRecords(world, request.query),
      });
    default:
      return json(404, { error: 'not-found', remedy: 'docs/simulator.md lists the control routes' });
  }
}
