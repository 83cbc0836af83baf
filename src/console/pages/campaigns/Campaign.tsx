/** A campaign as it runs: what has left, what became of it, how fast, and what can be done. Live. */
import { useEffect, useMemo } from 'preact/hooks';
import { Badge, duration, count, LedgerBar, ledgerParts, PageHead, percent, plural, Shown, Sparkline, Time, useEvery, useLive, useLoad, Why, type Loaded } from '../../parts'; // prettier-ignore
import { href, type PageProps } from '../../router';
import { EVENTS, getCampaign, isUnderWay, notLeft, settled, type Campaign as One, type CampaignNews } from './api';
import { Commands } from './live/Commands';
import { Facts } from './live/Facts';
import { createFeed, type Feed } from './live/feed';
import { LeftOut } from './live/LeftOut';
import { Outcome } from './live/Outcome';
import { Rate } from './live/Rate';
import { saySeries, Series } from './live/Series';

/** Whatever no event tells: when it will be done, who has paused it. */
const RELOAD_MS = 5_000;

export default function Campaign({ params: { id = '' } }: PageProps) {
  const campaign = useLoad((signal) => getCampaign(id, signal), [id]);
  if (campaign.data === undefined) {
    return (
      <Shown of={campaign} what="the campaign" title="Campaign" lines={8}>
        {() => null}
      </Shown>
    );
  }
  return <Body key={campaign.data.id} loaded={campaign} first={campaign.data} />;
}

function Body({ loaded, first }: { loaded: Loaded<One>; first: One }) {
  const feed = useMemo(() => createFeed(first, performance.now()), []);
  useEffect(() => feed.close, []);
  useEffect(() => feed.tell(first), [first]);
  const now: One = { ...first, state: feed.state.value, reason: feed.reason.value, counts: feed.counts.value };
  const isSeries = first.recurrence !== null;
  const underWay = !isSeries && isUnderWay(now);
  const live = useLive(underWay ? EVENTS : undefined, {
    campaign: (news: CampaignNews) => news.id === first.id && feed.tell(news),
  });
  useEvery(RELOAD_MS, loaded.reload, isUnderWay(now));
  useEvery(1_000, () => feed.sample(performance.now()), underWay);
  const change = (campaign: One): void => loaded.set({ ...first, ...campaign });
  const props = { campaign: now, onChange: change };
  return (
    <>
      <PageHead title={first.name} sentence={sentenceOf(now)}>
        <Badge state={now.state} />
        {underWay && live === 'waiting' && <Badge state="warn" word="Not live: trying again" />}
        <Commands {...props} />
      </PageHead>
      {loaded.problem !== undefined && <p class="wrongly">{loaded.problem.detail}</p>}
      {now.reason !== null && <p>{now.reason}</p>}
      <Why of={{ id: first.id }} onMended={loaded.reload} />
      {isSeries ? (
        now.state !== 'draft' && <Series {...props} />
      ) : (
        <>
          <Progress campaign={now} />
          {underWay && <Pace feed={feed} {...props} />}
          <Outcome id={first.id} underWay={underWay} />
        </>
      )}
      <LeftOut campaign={now} />
      <Facts campaign={now} />
      <Related campaign={now} />
    </>
  );
}

/** `Running: 1,800 of 4,848 have an outcome, 94.4% of them delivered. The last one leaves in about 1 min 3 s.` */
function sentenceOf(campaign: One) {
  const { state, counts, audience, etaSeconds, time } = campaign;
  if (campaign.recurrence !== null) return saySeries(campaign);
  if (state === 'draft') {
    // How many are in a group or a file is known once they are read.
    return `A draft${audience.recipients === 0 ? '' : ` to ${plural(audience.recipients, 'recipient')}`}: nothing of it was sent.`;
  }
  if (state === 'preparing') return `Each recipient’s text is being made: ${count(counts.accepted)} so far.`;
  if (state === 'scheduled' && counts.accepted === counts.queued) {
    return (
      <>
        {plural(notLeft(campaign), 'message')} begin to leave {time === null ? 'in a moment' : <Time at={time} />} by
        themselves.
      </>
    );
  }
  const done = settled(counts);
  const share = done === 0 ? '' : `, ${percent(counts.delivered / done)} of them delivered`;
  const eta = state === 'running' && etaSeconds !== null && etaSeconds > 0
    ? ` The last one leaves in about ${duration(etaSeconds * 1_000)}.` : ''; // prettier-ignore
  if (done === counts.accepted && done > 0) {
    return `${done === 1 ? 'The message has' : `All ${plural(done, 'message')} have`} an outcome${share}.`;
  }
  return `${count(done)} of ${plural(counts.accepted, 'message')} ${counts.accepted === 1 ? 'has' : 'have'} an outcome${share}.${eta}`;
}

function Progress({ campaign: { id, counts } }: { campaign: One }) {
  if (counts.accepted === 0) return null;
  const linkOf = (state: string): string => href(`/messages?campaignId=${id}&state=${state}`);
  return (
    <section aria-label="Ledger">
      <LedgerBar parts={ledgerParts(counts, linkOf)} />
      {counts.open > 0 && (
        <p class="soft small">
          Of those under way {count(counts.queued)} wait, {count(counts.submitting)} are being sent, and{' '}
          {count(counts.submitted)} are with a provider.
        </p>
      )}
    </section>
  );
}

function Pace({ feed, ...props }: { feed: Feed; campaign: One; onChange(campaign: One): void }) {
  const series = feed.series.value;
  return (
    <section class="stack" aria-labelledby="pace">
      <h2 id="pace">How fast</h2>
      <Rate {...props} />
      <Sparkline
        title="Messages a second over the last minute"
        step="s"
        series={[
          { name: 'Sent a second', values: series.map(({ sent }) => sent), tone: 'busy' },
          { name: 'Settled a second', values: series.map((each) => each.settled), tone: 'good' },
        ]}
      />
    </section>
  );
}

/** Campaigns that go again to those of this one that failed. */
function Related({ campaign: { again = [], seriesId } }: { campaign: One }) {
  if (again.length === 0 && seriesId === null) return null;
  return (
    <section class="stack" aria-labelledby="related">
      <h2 id="related">Related campaigns</h2>
      <ul>
        {again.map((id, i) => (
          <li key={id}>
            <a href={href(`/campaigns/${id}`)}>Sent again to those that failed ({i + 1})</a>
          </li>
        ))}
        {seriesId !== null && (
          <li>
            <a href={href(`/campaigns/${seriesId}`)}>The series that made it</a>
          </li>
        )}
        {seriesId !== null && (
          <li>
            <a href={href(`/campaigns?seriesId=${seriesId}`)}>All of this series</a>
          </li>
        )}
      </ul>
    </section>
  );
}
