/** Audit: who changed what. */
import { api, type Schemas } from '../../api';
import {
  EmptyState,
  keyOf,
  PageHead,
  Pager,
  Shown,
  SubjectOf,
  Table,
  Time,
  useLoad,
  words,
  type Column,
} from '../../parts';
import { withQuery, type PageProps } from '../../router';
import { SettingsTabs } from './tabs';

type Entry = Schemas['AuditEntry'];

export default function Audit({ query }: PageProps) {
  const filter = {
    action: query.get('action') ?? undefined,
    subject: query.get('subject') ?? undefined,
    cursor: query.get('cursor') ?? undefined,
  };
  const entries = useLoad((signal) => api.get('/api/v1/audit', { query: filter, signal }), Object.values(filter));
  const isFiltered = filter.action !== undefined || filter.subject !== undefined;
  return (
    <>
      <PageHead title="Audit" sentence={entries.data === undefined ? ' ' : saying(entries.data.items, isFiltered)} />
      <SettingsTabs />
      {isFiltered && (
        <p>
          Only {filter.action !== undefined && <b>{nameOf(filter.action)}</b>}{' '}
          {filter.subject !== undefined && (
            <>
              of <code>{filter.subject}</code>
            </>
          )}
          . <a href={withQuery({ action: undefined, subject: undefined })}>Show everything</a>
        </p>
      )}
      <Shown of={entries} what="the audit">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title={isFiltered ? 'No change is like this' : 'Nothing was changed yet'} />
          ) : (
            <>
              <Table caption="Changes" rows={items} keyOf={({ id }) => id} columns={columns} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  );
}

const nameOf = (action: string): string => words(action).replace(/^Api/, 'API');

function saying(items: readonly Entry[], isFiltered: boolean): string {
  const [newest] = items;
  if (newest === undefined) return isFiltered ? 'None was found.' : 'Nothing was changed yet.';
  return `The latest change: ${nameOf(newest.action)}.`;
}

/** Its name stands beside it already; what proves which number it was is for programs. */
const LEFT_OUT = ['name', 'hash', 'numberHash'];

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(shownValue).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object' || value === null) return String(value ?? 'none');
  return Object.entries(value)
    .map(([name, inner]) => `${name} = ${shownValue(inner)}`)
    .join(', ');
}

const saidOf = ({ detail, subjectName }: Entry): string =>
  Object.entries(detail ?? {})
    .filter(([name, value]) => !LEFT_OUT.includes(name) || (name === 'name' && value !== subjectName))
    .map(([name, value]) => `${name}: ${shownValue(value)}`)
    .join(' · ');

const columns: Column<Entry>[] = [
  { title: 'When', cell: ({ at }) => <Time at={at} /> },
  { title: 'What', cell: ({ action }) => <a href={withQuery({ action })}>{nameOf(action)}</a> },
  {
    title: 'Of',
    cell: (entry) => (
      <>
        <SubjectOf {...entry} />{' '}
        <a
          class="small"
          href={withQuery({ subject: entry.subject })}
          aria-label={`All changes of ${entry.subjectName ?? entry.subject}`}
        >
          all
        </a>
      </>
    ),
  },
  { title: 'By', cell: keyOf },
  {
    title: 'Details',
    cell: (entry) => (saidOf(entry) === '' ? null : <span class="small details">{saidOf(entry)}</span>),
  },
];
