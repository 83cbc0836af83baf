/** Sender IDs: which are asked for, approved, rejected. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { ask, Badge, Button, EmptyState, FilterSelect, PageHead, Pager, plural, Shown, Table, Time, toast, toastProblem, useLoad, type Column } from '../../parts'; // prettier-ignore
import type { PageProps } from '../../router';
import { CLASSES } from './dlt';
import { SenderForm } from './SenderForm';
import { SendingTabs } from './tabs';

type Sender = Schemas['Sender'];

const STATES = ['requested', 'approved', 'rejected'] as const;

export default function Senders({ query }: PageProps) {
  const [form, setForm] = useState<Sender | 'new'>();
  const filter = {
    cursor: query.get('cursor') ?? undefined,
    status: STATES.find((state) => state === query.get('status')),
    class: CLASSES.map(([value]) => value).find((value) => value === query.get('class')),
  };
  const senders = useLoad((signal) => api.get('/api/v1/senders', { query: filter, signal }), Object.values(filter));
  const requested = useLoad(
    (signal) => api.get('/api/v1/senders', { query: { status: 'requested', limit: 100 }, signal }),
    [],
  );
  const reload = (): void => {
    senders.reload();
    requested.reload();
  };
  const request = may('manage') && (
    <Button kind="main" onClick={() => setForm('new')}>
      Request a sender ID
    </Button>
  );
  const isFiltered = filter.status !== undefined || filter.class !== undefined;
  return (
    <>
      <PageHead title="Sender IDs" sentence={saying(requested.data?.items.length)}>
        {request}
      </PageHead>
      <SendingTabs />
      {form !== undefined && (
        <SenderForm
          key={form === 'new' ? '' : form.id}
          sender={form === 'new' ? undefined : form}
          onDone={() => (setForm(undefined), reload())}
          onCancel={() => setForm(undefined)}
        />
      )}
      <div class="filters">
        <FilterSelect label="State" name="status" query={query} options={[['', 'All'], ['requested', 'Requested'], ['approved', 'Approved'], ['rejected', 'Rejected']]} />
        <FilterSelect label="Class" name="class" query={query} options={[['', 'All'], ...CLASSES]} />
      </div>
      <Shown of={senders} what="the sender IDs">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={isFiltered ? 'No sender ID is like this' : 'No sender ID yet'}>
              {isFiltered ? (
                <p>Take another state or class.</p>
              ) : (
                <>
                  <p>
                    Sender IDs are used as given until you register them. Registered ones let Heliograph choose a
                    fallback that operators accept; India’s operators want them registered on the DLT.
                  </p>
                  {request}
                </>
              )}
            </EmptyState>
          ) : (
            <>
              <Table caption="Sender IDs" rows={items} keyOf={({ id }) => id} columns={columns(reload, setForm)} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  ); // prettier-ignore
}

function saying(waiting: number | undefined): string {
  if (waiting === undefined) return ' ';
  return waiting === 0
    ? 'No request waits for a decision.'
    : `${plural(waiting, 'request waits', 'requests wait')} for a decision.`;
}

/** Decides, with the way back to how it was where there is one. */
async function decide(sender: Sender, decision: 'approve' | 'reject', done: () => void): Promise<void> {
  const options = { params: { id: sender.id }, body: {} };
  const result =
    decision === 'approve'
      ? await api.post('/api/v1/senders/{id}/approve', options)
      : await api.post('/api/v1/senders/{id}/reject', options);
  if (!result.ok) return toastProblem(result.problem);
  const back = decision === 'approve' ? 'reject' : 'approve';
  const undo = sender.status === 'requested' ? undefined : () => decide(result.data, back, done);
  toast(`${sender.sender} is ${result.data.status}.`, { undo });
  done();
}

async function remove({ id, sender, class: of }: Sender, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Forget ${sender} (${of})?`,
    text: 'Its entity, templates and approval are gone. It is unregistered from now on; where only approved sender IDs send, it sends no more.',
    action: `Forget ${sender}`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/senders/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`${sender} is forgotten.`);
  done();
}

const columns = (reload: () => void, edit: (sender: Sender) => void): Column<Sender>[] => [
  {
    title: 'Sender ID',
    cell: ({ sender, default: isDefault }) => (
      <>
        <b>{sender}</b> {isDefault && <span class="soft small">default</span>}
      </>
    ),
  },
  { title: 'Class', cell: (sender) => CLASSES.find(([value]) => value === sender.class)?.[1] },
  {
    title: 'State',
    cell: ({ status, reason }) => (
      <>
        <Badge state={status} tone={status === 'requested' ? 'busy' : undefined} />
        {reason !== null && <span class="small"> {reason}</span>}
      </>
    ),
  },
  { title: 'DLT entity', cell: ({ entityId }) => (entityId === null ? null : <code>{entityId}</code>) },
  {
    title: 'Templates',
    cell: ({ templates }) => (templates.length === 0 ? <span class="soft">not told</span> : templates.length),
  },
  { title: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  {
    title: 'Actions',
    cell: (sender) =>
      may('manage') ? (
        <span class="row">
          {sender.status !== 'approved' && (
            <Button onClick={() => decide(sender, 'approve', reload)}>
              Approve<span class="unseen"> {sender.sender}</span>
            </Button>
          )}
          {sender.status !== 'rejected' && (
            <Button kind="quiet" onClick={() => decide(sender, 'reject', reload)}>
              Reject<span class="unseen"> {sender.sender}</span>
            </Button>
          )}
          <Button kind="quiet" onClick={() => edit(sender)}>
            Edit<span class="unseen"> {sender.sender}</span>
          </Button>
          <Button kind="quiet" onClick={() => remove(sender, reload)}>
            Forget<span class="unseen"> {sender.sender}</span>
          </Button>
        </span>
      ) : null,
  },
];
