/** Now: whether all is well, and what needs somebody if it is not. Live. */
import { api, type Overview } from '../../api';
import { EmptyState, LedgerBar, ledgerParts, PageHead, Shown, Sparkline, useLive, useLoad } from '../../parts';
import { href } from '../../router';
import { Campaigns, Changes, Gateways, LiveMark, Needs, Webhooks } from './sections';

const messagesIn = (state: string): string => href(`/messages?state=${state}`);

export default function Now() {
  const overview = useLoad((signal) => api.get('/api/v1/overview', { signal }), []);
  const isThere = overview.data !== undefined;
  const state = useLive(isThere ? '/api/v1/overview/events' : undefined, {
    overview: (news: Overview) => overview.set(news),
  });
  return (
    <>
      <PageHead title="Now" sentence={overview.data === undefined ? undefined : sentenceOf(overview.data)}>
        {isThere && <LiveMark state={state} />}
      </PageHead>
      <Shown of={overview} what="what happens now" lines={8}>
        {(data) => (isNew(data) ? <First /> : <Body data={data} />)}
      </Shown>
    </>
  );
}

/** The needs themselves stand below, each with its link. */
function sentenceOf(data: Overview): string | undefined {
  const { sentence, needs } = data;
  // What to do first stands below, with the links.
  if (isNew(data)) return undefined;
  return needs.length === 0 ? sentence : `${sentence.split(':', 1)[0]!.replace(/\.$/, '')}:`;
}

const isNew = ({ ledger, gateways }: Overview): boolean => ledger.accepted === 0 && gateways.length === 0;

function First() {
  return (
    <EmptyState title="Nothing has been sent yet">
      <p>First add a gateway, so that there is a way out. Then show CleverTap the way in.</p>
      <p class="actions">
        <a class="button main" href={href('/gateways')}>
          Add a gateway
        </a>
        <a class="button" href={href('/clevertap')}>
          Set up CleverTap
        </a>
      </p>
    </EmptyState>
  );
}

function Body({ data }: { data: Overview }) {
  const { perSecond } = data;
  const of = (name: 'accepted' | 'settled'): number[] => perSecond.series.map((second) => second[name]);
  return (
    <>
      <Needs needs={data.needs} />
      <section class="stack" aria-labelledby="ledger">
        <h2 id="ledger">All messages</h2>
        <LedgerBar parts={ledgerParts(data.ledger, messagesIn)} />
        <Sparkline
          title="Messages a second over the last minute"
          step="s"
          series={[
            { name: 'Accepted a second', values: of('accepted'), tone: 'busy' },
            { name: 'Settled a second', values: of('settled'), tone: 'good' },
          ]}
        />
      </section>
      <div class="columns">
        <Gateways gateways={data.gateways} />
        <Webhooks webhooks={data.webhooks} />
      </div>
      <Campaigns campaigns={data.campaigns} />
      <Changes changes={data.changes} />
    </>
  );
}
