/** A series: when it comes, how fast what it makes is sent, and what it has made. */
import { api } from '../../../api';
import { Badge, EmptyState, Shown, Table, Time, useEvery, useLoad } from '../../../parts';
import { href } from '../../../router';
import { isUnderWay, type Campaign } from '../api';
import { nextTimes, OVERLAPS, sayCron } from '../series';
import type { CommandProps } from './Commands';
import { Rate } from './Rate';
import { hasCounts, SmallBar } from './SmallBar';

const SHOWN = 10;
const RELOAD_MS = 5_000;
const TIMES = 5;

/** `It comes every Monday at 10:00 in Asia/Kolkata, next on Mon, 30 Nov 2026, 10:00.` */
export function saySeries({ state, recurrence, timezone }: Campaign): string {
  const { cron } = recurrence!;
  const when = `${sayCron(cron)} in ${timezone}`;
  if (state === 'draft') return `A draft of a series, ${when}: nothing of it was sent.`;
  if (state === 'cancelled') return `It came ${when}. It is cancelled, and makes no more campaigns.`;
  if (state === 'paused') return `It comes ${when}, and is paused: until it is resumed it makes no campaign.`;
  const [next] = nextTimes(cron, timezone, 1);
  return `It comes ${when}${next === undefined ? '' : `, next on ${next}`}.`;
}

export function Series(props: CommandProps) {
  const { id, recurrence, timezone, state } = props.campaign;
  const made = useLoad(
    (signal) => api.get('/api/v1/campaigns', { query: { seriesId: id, limit: SHOWN }, signal }),
    [id],
  );
  useEvery(RELOAD_MS, made.reload, state === 'scheduled' || (made.data?.items ?? []).some(isUnderWay));
  const { cron, overlap } = recurrence!;
  const says = OVERLAPS.find(([each]) => each === overlap)?.[1].toLowerCase();
  return (
    <>
      {state === 'scheduled' && (
        <section class="stack" aria-labelledby="times">
          <h2 id="times">The next times</h2>
          <ol>
            {nextTimes(cron, timezone, TIMES).map((time) => (
              <li key={time}>{time}</li>
            ))}
          </ol>
          <p class="soft small">
            By the clock of {timezone}. If the campaign before has not ended by then: {says}.
          </p>
        </section>
      )}
      <section class="stack" aria-labelledby="made">
        <h2 id="made">Its campaigns</h2>
        <Shown of={made} what="its campaigns" lines={4}>
          {({ items, nextCursor }) => <Made id={id} items={items} isMore={nextCursor !== null} />}
        </Shown>
      </section>
      {state !== 'cancelled' && (
        <section class="stack" aria-labelledby="pace">
          <h2 id="pace">How fast those to come are sent</h2>
          <Rate {...props} />
        </section>
      )}
    </>
  );
}

function Made({ id, items, isMore }: { id: string; items: readonly Campaign[]; isMore: boolean }) {
  if (items.length === 0) return <EmptyState title="It has made no campaign yet" />;
  return (
    <>
      <Table
        caption="Campaigns of the series, newest first"
        rows={items}
        keyOf={(each) => each.id}
        columns={[
          { title: 'Name', cell: (each) => <a href={href(`/campaigns/${each.id}`)}>{each.name}</a> },
          { title: 'State', cell: ({ state }) => <Badge state={state} /> },
          { title: 'Messages', cell: (each) => hasCounts(each) && <SmallBar campaign={each} /> },
          { title: 'Began', cell: ({ startedAt, time }) => <Time at={startedAt ?? time} /> },
        ]}
      />
      {isMore && <a href={href(`/campaigns?seriesId=${id}`)}>All campaigns of the series</a>}
    </>
  );
}
