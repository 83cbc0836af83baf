/** Outcomes on their way to webhooks. */
import { given, wholeNumber } from '../ask';
import { text, type Command, type Context, type Options, type Outcome } from '../command';
import { usage } from '../exit';

const CALLBACKS = '/api/v1/callbacks';

interface Callback {
  id: string;
  messageId: string;
  webhookId: string;
  event: string;
  state: string;
  tries: number;
  lastError?: string;
  createdAt: string;
}

async function list({ api, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const page = await api.pages(
    CALLBACKS,
    { state: text(options, 'state'), webhookId: text(options, 'webhook'), messageId: text(options, 'message') },
    wholeNumber(text(options, 'limit'), '--limit')!,
  );
  const rows = (page.items as Callback[]).map(({ id, event, state, tries, webhookId, messageId, createdAt, lastError }) => [
    paper.time(createdAt), event, state, tries, webhookId, messageId, lastError, id,
  ]); // prettier-ignore
  const heads = ['Queued', 'Event', 'State', 'Tries', 'Webhook', 'Message', 'Last error', 'Id'];
  return { json: page, lines: paper.table(heads, rows, 'No callback fits.') };
}

async function replay({ api }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  const filter = given({
    webhookId: text(options, 'webhook'),
    state: text(options, 'state'),
    campaignId: text(options, 'campaign'),
    from: text(options, 'from'),
    until: text(options, 'until'),
  });
  if (id !== undefined) {
    if (Object.keys(filter).length > 0) throw usage('An id and a filter were given', 'Give one or the other.');
    await api.call('POST', `${CALLBACKS}/${encodeURIComponent(id)}/replay`);
    return { json: { replayed: 1 }, lines: ['It is told again.'] };
  }
  let replayed = 0;
  let cursor: string | null = null;
  do {
    const body = { ...filter, ...(cursor === null ? {} : { cursor }) };
    const step = (await api.call('POST', `${CALLBACKS}/replay`, { body })) as {
      replayed: number;
      nextCursor: string | null;
    };
    replayed += step.replayed;
    cursor = step.nextCursor;
  } while (cursor !== null);
  return {
    json: { replayed },
    lines: [replayed === 1 ? '1 callback is told again.' : `${replayed} callbacks are told again.`],
  };
}

export const callbacks: readonly Command[] = [
  {
    name: 'callback list',
    summary: 'Lists what was told to webhooks, newest first.',
    options: [
      {
        flags: '--state <state>',
        description: 'in this state',
        choices: ['pending', 'sending', 'delivered', 'dead', 'skipped'],
      },
      { flags: '--webhook <id>', description: 'to this webhook' },
      { flags: '--message <id>', description: 'of this message' },
      { flags: '--limit <count>', description: 'at most so many', fallback: '20' },
    ],
    example: 'heliograph callback list --state dead',
    prints: 'GET /api/v1/callbacks',
    run: list,
  },
  {
    name: 'callback replay',
    summary: 'Tells a webhook again: one callback, or all that were given up.',
    args: [{ spec: '[id]', description: 'id of one callback; without it, all dead ones that fit' }],
    options: [
      { flags: '--webhook <id>', description: 'to this webhook' },
      {
        flags: '--state <state>',
        description: 'in this state; dead unless given',
        choices: ['dead', 'skipped', 'delivered'],
      },
      { flags: '--campaign <id>', description: 'of this campaign' },
      { flags: '--from <time>', description: 'queued at this moment or later (ISO 8601)' },
      { flags: '--until <time>', description: 'queued before this moment' },
    ],
    example: 'heliograph callback replay --webhook wh_0123456789abcdef --from 2026-11-28T00:00:00Z',
    prints: '#Replayed',
    run: replay,
  },
];
