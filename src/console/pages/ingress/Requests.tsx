/** Requests: what came in lately and was refused, and the latest that was taken. */
import { useState } from 'preact/hooks';
import { api, type IngressRequest } from '../../api';
import { Badge, count, EmptyState, Field, FilterSelect, keyTitle, PageHead, Pager, plural, Shown, Table, Time, useLoad, type Column } from '../../parts'; // prettier-ignore
import { href, type PageProps } from '../../router';
import { shapeName } from './shapes';

const OUTCOMES = ['refused', 'partly', 'taken'] as const;

export default function Requests({ query }: PageProps) {
  // A person's number and a meta are kept out of the address: addresses end up in histories and logs.
  const [person, setPerson] = useState({ to: '', meta: '' });
  const [typed, setTyped] = useState(person);
  const filter = {
    outcome: OUTCOMES.find((outcome) => outcome === query.get('outcome')),
    to: person.to || undefined,
    meta: person.meta || undefined,
    cursor: query.get('cursor') ?? undefined,
  };
  const requests = useLoad((signal) => api.get('/api/v1/requests', { query: filter, signal }), Object.values(filter));
  const isFiltered = filter.to !== undefined || filter.meta !== undefined || filter.outcome !== undefined;
  return (
    <>
      <PageHead title="Requests" sentence={requests.data === undefined ? ' ' : saying(requests.data.items, isFiltered)} />
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setPerson({ to: typed.to.trim(), meta: typed.meta.trim() });
        }}
      >
        <FilterSelect
          label="Outcome"
          name="outcome"
          query={query}
          options={[['', 'All refused ones'], ['refused', 'Refused'], ['partly', 'Partly refused'], ['taken', 'Latest taken']]}
        />
        <Field label="Number" type="tel" inputMode="tel" value={typed.to} onValue={(to) => setTyped({ ...typed, to })} />
        <Field label="Meta" value={typed.meta} onValue={(meta) => setTyped({ ...typed, meta })} />
        <button type="submit">Look</button>
      </form>
      <Shown of={requests} what="the requests">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={isFiltered ? 'No request is like this' : 'No request was refused'}>
              <p>
                Refused requests are kept 7 days, and the latest taken one of each key. If you wait for CleverTap’s
                first, look at <a href={href('/clevertap')}>CleverTap set-up</a>. A request without a key, or with a
                wrong one, belongs to no account and is not here.
              </p>
            </EmptyState>
          ) : (
            <>
              <Table caption="Requests" rows={items} keyOf={({ id }) => id} columns={COLUMNS} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  ); // prettier-ignore
}

function saying(items: readonly IngressRequest[], isFiltered: boolean): string {
  if (items.length === 0) return isFiltered ? 'None was found.' : 'Everything that came in the last 7 days was taken.';
  const records = items.reduce((sum, { rejected }) => sum + rejected, 0);
  const [problem] = items[0]!.problems;
  const newest = (problem && told(problem)) ?? items[0]!.message ?? items[0]!.code ?? '';
  if (records === 0 && items.every(({ outcome }) => outcome === 'taken')) {
    return `${plural(items.length, 'request')}, the latest of each key, taken in whole.`;
  }
  return `${plural(records, 'record was', 'records were')} refused in ${plural(items.length, 'request')} here${newest === '' ? '' : `; the newest: “${newest}”`}.`;
}

/** The name of the field, which the message begins with, is no word of the sentence. */
const told = ({ field, message }: IngressRequest['problems'][number]): string =>
  message.replace(`${field} `, `“${field}” `);

const COLUMNS: readonly Column<IngressRequest>[] = [
  { title: 'Came', cell: ({ id, at }) => <a href={href(`/requests/${encodeURIComponent(id)}`)}><Time at={at} /></a> },
  { title: 'Outcome', cell: ({ outcome }) => <Badge state={outcome} /> },
  { title: 'Contract', cell: ({ shape }) => shapeName(shape) },
  { title: 'Key', cell: ({ keyName, keyId }) => keyName ?? (keyId ? keyTitle(keyId) : '–') },
  { title: 'Answer', number: true, cell: ({ status }) => status },
  { title: 'Taken', number: true, cell: ({ accepted }) => count(accepted) },
  { title: 'Refused', number: true, cell: ({ rejected }) => count(rejected) },
  {
    title: 'Why',
    cell: ({ problems, code, message }) => {
      const [first] = problems;
      const more = problems.length - 1;
      if (first === undefined) return message ?? code ?? null;
      return (
        <span>
          {first.to !== null && <b>{first.to}: </b>}
          {first.message}
          {more > 0 && <span class="soft"> and {more} more</span>}
        </span>
      );
    },
  },
]; // prettier-ignore
