/** `alerts` and `requests`: what needs somebody, and what callers were answered. */
import { given, wholeNumber } from '../ask';
import { text, type Command, type Context, type Options, type Outcome } from '../command';

interface Alert {
  id: string;
  kind: string;
  subject: { kind: string; id: string; name: string };
  openedAt: string;
  closedAt: string | null;
  sentence: string;
  remedy: string;
}

interface Request {
  id: string;
  at: string;
  shape: string;
  route: string;
  keyName: string | null;
  status: number;
  code?: string | null;
  message?: string;
  accepted: number;
  rejected: number;
  problems: {
    index: number | null;
    to: string | null;
    meta: string | null;
    field: string | null;
    code: string;
    message: string;
  }[];
}

async function alerts_({ api, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const query = { state: options.all === true ? 'all' : 'open' };
  const answer = (await api.call('GET', '/api/v1/alerts', { query })) as { items: Alert[] };
  const lines = answer.items.flatMap(({ subject, openedAt, closedAt, sentence, remedy }) => [
    paper.heading(sentence),
    `  ${subject.kind} ${subject.name} (${subject.id}), since ${paper.time(openedAt)}${closedAt === null ? '' : `, over at ${paper.time(closedAt)}`}`,
    `  → ${remedy}`,
  ]);
  return { json: answer, lines: lines.length === 0 ? ['Nothing needs you.'] : lines };
}

async function requests_({ api, paper }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  if (id !== undefined) {
    const one = (await api.call('GET', `/api/v1/requests/${encodeURIComponent(id)}`)) as Request;
    return { json: { items: [one], nextCursor: null }, lines: detail(one, { paper }) };
  }
  const filter = given({
    outcome: text(options, 'outcome'), to: text(options, 'to'), meta: text(options, 'meta'),
    from: text(options, 'from'), until: text(options, 'until'),
  }) as Record<string, string>; // prettier-ignore
  const page = await api.pages('/api/v1/requests', filter, wholeNumber(text(options, 'limit'), '--limit')!);
  const rows = (page.items as Request[]).map(({ at, shape, keyName, status, accepted, rejected, problems, message, id: one }) => [
    paper.time(at), shape, keyName, status, accepted, rejected, problems[0]?.message ?? message, one,
  ]); // prettier-ignore
  const heads = ['Time', 'Shape', 'Key', 'Status', 'Taken', 'Refused', 'First reason', 'Id'];
  return { json: page, lines: paper.table(heads, rows, 'No request fits.') };
}

function detail(
  { at, shape, route, keyName, status, accepted, rejected, problems, id }: Request,
  { paper }: Pick<Context, 'paper'>,
): string[] {
  return [
    ...paper.facts([
      ['Request', id], ['Time', paper.time(at)], ['Shape', shape], ['Route', route], ['Key', keyName],
      ['Status', status], ['Taken', accepted], ['Refused', rejected],
    ]),
    ...(problems.length === 0
      ? []
      : ['', ...paper.table(['Record', 'To', 'Meta', 'Field', 'Reason'], problems.map(({ index, to, meta, field, message }) => [index, to, meta, field, message]))]),
  ]; // prettier-ignore
}

export const alerts: readonly Command[] = [
  {
    name: 'alerts',
    summary: 'Says what needs somebody now.',
    options: [{ flags: '--all', description: 'those that are over, too' }],
    example: 'heliograph alerts',
    prints: 'GET /api/v1/alerts',
    run: alerts_,
  },
  {
    name: 'requests',
    summary: 'Lists what callers sent and were answered, newest first; or shows one.',
    args: [{ spec: '[id]', description: 'id of a request' }],
    options: [
      { flags: '--outcome <outcome>', description: 'how it ended', choices: ['refused', 'partly', 'taken'] },
      { flags: '--to <number>', description: 'with a record to this number' },
      { flags: '--meta <meta>', description: 'with a record of this meta' },
      { flags: '--from <time>', description: 'at this moment or later (ISO 8601)' },
      { flags: '--until <time>', description: 'before this moment' },
      { flags: '--limit <count>', description: 'at most so many', fallback: '20' },
    ],
    example: 'heliograph requests --outcome refused',
    prints: 'GET /api/v1/requests',
    run: requests_,
  },
];
