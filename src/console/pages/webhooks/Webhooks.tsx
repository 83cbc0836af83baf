/** Webhooks: are outcomes told, and what waits. */
import { useState } from 'preact/hooks';
import { api, may } from '../../api';
import { Badge, Button, count, EmptyState, PageHead, percent, Shown, ShownOnce, Table, Time, useLoad, type Column } from '../../parts'; // prettier-ignore
import { href } from '../../router';
import { sayingOf, shortUrl, stateOf, type Webhook } from './state';
import { WebhookForm } from './WebhookForm';

export default function Webhooks() {
  const webhooks = useLoad((signal) => api.get('/api/v1/webhooks', { signal }), []);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const add = may('manage') && (
    <Button kind="main" onClick={() => setAdding(true)}>
      Add a webhook
    </Button>
  );
  return (
    <>
      <PageHead title="Webhooks" sentence={webhooks.data === undefined ? ' ' : sayingOf(webhooks.data.items)}>
        {add}
      </PageHead>
      {secret !== undefined && (
        <ShownOnce
          title="The secret of the new webhook"
          text="With it your endpoint verifies that a request is from here."
          values={[['Secret', secret]]}
          onKept={() => setSecret(undefined)}
        />
      )}
      {adding && (
        <WebhookForm
          onDone={(made) => {
            setAdding(false);
            setSecret(made.secret);
            webhooks.reload();
          }}
          onCancel={() => setAdding(false)}
        />
      )}
      <Shown of={webhooks} what="the webhooks">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No webhook yet">
              <p>
                A webhook is where outcomes go: to CleverTap, so that its reports are right, or to a system of your own.
                CleverTap’s may also come with each request: see <a href={href('/clevertap')}>CleverTap set-up</a>.
              </p>
              {add}
            </EmptyState>
          ) : (
            <Table caption="Webhooks" rows={items} keyOf={({ id }) => id} columns={COLUMNS} />
          )
        }
      </Shown>
    </>
  );
}

const COLUMNS: readonly Column<Webhook>[] = [
  {
    title: 'Where to',
    cell: ({ id, url, isDefault }) => (
      <>
        <a href={href(`/webhooks/${encodeURIComponent(id)}`)}>{shortUrl(url)}</a>{' '}
        {isDefault && <span class="soft small">default</span>}
      </>
    ),
  },
  { title: 'Kind', cell: ({ kind }) => (kind === 'clevertap' ? 'CleverTap' : 'Standard') },
  { title: 'State', cell: (webhook) => <Badge state={stateOf(webhook)} /> },
  {
    title: 'Taken, last hour',
    number: true,
    cell: ({ health }) => (health === undefined || health.successShare === null ? '–' : percent(health.successShare)),
  },
  {
    title: 'Waiting',
    number: true,
    cell: ({ id, health }) =>
      health === undefined ? '–' : health.waiting === 0 ? '0' : <a href={href(`/webhooks/${encodeURIComponent(id)}?state=pending`)}>{count(health.waiting)}</a>,
  },
  { title: 'Oldest waits since', cell: ({ health }) => <Time at={health?.oldestWaitingAt} /> },
  {
    title: 'Last error',
    cell: ({ health, pausedReason, disabledReason }) => {
      const said = health?.lastError?.message ?? pausedReason ?? disabledReason;
      return said === undefined ? null : <span class="small">{said}</span>;
    },
  },
]; // prettier-ignore
