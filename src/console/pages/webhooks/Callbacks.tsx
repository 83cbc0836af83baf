/** What was told to a webhook, and what was not: told again one by one, all, or since a moment. */
import { useState } from 'preact/hooks';
import { api, may } from '../../api';
import { Badge, Button, EmptyState, Field, FilterSelect, Pager, Shown, Table, Time, useLoad, words, zone, type Column } from '../../parts'; // prettier-ignore
import { href } from '../../router';
import { replayAll, replayOne } from './actions';
import type { Callback } from './state';

const STATES = ['pending', 'sending', 'delivered', 'dead', 'skipped'] as const;
const HOUR_MS = 3_600_000;

export interface CallbacksProps {
  webhookId: string;
  query: URLSearchParams;
  onReplayed(): void;
}

export function Callbacks({ webhookId, query, onReplayed }: CallbacksProps) {
  const filter = {
    webhookId,
    state: STATES.find((state) => state === query.get('state')),
    cursor: query.get('cursor') ?? undefined,
  };
  const callbacks = useLoad((signal) => api.get('/api/v1/callbacks', { query: filter, signal }), Object.values(filter));
  const reload = (): void => {
    callbacks.reload();
    onReplayed();
  };
  return (
    <section class="stack" aria-label="Callbacks">
      <h2>Callbacks</h2>
      <div class="filters">
        <FilterSelect
          label="State"
          name="state"
          query={query}
          options={[
            ['', 'All'],
            ['pending', 'Waiting'],
            ['dead', 'Given up'],
            ['delivered', 'Told'],
            ['skipped', 'Skipped'],
          ]}
        />
      </div>
      {may('manage') && <Replay webhookId={webhookId} reload={reload} />}
      <Shown of={callbacks} what="the callbacks">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={filter.state === 'dead' ? 'Nothing was given up' : 'No callback is like this'}>
              <p>{filter.state === undefined ? 'Nothing has been told to it yet.' : 'Take another state.'}</p>
            </EmptyState>
          ) : (
            <>
              <Table caption="Callbacks" rows={items} keyOf={({ id }) => id} columns={columns(reload)} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

/** All that were given up, or those since a moment, which is written in the browser's zone. */
function Replay({ webhookId, reload }: { webhookId: string; reload(): void }) {
  const [since, setSince] = useState('');
  const at = since === '' ? undefined : new Date(since);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <details>
      <summary>Tell again what was given up</summary>
      <div class="filters">
        <Field
          label={`Since (time of ${here === zone() ? zone() : `this device, ${here}`})`}
          type="datetime-local"
          max={new Date(Date.now() + HOUR_MS).toISOString().slice(0, 16)}
          value={since}
          onValue={setSince}
        />
        <Button
          disabled={at === undefined || Number.isNaN(at.getTime())}
          onClick={() => replayAll({ webhookId, state: 'dead', from: at!.toISOString() }, `given up since ${since.replace('T', ' ')}`, reload)}
        >
          Tell again since then
        </Button>
        <Button onClick={() => replayAll({ webhookId, state: 'dead' }, 'given up', reload)}>Tell all again</Button>
      </div>
    </details>
  ); // prettier-ignore
}

const REPLAYED = new Set(['dead', 'skipped']);

const columns = (reload: () => void): Column<Callback>[] => [
  { title: 'State', cell: ({ state }) => <Badge state={state} word={state === 'delivered' ? 'Told' : undefined} /> },
  { title: 'Event', cell: ({ event, code }) => (code === undefined ? words(event) : `${words(event)} (${code})`) },
  { title: 'Message', cell: ({ messageId }) => <a href={href(`/messages/${messageId}`)}>Show</a> },
  { title: 'Happened', cell: ({ occurredAt }) => <Time at={occurredAt} /> },
  { title: 'Tries', number: true, cell: ({ tries }) => tries },
  { title: 'Next try', cell: ({ nextTryAt }) => <Time at={nextTryAt} /> },
  {
    title: 'Last answer',
    cell: ({ lastStatus, lastError }) => [lastStatus, lastError].filter((each) => each !== undefined).join(': '),
  },
  {
    title: 'Actions',
    cell: (callback) =>
      may('manage') && REPLAYED.has(callback.state) ? (
        <Button kind="quiet" onClick={() => replayOne(callback, reload)}>
          Tell again<span class="unseen"> {callback.event}</span>
        </Button>
      ) : null,
  },
];
