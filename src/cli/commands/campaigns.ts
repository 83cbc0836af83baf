/** Making campaigns, looking at them, following them. */
import path from 'node:path';
import { given, openFile, pairs, readJsonObject, readText, wholeNumber } from '../ask';
import { text, texts, type Command, type Context, type Options, type Outcome } from '../command';
import { CliError, EXIT, usage } from '../exit';
import type { Paper } from '../output/paper';
import { bar } from '../output/progress';
import { shownSeconds } from '../output/times';
import { watch } from '../wait';

export const CAMPAIGNS = '/api/v1/campaigns';
export const ID = { spec: '<id>', description: 'id of the campaign' };

export interface Campaign {
  id: string;
  name: string;
  state: string;
  reason: string | null;
  message: string | null;
  sender: string | null;
  routeId: string | null;
  service: string;
  audience: { kind: string; id?: string; recipients: number; rejected: number; duplicates: number; problems: { position: number; message: string }[] }; // prettier-ignore
  time: string | null;
  ratePerSecond: number | null;
  counts: Record<'accepted' | 'queued' | 'submitting' | 'submitted' | 'delivered' | 'failed' | 'expired' | 'suppressed' | 'cancelled' | 'unknown' | 'open', number>; // prettier-ignore
  sentPerSecond: number | null;
  etaSeconds: number | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  workflowUrl?: string;
}

const ENDED = ['finished', 'cancelled', 'failed'];
const UPLOADS = '/api/v1/uploads';
const UPLOAD_MS = 600_000;

/** `[█████░░░░░]  50 %  500 of 1000 settled · delivered 480 · failed 20 · 95.0/s · 5 s left · running`. */
export function campaignLine({ state, reason, audience, counts, sentPerSecond, etaSeconds }: Campaign): string {
  const total = Math.max(audience.recipients, counts.accepted);
  const settled = Math.max(0, counts.accepted - counts.open);
  const others = settled - counts.delivered - counts.failed;
  const parts = [
    `${settled} of ${total} settled`,
    `delivered ${counts.delivered}`,
    `failed ${counts.failed}`,
    ...(others > 0 ? [`other ${others}`] : []),
    ...(ENDED.includes(state) || sentPerSecond === null ? [] : [`${sentPerSecond.toFixed(1)}/s`]),
    ...(ENDED.includes(state) || etaSeconds === null ? [] : [`last leaves in ${shownSeconds(etaSeconds)}`]),
    reason === null ? state : `${state}: ${reason}`,
  ];
  return `${bar(total === 0 ? (ENDED.includes(state) ? 1 : 0) : Math.min(1, settled / total))}  ${parts.join(' · ')}`;
}

export const readCampaign = async ({ api }: Context, id: string): Promise<Campaign> =>
  (await api.call('GET', `${CAMPAIGNS}/${encodeURIComponent(id)}`)) as Campaign;

/** Follows a campaign until it has ended and nothing of it is open. */
export async function follow(context: Context, id: string): Promise<Outcome> {
  const { value } = await watch<Campaign>(context, {
    look: () => readCampaign(context, id),
    isOver: ({ state, counts }) => ENDED.includes(state) && counts.open === 0,
    line: campaignLine,
  });
  return { json: value, lines: [], exitCode: value.state === 'failed' ? EXIT.failed : EXIT.ok };
}

/** What the options say of a campaign, over what a file says. @throws CliError */
export async function bodyOf(context: Context, options: Options): Promise<object> {
  const message = text(options, 'message');
  const file = text(options, 'body');
  const own = given({
    name: text(options, 'name'),
    message: message === '-' ? (await readText(context, '-')).trimEnd() : message,
    templateId: text(options, 'template'),
    variables: texts(options, 'var').length === 0 ? undefined : pairs(texts(options, 'var'), '--var'),
    audience: await audienceOf(context, options),
    sender: text(options, 'sender'),
    routeId: text(options, 'route'),
    service: text(options, 'service'),
    time: text(options, 'time'),
    timezone: text(options, 'timezone'),
    window: windowOf(text(options, 'window')),
    ratePerSecond: wholeNumber(text(options, 'rate'), '--rate'),
  });
  return { ...(file === undefined ? {} : await readJsonObject(context, file)), ...own };
}

async function create(context: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const { api, paper } = context;
  const body = { ...(await bodyOf(context, options)), ...(options.draft === true ? { draft: true } : {}) };
  const made = (await api.call('POST', CAMPAIGNS, { body })) as Campaign;
  if (options.watch === true && options.draft !== true) return follow(context, made.id);
  const next =
    made.state === 'draft' ? `heliograph campaign launch ${made.id}` : `heliograph campaign watch ${made.id}`;
  return {
    json: made,
    lines: [
      ...factsOf(made, paper),
      ...made.audience.problems.map(({ position, message: why }) => `Left out, ${position}: ${why}`),
      `Next: ${next}`,
    ],
  };
}

/** `09:00-21:00`. @throws CliError */
function windowOf(span: string | undefined): { start: string; end: string } | undefined {
  if (span === undefined) return undefined;
  const [, start, end] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(span) ?? [];
  if (start !== undefined && end !== undefined) return { start, end };
  throw usage(`--window is ${JSON.stringify(span)}`, 'Give two times: --window 09:00-21:00.');
}

/** Whom it is for; undefined where the body file says it. @throws CliError */
async function audienceOf(context: Context, options: Options): Promise<object | undefined> {
  const [to, group, upload, file] = [texts(options, 'to'), text(options, 'group'), text(options, 'upload'), text(options, 'file')]; // prettier-ignore
  const named = [to.length > 0, group !== undefined, upload !== undefined, file !== undefined].filter(Boolean).length;
  if (named > 1) throw usage('The audience is given twice', 'Give one of --to, --group, --upload and --file.');
  if (to.length > 0) return { recipients: to.map((number) => ({ to: number })) };
  if (group !== undefined) return { groupId: group };
  if (upload !== undefined) return { uploadId: upload };
  return file === undefined ? undefined : { uploadId: await uploadFile(context, file) };
}

interface Upload {
  id: string;
  state: string;
  rows: number;
  valid: number;
  invalid: number;
  reason?: string;
  errors: { row: number; column: string | null; message: string }[];
}

/** Uploads a CSV file and waits until its rows were read. @throws CliError when none is valid. */
async function uploadFile(context: Context, file: string): Promise<string> {
  const { api, stderr } = context;
  const request = {
    query: { name: file === '-' ? undefined : path.basename(file) },
    body: await openFile(context, file),
    contentType: 'text/csv',
    timeoutMs: UPLOAD_MS,
  };
  const { id } = (await api.call('POST', UPLOADS, request)) as Upload;
  const { value } = await watch<Upload>({ ...context, stdout: stderr }, {
    look: async () => (await api.call('GET', `${UPLOADS}/${id}`)) as Upload,
    isOver: ({ state }) => state !== 'processing',
    line: ({ rows, valid, invalid }) => `${rows} rows read · ${valid} valid · ${invalid} refused`,
  }); // prettier-ignore
  const problems = value.errors.slice(0, 10).map(({ row, column, message }) => ({ field: `row ${row}${column === null ? '' : `, ${column}`}:`, message })); // prettier-ignore
  if (value.state === 'failed' || value.valid === 0) {
    const detail = value.reason ?? `None of its ${value.rows} rows is a recipient`;
    throw new CliError(EXIT.usage, {
      title: `${file} can’t be used`,
      detail,
      errors: problems,
      remedy: 'Mend the file.',
    });
  }
  for (const { field, message } of problems) stderr.write(`Left out, ${field} ${message}\n`);
  return id;
}

export function factsOf(campaign: Campaign, paper: Paper): string[] {
  const { audience, counts, time, startedAt, finishedAt } = campaign;
  const optional = (iso: string | null) => (iso === null ? undefined : paper.time(iso));
  return paper.facts([
    ['Campaign', campaign.id], ['Name', campaign.name], ['State', campaign.state], ['Reason', campaign.reason],
    ['Text', campaign.message], ['Sender', campaign.sender], ['Route', campaign.routeId],
    ['Audience', `${audience.recipients} recipients (${audience.kind}${audience.id === undefined ? '' : ` ${audience.id}`}), ${audience.rejected} rejected, ${audience.duplicates} duplicates`],
    ['Time', optional(time)], ['Rate', campaign.ratePerSecond === null ? undefined : `${campaign.ratePerSecond} a second`],
    ['Counts', Object.entries(counts).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`).join(', ')],
    ['Made', paper.time(campaign.createdAt)], ['Began', optional(startedAt)], ['Ended', optional(finishedAt)],
    ['Workflow', campaign.workflowUrl],
  ]); // prettier-ignore
}

async function list({ api, paper }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const most = wholeNumber(text(options, 'limit'), '--limit')!;
  const page = await api.pages(CAMPAIGNS, { state: text(options, 'state') }, most);
  const rows = (page.items as Campaign[]).map(({ id, name, state, counts, createdAt }) => [
    name, state, counts.accepted, counts.delivered, counts.failed, counts.open, paper.time(createdAt), id,
  ]); // prettier-ignore
  const heads = ['Name', 'State', 'Accepted', 'Delivered', 'Failed', 'Open', 'Made', 'Id'];
  return { json: page, lines: paper.table(heads, rows, 'There is no campaign.') };
}

async function show(context: Context, [id]: readonly string[]): Promise<Outcome> {
  const campaign = await readCampaign(context, id!);
  return { json: campaign, lines: factsOf(campaign, context.paper) };
}

async function status(context: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  if (options.watch === true) return follow(context, id!);
  const campaign = await readCampaign(context, id!);
  return { json: campaign, lines: [`${campaign.name}  ${campaignLine(campaign)}`] };
}

/** Of {@link bodyOf}. */
export const BODY_OPTIONS = [
  { flags: '--name <name>', description: 'its name' },
  { flags: '--message <text>', description: 'its text, {name} = a variable, - = standard input' },
  { flags: '--template <id>', description: 'a template instead of a text' },
  { flags: '--var <name=value>', description: 'a variable that is the same for all; several times', repeats: true },
  { flags: '--to <number>', description: 'a recipient; may be given several times', repeats: true },
  { flags: '--group <id>', description: 'the members of a group' },
  { flags: '--upload <id>', description: 'the rows of an upload' },
  { flags: '--file <csv>', description: 'a CSV file of recipients, which is uploaded; - = standard input' },
  { flags: '--sender <sender>', description: 'sender ID' },
  { flags: '--route <id>', description: 'route' },
  { flags: '--service <service>', description: 'T transactional, P promotional' },
  { flags: '--time <time>', description: 'when, such as "2027-01-31 10:00"; else at once' },
  { flags: '--timezone <zone>', description: 'zone of that time; else the account’s' },
  { flags: '--window <from-to>', description: 'only at these hours, such as 09:00-21:00' },
  { flags: '--rate <count>', description: 'at most so many a second' },
  { flags: '--body <json>', description: 'a file with the body of POST /api/v1/campaigns, for all else' },
] as const satisfies Command['options'];

const WATCH = { flags: '--watch', description: 'follow it to its end; Ctrl-C leaves it, and it goes on' } as const;

export const campaigns: readonly Command[] = [
  {
    name: 'campaign create',
    summary: 'Makes a campaign, and starts it unless it is a draft.',
    options: [...BODY_OPTIONS, { flags: '--draft', description: 'do not start it yet' }, WATCH],
    example: "heliograph campaign create --name 'Diwali sale' --message 'Hello {name}' --file customers.csv --draft",
    prints: 'POST /api/v1/campaigns',
    run: create,
  },
  {
    name: 'campaign list',
    summary: 'Lists campaigns, newest first.',
    options: [
      { flags: '--state <state>', description: 'in this state, such as running' },
      { flags: '--limit <count>', description: 'at most so many', fallback: '20' },
    ],
    example: 'heliograph campaign list --state running',
    prints: 'GET /api/v1/campaigns',
    run: list,
  },
  {
    name: 'campaign show',
    summary: 'Shows a campaign.',
    args: [ID],
    example: 'heliograph campaign show cmp_0123456789abcdef',
    prints: 'GET /api/v1/campaigns/{id}',
    run: show,
  },
  {
    name: 'campaign status',
    summary: 'Says in a line how far a campaign is.',
    args: [ID],
    options: [WATCH],
    example: 'heliograph campaign status cmp_0123456789abcdef',
    prints: 'GET /api/v1/campaigns/{id}',
    run: status,
  },
  {
    name: 'campaign watch',
    summary: 'Follows a campaign to its end. Ctrl-C leaves it, and it goes on.',
    args: [ID],
    example: 'heliograph campaign watch cmp_0123456789abcdef',
    prints: 'GET /api/v1/campaigns/{id}',
    run: (context, [id]) => follow(context, id!),
  },
];
