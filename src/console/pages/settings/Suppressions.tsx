/** Suppressions: numbers that nothing is sent to, and why. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { ask, Button, EmptyState, Field, PageHead, Pager, Shown, Table, Time, toast, toastProblem, useLoad, type Column } from '../../parts'; // prettier-ignore
import type { PageProps } from '../../router';
import { AddSuppressions } from './AddSuppressions';
import { SettingsTabs } from './tabs';

type Suppression = Schemas['Suppression'];

const SOURCES: Record<Suppression['source'], string> = {
  inbound: 'The person, by text',
  provider: 'The provider said so',
  person: 'Somebody here',
  import: 'A list',
};

export default function Suppressions({ query }: PageProps) {
  // A person's number is kept out of the address: addresses end up in histories and logs.
  const [to, setTo] = useState('');
  const [typed, setTyped] = useState('');
  const filter = { to: to || undefined, cursor: query.get('cursor') ?? undefined };
  const suppressions = useLoad(
    (signal) => api.get('/api/v1/suppressions', { query: filter, signal }),
    Object.values(filter),
  );
  return (
    <>
      <PageHead title="Suppressions" sentence={saying(suppressions.data?.items, to)}>
        <a class="button" href="/api/v1/suppressions.csv" download="suppressions.csv">
          All as CSV
        </a>
      </PageHead>
      <SettingsTabs />
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setTo(typed.trim());
        }}
      >
        <Field label="Number" type="tel" inputMode="tel" value={typed} onValue={setTyped} />
        <button type="submit">Look</button>
      </form>
      <Shown of={suppressions} what="the suppressions">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={to === '' ? 'No number is suppressed' : 'This number is not suppressed'}>
              <p>Who texts STOP is suppressed by itself; others you add here.</p>
            </EmptyState>
          ) : (
            <>
              <Table caption="Suppressions" rows={items} keyOf={({ id }) => id} columns={columns(suppressions.reload)} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
      {may('manage') && <AddSuppressions onAdded={suppressions.reload} />}
    </>
  ); // prettier-ignore
}

function saying(items: readonly Suppression[] | undefined, to: string): string {
  if (items === undefined) return ' ';
  const [first] = items;
  if (to !== '') return first === undefined ? 'It is not suppressed.' : `It is suppressed: ${SOURCES[first.source].toLowerCase()}.`; // prettier-ignore
  return first === undefined ? 'Everybody can be sent to.' : 'Nothing is sent to these numbers.';
}

/** Lets a number be sent to again; the undo suppresses it anew, by hand. */
async function lift({ id, to, source, classes, reason }: Suppression, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Let ${to} be sent to again?`,
    text:
      source === 'inbound'
        ? 'The person asked not to be texted. Do it only when they have asked for it again.'
        : `It was suppressed by: ${SOURCES[source].toLowerCase()}.`,
    action: `Send to ${to} again`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/suppressions/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  const again = async (): Promise<void> => {
    const back = await api.post('/api/v1/suppressions', { body: { to, classes, reason } });
    if (!back.ok) return toastProblem(back.problem);
    done();
  };
  // A masked or an erased number can't be written anew.
  toast(`${to} is sent to again.`, { undo: to.startsWith('+') && /^\+\d+$/.test(to) ? again : undefined });
  done();
}

const columns = (reload: () => void): Column<Suppression>[] => [
  { title: 'Number', cell: ({ to }) => to },
  { title: 'By', cell: ({ source }) => SOURCES[source] },
  { title: 'Stops', cell: ({ classes }) => (classes === 'all' ? 'Everything' : 'Promotional messages') },
  { title: 'Reason', cell: ({ reason }) => reason },
  { title: 'Since', cell: ({ at }) => <Time at={at} /> },
  {
    title: 'Actions',
    cell: (suppression) =>
      may('manage') ? (
        <Button kind="quiet" onClick={() => lift(suppression, reload)}>
          Send to it again<span class="unseen"> {suppression.to}</span>
        </Button>
      ) : null,
  },
];
