/** What is done with campaigns that are there. */
import { confirm, given, YES } from '../ask';
import { text, texts, type Command, type Context, type Options, type Outcome } from '../command';
import { usage } from '../exit';
import { shownSeconds } from '../output/times';
import { watch } from '../wait';
import { BODY_OPTIONS, bodyOf, campaignLine, CAMPAIGNS, factsOf, follow, ID, type Campaign } from './campaigns';

const FORECAST_MS = 120_000;

interface Forecast {
  state?: 'computing';
  recipients: number;
  suppressed: number;
  duplicates: number;
  rejected: number;
  segments: { total: number };
  encodings: { gsm7: number; ucs2: number };
  cost: { amount: number; currency: string | null } | null;
  finishesAt: string | null;
  sendingSeconds: number;
  warnings: string[];
  madeAt: string;
}

interface Ledger {
  state: string;
  ledger: Record<string, number>;
  leftOut: { rejected: number; duplicates: number };
  byCode: { state: string; code: string | null; messages: number }[];
}

const pathOf = (id: string, action: string): string => `${CAMPAIGNS}/${encodeURIComponent(id)}/${action}`;

/** @param question asked before what can't be undone. */
const act = (action: string, question?: string) =>
  async function (context: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
    if (question !== undefined) await confirm(context, options, question);
    const campaign = (await context.api.call('POST', pathOf(id!, action))) as Campaign;
    if (options.watch === true) return follow(context, id!);
    return { json: campaign, lines: [`${campaign.name}  ${campaignLine(campaign)}`] };
  };

async function reschedule({ api, paper }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  const body = given({ time: text(options, 'time'), timezone: text(options, 'timezone') });
  const campaign = (await api.call('POST', pathOf(id!, 'reschedule'), { body })) as Campaign;
  return { json: campaign, lines: [`${campaign.name} leaves at ${paper.time(campaign.time)}.`] };
}

async function edit(context: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  const { api, paper } = context;
  const body = await bodyOf(context, options);
  if (Object.keys(body).length === 0) throw usage('Nothing is named to change', 'Give --message, or another option.');
  const campaign = (await api.call('PATCH', `${CAMPAIGNS}/${encodeURIComponent(id!)}`, { body })) as Campaign;
  const remade =
    campaign.state === 'preparing' ? ['Its messages are made anew; none of the text before will leave.'] : [];
  return { json: campaign, lines: [...factsOf(campaign, paper), ...remade] };
}

async function ledger({ api, paper, isJson }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  if (options.csv === true && !isJson) {
    const csv = await api.text('GET', pathOf(id!, 'ledger'), { query: { format: 'csv' }, timeoutMs: 600_000 });
    return { json: null, lines: [csv.replace(/\r?\n$/, '')] };
  }
  const answer = (await api.call('GET', pathOf(id!, 'ledger'), { query: { format: 'json' } })) as Ledger;
  const { rejected, duplicates } = answer.leftOut;
  return {
    json: answer,
    lines: [
      ...paper.facts([
        ['State', answer.state],
        ...Object.entries(answer.ledger),
        ['left out', `${rejected} rejected, ${duplicates} duplicates`],
      ]),
      ...(answer.byCode.length === 0
        ? []
        : ['', ...paper.table(['State', 'Code', 'Messages'], answer.byCode.map(({ state, code, messages }) => [state, code, messages]))]),
    ],
  }; // prettier-ignore
}

async function forecast(context: Context, [id]: readonly string[]): Promise<Outcome> {
  const { api, paper, stderr } = context;
  const { value } = await watch<Forecast>({ ...context, stdout: stderr }, {
    look: async () => (await api.call('GET', pathOf(id!, 'forecast'))) as Forecast,
    isOver: ({ state }) => state !== 'computing',
    line: ({ state }) => (state === 'computing' ? 'The forecast is being made …' : 'The forecast is made.'),
    forMs: FORECAST_MS,
  }); // prettier-ignore
  if (value.state === 'computing') return { json: value, lines: ['It is still being made: ask again.'] };
  const { cost, segments, encodings } = value;
  return {
    json: value,
    lines: [
      ...paper.facts([
        ['Recipients', value.recipients],
        ['Left out', `${value.suppressed} suppressed, ${value.duplicates} duplicates, ${value.rejected} rejected`],
        ['Parts', `${segments.total} (${encodings.gsm7} texts in GSM-7, ${encodings.ucs2} in UCS-2)`],
        ['Cost', cost === null ? undefined : `${cost.amount} ${cost.currency ?? ''}`],
        ['Takes', shownSeconds(value.sendingSeconds)],
        ['Last leaves', value.finishesAt === null ? undefined : paper.time(value.finishesAt)],
      ]),
      ...value.warnings.map((warning) => `${paper.state('warn')}  ${warning}`),
    ],
  };
}

async function again({ api, paper }: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  const [classes, codes] = [texts(options, 'class'), texts(options, 'code')];
  const body = given({
    name: text(options, 'name'),
    classes: classes.length === 0 ? undefined : classes,
    codes: codes.length === 0 ? undefined : codes,
  });
  const made = (await api.call('POST', pathOf(id!, 'again'), { body })) as Campaign;
  return {
    json: made,
    lines: [
      ...paper.facts([['Campaign', made.id], ['Name', made.name], ['State', made.state]]),
      `It is a draft over those that failed. Next: heliograph campaign launch ${made.id}`,
    ],
  }; // prettier-ignore
}

const one = (name: string, summary: string, question?: string): Command => ({
  name: `campaign ${name}`,
  summary,
  args: [ID],
  options: question === undefined ? [] : [YES],
  example: `heliograph campaign ${name} cmp_0123456789abcdef`,
  prints: `POST /api/v1/campaigns/{id}/${name}`,
  run: act(name, question),
});

export const campaignActions: readonly Command[] = [
  {
    ...one('launch', 'Starts a draft.'),
    options: [{ flags: '--watch', description: 'follow it to its end; Ctrl-C leaves it, and it goes on' }],
  },
  one('pause', 'Pauses a campaign: what is not on its way yet stays.'),
  one('resume', 'Resumes a campaign that is paused.'),
  one('cancel', 'Cancels a campaign: what has not left never will.', 'Cancel the campaign? It can’t be undone.'),
  {
    name: 'campaign edit',
    summary:
      'Changes a draft, or corrects what was launched and has not begun. Null takes a value away, in a --body file.',
    args: [ID],
    options: BODY_OPTIONS,
    example: "heliograph campaign edit cmp_0123456789abcdef --message 'The sale is on until Monday'",
    prints: 'PATCH /api/v1/campaigns/{id}',
    run: edit,
  },
  {
    name: 'campaign reschedule',
    summary: 'Gives a campaign that has not begun another time.',
    args: [ID],
    options: [
      { flags: '--time <time>', description: 'such as "2027-01-31 10:00"', required: true },
      { flags: '--timezone <zone>', description: 'zone of that time; else the campaign’s' },
    ],
    example: "heliograph campaign reschedule cmp_0123456789abcdef --time '2027-01-31 10:00'",
    prints: 'POST /api/v1/campaigns/{id}/reschedule',
    run: reschedule,
  },
  {
    name: 'campaign ledger',
    summary: 'Says where every message of a campaign went.',
    args: [ID],
    options: [{ flags: '--csv', description: 'one line per message, as CSV' }],
    example: 'heliograph campaign ledger cmp_0123456789abcdef',
    prints: 'GET /api/v1/campaigns/{id}/ledger',
    run: ledger,
  },
  {
    name: 'campaign forecast',
    summary: 'Says what a campaign will be: recipients, parts, cost, and when its last message leaves.',
    args: [ID],
    example: 'heliograph campaign forecast cmp_0123456789abcdef',
    prints: 'GET /api/v1/campaigns/{id}/forecast',
    run: forecast,
  },
  {
    name: 'campaign again',
    summary: 'Makes a draft over those that a campaign failed to reach.',
    args: [ID],
    options: [
      { flags: '--class <class>', description: 'only failures of this class; several times', repeats: true },
      { flags: '--code <code>', description: 'only failures with this code; several times', repeats: true },
      { flags: '--name <name>', description: 'its name' },
    ],
    example: 'heliograph campaign again cmp_0123456789abcdef --class transient',
    prints: 'POST /api/v1/campaigns/{id}/again',
    run: again,
  },
];
