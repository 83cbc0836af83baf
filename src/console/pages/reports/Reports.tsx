/** Reports: what was sent, delivered, clicked and refused, by time, gateway, sender ID, campaign or code. */
import { api, type Result } from '../../api';
import { absolute, Button, Chart, clock, count, download, EmptyState, PageHead, percent, plural, Select, Shown, Table, useLoad } from '../../parts'; // prettier-ignore
import { go, href, withQuery, type PageProps } from '../../router';
import { csvOf, GROUPINGS, isDaily, loadReport, PERIOD_NAMES, PERIODS, type Grouping, type Period, type Report } from './figures'; // prettier-ignore

const TITLES: Record<Grouping, string> = {
  day: 'Day', hour: 'Hour', gateway: 'Gateway', sender: 'Sender ID', campaign: 'Campaign', code: 'Code',
}; // prettier-ignore
const MAX_ROWS = 500;

export default function Reports({ query }: PageProps) {
  const period = pick(Object.keys(PERIODS) as Period[], query.get('period'), '7d');
  const by = pick(GROUPINGS, query.get('by'), 'gateway');
  const report = useLoad((signal) => loadReport(period, by, Date.now(), signal), [period, by]);
  const names = useLoad((signal) => loadNames(by, signal), [by]);
  const nameIn = ({ by: of }: Report) => (key: string | null): string => labelOf(of, key, names.data ?? {}); // prettier-ignore
  const file = (data: Report): void => download(`report-${data.by}-${data.period}.csv`, csvOf(data.by, data.groups, nameIn(data))); // prettier-ignore
  return (
    <>
      <PageHead title="Reports" sentence={report.data && sentenceOf(report.data)}>
        {report.data !== undefined && report.data.groups.length > 0 && (
          <Button onClick={() => file(report.data!)}>Download as CSV</Button>
        )}
      </PageHead>
      <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="What is shown">
        <Select
          label="Period"
          value={period}
          onValue={(value) => go(withQuery({ period: value }), { replace: true })}
          options={(Object.keys(PERIODS) as Period[]).map((each) => [each, PERIOD_NAMES[each]] as const)}
        />
        <Select
          label="By"
          value={by}
          onValue={(value) => go(withQuery({ by: value }), { replace: true })}
          options={GROUPINGS.map((each) => [each, TITLES[each]] as const)}
        />
      </form>
      <Shown of={report} what="the figures" lines={8}>
        {(data) => (data.all.sent === 0 && data.all.errors === 0 ? <None /> : <Body data={data} nameOf={nameIn(data)} />)}
      </Shown>
    </>
  ); // prettier-ignore
}

const pick = <T extends string>(known: readonly T[], given: string | null, otherwise: T): T =>
  known.find((each) => each === given) ?? otherwise;

function sentenceOf({ period, all: { sent, clicked, errors, deliveryRate, ctr } }: Report): string {
  const when = `In ${PERIOD_NAMES[period].toLowerCase()}`;
  if (sent === 0 && errors === 0) return `${when} nothing was sent.`;
  const share = deliveryRate === null ? '' : `, ${percent(deliveryRate)} of them delivered`;
  const clicks = clicked === 0 || ctr === null ? '' : `, ${percent(ctr)} of those clicked`;
  return `${when} ${plural(sent, 'message')} ${sent === 1 ? 'was' : 'were'} sent${share}${clicks}; ${errors === 0 ? 'none ended in an error' : `${count(errors)} ended in an error`}.`;
}

function None() {
  return (
    <EmptyState title="Nothing was sent in this time">
      <p>Choose a longer period, or send something first.</p>
      <a href={href('/campaigns/new')}>Make a campaign</a>
    </EmptyState>
  );
}

/** Names of what is grouped by, by id; what is not among the newest keeps its id. */
async function loadNames(by: Grouping, signal: AbortSignal): Promise<Result<Record<string, string>>> {
  if (by !== 'gateway' && by !== 'campaign') return { ok: true, data: {} };
  const result =
    by === 'gateway'
      ? await api.get('/api/v1/gateways', { signal })
      : await api.get('/api/v1/campaigns', { query: { limit: MAX_ROWS }, signal });
  if (!result.ok) return result;
  return { ok: true, data: Object.fromEntries(result.data.items.map(({ id, name }) => [id, name])) };
}

/** Keys of days are dates, in no zone any more. */
const DATE = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }); // prettier-ignore

function labelOf(by: Grouping, key: string | null, names: Record<string, string>): string {
  if (by === 'day') return DATE.format(Date.parse(key!));
  if (by === 'hour') return absolute(key!).replace(/:00 /, ' ');
  if (key === null) return { gateway: 'No gateway yet', sender: 'The gateway’s own', campaign: 'No campaign', code: 'No code' }[by];
  return names[key] ?? key;
} // prettier-ignore

const PAGE_OF: Partial<Record<Grouping, (key: string) => string>> = {
  gateway: (key) => `/gateways/${key}`,
  campaign: (key) => `/campaigns/${key}`,
  sender: (key) => `/messages?sender=${encodeURIComponent(key)}`,
  code: (key) => `/messages?code=${encodeURIComponent(key)}`,
};

interface BodyProps {
  data: Report;
  nameOf(key: string | null): string;
}

function Body({ data: { groups, times, by, period }, nameOf }: BodyProps) {
  const of = (name: 'sent' | 'delivered' | 'clicked' | 'errors'): number[] => times.map((each) => each[name]);
  const shown = groups.slice(-MAX_ROWS);
  const page = PAGE_OF[by];
  const share = (of: number | null): string | null => (of === null ? null : percent(of));
  return (
    <>
      <Chart
        title={`Messages ${isDaily(period) ? 'a day' : 'an hour'}`}
        times={times.map(({ key }) => (isDaily(period) ? dayMs(key!) : Date.parse(key!)))}
        series={[
          { name: 'Sent', values: of('sent'), colour: '--accent' },
          { name: 'Delivered', values: of('delivered'), colour: '--good' },
          { name: 'Clicked', values: of('clicked'), colour: '--warn' },
          { name: 'Errors', values: of('errors'), colour: '--bad' },
        ]}
        height={220}
        moment={isDaily(period) ? dayOf : hourOf}
      />
      <Table
        caption={`Figures by ${TITLES[by].toLowerCase()}`}
        rows={shown}
        keyOf={({ key }) => key ?? ''}
        columns={[
          { title: TITLES[by], cell: ({ key }) => (key === null || page === undefined ? nameOf(key) : <a href={href(page(key))}>{nameOf(key)}</a>) },
          { title: 'Sent', number: true, cell: ({ sent }) => count(sent) },
          { title: 'Delivered', number: true, cell: ({ delivered }) => count(delivered) },
          { title: 'Delivery rate', number: true, cell: ({ deliveryRate }) => share(deliveryRate) },
          { title: 'Clicked', number: true, cell: ({ clicked }) => count(clicked) },
          { title: 'Click rate', number: true, cell: ({ ctr }) => share(ctr) },
          { title: 'Errors', number: true, cell: ({ errors }) => count(errors) },
        ]}
      />
      <p class="soft small">
        Messages count in the hour in which they were accepted; days are whole ones of the account’s zone, and so are the periods of more than one. Errors are those that failed, expired, were suppressed, or whose outcome is not known.
      </p>
    </>
  ); // prettier-ignore
}

/** `28 Nov 10:30`. */
const hourOf = (ms: number): string => `${absolute(ms).split(' ').slice(0, 2).join(' ')} ${clock(ms).slice(0, 5)}`;
/** A day's beginning by the browser's clock, by which the chart draws its lines. */
const dayMs = (date: string): number => new Date(`${date}T00:00`).getTime();
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
/** `28 Nov`, of the same clock. */
const dayOf = (ms: number): string => DAY.format(ms);
