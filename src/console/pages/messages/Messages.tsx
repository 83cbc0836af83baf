/** Messages: the rows behind every number. Filters live in the address; who looks for a person goes to Find. */
import { api, type Schemas } from '../../api';
import {
  Badge,
  EmptyState,
  Field,
  PageHead,
  Pager,
  Select,
  Shown,
  Table,
  Thing,
  Time,
  useLoad,
  wordOf,
} from '../../parts';
import { go, href, withQuery, type PageProps } from '../../router';

type Message = Schemas['Message'];

const STATES = ['accepted', 'queued', 'submitting', 'submitted', 'refused', 'delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const; // prettier-ignore
const FILTERS = ['state', 'campaignId', 'gatewayId', 'sender', 'code', 'from', 'until'] as const;
const LIMIT = 50;

export default function Messages({ query }: PageProps) {
  const of = Object.fromEntries([...FILTERS, 'cursor'].map((name) => [name, query.get(name) ?? undefined])) as Record<
    (typeof FILTERS)[number] | 'cursor',
    string | undefined
  >;
  const messages = useLoad(
    (signal) =>
      api.get('/api/v1/messages', { query: { ...of, state: of.state as Message['state'], limit: LIMIT }, signal }),
    Object.values(of),
  );
  const isFiltered = FILTERS.some((name) => of[name] !== undefined);
  return (
    <>
      <PageHead title="Messages" sentence={sentenceOf(of)}>
        <a href={href('/find')}>Find one</a>
      </PageHead>
      <Filters of={of} />
      <Shown of={messages} what="the messages" lines={10}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? <None isFiltered={isFiltered} /> : <Rows items={items} />}
            <Pager next={nextCursor} />
          </>
        )}
      </Shown>
    </>
  );
}

function sentenceOf({ state, campaignId, gatewayId }: Record<string, string | undefined>) {
  const which = state === undefined ? 'All messages' : `Messages that are ${wordOf(state).toLowerCase()}`;
  return (
    <>
      {which}
      {campaignId !== undefined && <> of the campaign <Thing kind="campaign" id={campaignId} /></>}
      {gatewayId !== undefined && <> over <Thing kind="gateway" id={gatewayId} /></>}, newest first.
    </>
  ); // prettier-ignore
}

function Filters({ of }: { of: Record<string, string | undefined> }) {
  const set = (name: string) => (value: string) => go(withQuery({ [name]: value.trim() }), { replace: true });
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
      <Select
        label="State"
        value={of.state ?? ''}
        onValue={set('state')}
        options={[['', 'Any'], ...STATES.map((state) => [state, wordOf(state)] as const)]}
      />
      <Field label="Sender ID" value={of.sender ?? ''} onValue={set('sender')} />
      <Field label="Code" value={of.code ?? ''} onValue={set('code')} />
      {FILTERS.some((name) => of[name] !== undefined) && <a href={href('/messages')}>Take all filters out</a>}
    </form>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="No message fits">
        <a href={href('/messages')}>Take all filters out</a>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No message yet">
      <p>Messages appear as CleverTap, a campaign or your own program sends them.</p>
      <a href={href('/clevertap')}>Set up CleverTap</a>
    </EmptyState>
  );
}

/** Of what was delivered there is nothing to ask. */
const whyOf = ({ state, code, reason }: Message): string =>
  state === 'delivered' ? '' : [code, reason].filter(Boolean).join(' ');

function Rows({ items }: { items: readonly Message[] }) {
  return (
    <Table
      caption="Messages, newest first"
      rows={items}
      keyOf={({ id }) => id}
      columns={[
        { title: 'To', cell: ({ id, to }) => <a href={href(`/messages/${id}`)}>{to}</a> },
        { title: 'State', cell: ({ state }) => <Badge state={state} /> },
        { title: 'Why', cell: (message) => whyOf(message) && <span class="details">{whyOf(message)}</span> },
        { title: 'Sender ID', cell: ({ sender }) => sender ?? null },
        { title: 'Meta', cell: ({ meta }) => meta ?? null },
        { title: 'Accepted', cell: ({ acceptedAt }) => <Time at={acceptedAt} /> },
      ]}
    />
  ); // prettier-ignore
}
