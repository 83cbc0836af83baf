/** Campaigns: what is under way, what comes, what was. Live. The filter lives in the address. */
import { useEffect, useState } from 'preact/hooks';
import { api, may } from '../../api';
import { Badge, EmptyState, PageHead, Pager, plural, Select, Shown, Table, Time, useLive, useLoad, wordOf } from '../../parts'; // prettier-ignore
import { go, href, withQuery, type PageProps } from '../../router';
import { CAMPAIGN_STATES } from '../../../core/campaigns/campaign';
import { EVENTS, isUnderWay, type Campaign, type CampaignNews, type CampaignState } from './api';
import { hasCounts, SmallBar } from './live/SmallBar';
import { sayCron } from './series';

const LIMIT = 50;

export default function Campaigns({ query }: PageProps) {
  const state = (query.get('state') ?? undefined) as CampaignState | undefined;
  const [cursor, seriesId] = [query.get('cursor') ?? undefined, query.get('seriesId') ?? undefined];
  const campaigns = useLoad(
    (signal) => api.get('/api/v1/campaigns', { query: { state, seriesId, cursor, limit: LIMIT }, signal }),
    [state, seriesId, cursor],
  );
  const [news, setNews] = useState<Record<string, CampaignNews>>({});
  // What was loaded later than it was told is newer.
  useEffect(() => setNews({}), [campaigns.data]);
  const items = (campaigns.data?.items ?? []).map((each): Campaign => ({ ...each, ...news[each.id] }));
  useLive(items.some(isUnderWay) ? EVENTS : undefined, {
    campaign: (told: CampaignNews) => setNews((before) => ({ ...before, [told.id]: told })),
  });
  return (
    <>
      <PageHead title="Campaigns" sentence={campaigns.data && sentenceOf(items)}>
        {may('send') && (
          <a class="button main" href={href('/campaigns/new')}>
            New campaign
          </a>
        )}
      </PageHead>
      <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
        <Select
          label="State"
          value={state ?? ''}
          onValue={(value) => go(withQuery({ state: value }), { replace: true })}
          options={[['', 'Any'], ...CAMPAIGN_STATES.map((each) => [each, wordOf(each)] as const)]}
        />
        {seriesId !== undefined && <a href={withQuery({ seriesId: undefined })}>Not only those of one series</a>}
      </form>
      <Shown of={campaigns} what="the campaigns" lines={8}>
        {({ nextCursor }) => (
          <>
            {items.length === 0 ? <None isFiltered={state !== undefined || seriesId !== undefined} /> : <Rows items={items} />}
            <Pager next={nextCursor} />
          </>
        )}
      </Shown>
    </>
  ); // prettier-ignore
}

/** `2 campaigns are under way, 1 is paused, 3 are drafts.` of those on the page. */
function sentenceOf(items: readonly Campaign[]): string {
  if (items.length === 0) return 'No campaign here.';
  const n = (...states: CampaignState[]): number => items.filter(({ state }) => states.includes(state)).length;
  const underWay = n('preparing', 'running', 'settling');
  const others = ([['paused', 'paused'], ['scheduled', 'scheduled'], ['draft', 'not launched yet'], ['failed', 'failed']] as const)
    .map(([state, says]) => [n(state), says] as const)
    .filter(([many]) => many > 0)
    .map(([many, says]) => `${many} ${many === 1 ? 'is' : 'are'} ${says}`); // prettier-ignore
  const first =
    underWay === 0
      ? 'No campaign is under way'
      : `${plural(underWay, 'campaign')} ${underWay === 1 ? 'is' : 'are'} under way`;
  return `${[first, ...others].join(', ')}.`;
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No campaign fits">
        <a href={href('/campaigns')}>Show all campaigns</a>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No campaign yet">
      <p>A campaign sends one text to many: numbers that you paste, a CSV file, or a group.</p>
      {may('send') && (
        <a class="button main" href={href('/campaigns/new')}>
          Make the first campaign
        </a>
      )}
    </EmptyState>
  );
}

/** A draft is gone on with; everything else is looked at. */
const placeOf = ({ id, state }: Campaign): string =>
  href(state === 'draft' && may('send') ? `/campaigns/${id}/edit` : `/campaigns/${id}`);

function Rows({ items }: { items: readonly Campaign[] }) {
  return (
    <Table
      caption="Campaigns, newest first"
      rows={items}
      keyOf={({ id }) => id}
      columns={[
        { title: 'Name', cell: (each) => <a href={placeOf(each)}>{each.name}</a> },
        { title: 'State', cell: ({ state }) => <Badge state={state} /> },
        { title: 'Messages', cell: (each) => hasCounts(each) && <SmallBar campaign={each} /> },
        { title: 'Why', cell: ({ reason }) => reason },
        { title: 'Begins', cell: ({ recurrence, startedAt, time }) => (recurrence === null ? <Time at={startedAt ?? time} /> : sayCron(recurrence.cron)) },
        { title: 'Made', cell: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  ); // prettier-ignore
}
