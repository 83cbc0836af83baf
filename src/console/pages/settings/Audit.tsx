/** Audit: who changed what. */
import { api, type Schemas } from '../../api';
import {
  EmptyState,
  keyTitle,
  PageHead,
  Pager,
  Shown,
  Table,
  Time,
  useLoad,
  words,
  ZoneNote,
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
  const keys = useLoad((signal) => api.get('/api/v1/api-keys', { signal }), []);
  const names = new Map(keys.data?.items.map(({ id, name }) => [id, name]));
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
              <Table caption="Changes" rows={items} keyOf={({ id }) => id} columns={columns(names)} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
      <ZoneNote />
    </>
  );
}

const nameOf = (action: string): string => words(action).replace(/^Api/, 'API');

function saying(items: readonly Entry[], isFiltered: boolean): string {
  const [newest] = items;
  if (newest === undefined) return isFiltered ? 'None was found.' : 'Nothing was changed yet.';
  return `The latest change: ${nameOf(newest.action)}.`;
}

function who({ keyId }: Entry, names: ReadonlyMap<string, string>): string {
  if (keyId === null) return '–';
  return names.get(keyId) ?? keyTitle(keyId);
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(shownValue).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const columns = (names: ReadonlyMap<string, string>): Column<Entry>[] => [
  { title: 'When', cell: ({ at }) => <Time at={at} /> },
  { title: 'What', cell: ({ action }) => <a href={withQuery({ action })}>{nameOf(action)}</a> },
  {
    title: 'Of',
    cell: ({ subject }) => (
      <a href={withQuery({ subject })}>
        <code>{subject}</code>
      </a>
    ),
  },
  { title: 'By', cell: (entry) => who(entry, names) },
  {
    title: 'Details',
    cell: ({ detail }) =>
      detail === undefined || Object.keys(detail).length === 0 ? null : (
        <span class="small details">
          {Object.entries(detail)
            .map(([name, value]) => `${name}: ${shownValue(value)}`)
            .join(' · ')}
        </span>
      ),
  },
];
