/** Gateways: over which accounts at providers messages leave, and whether they do. */
import { api, may } from '../../api';
import { Badge, Button, EmptyState, PageHead, plural, Shown, Table, useLoad, type Column } from '../../parts';
import { href } from '../../router';
import { remove } from './actions';
import { conditionOf, CREDENTIAL_COLUMNS, credentialIn, takes, type Gateway } from './columns';
import { ProviderLogo } from './ProviderLogo';

export default function Gateways() {
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const providers = useLoad((signal) => api.get('/api/v1/providers', { signal }), []);
  const labels = new Map(providers.data?.items.map(({ name, label }) => [name, label]));
  const items = gateways.data?.items;
  const add = may('manage') && (
    <a class="button main" href={href('/gateways/new')}>
      Add a gateway
    </a>
  );
  return (
    <>
      <PageHead title="Gateways" sentence={items === undefined ? ' ' : saying(items)}>
        {add}
      </PageHead>
      <Shown of={gateways} what="the gateways">
        {({ items: rows }) =>
          rows.length === 0 ? (
            <EmptyState title="No gateway yet">
              <p>A gateway is an account that you have at an SMS provider. Messages need one to leave.</p>
              {add}
            </EmptyState>
          ) : (
            <Table
              caption="Available gateways"
              rows={rows.map((gateway, i) => ({ gateway, no: i + 1 }))}
              keyOf={({ gateway }) => gateway.id}
              columns={columns(labels, gateways.reload)}
            />
          )
        }
      </Shown>
      <p class="soft small">
        Keys and passwords are stored sealed; what is shown of them is masked. A provider without such a field leaves it
        empty.
      </p>
    </>
  );
}

function saying(items: readonly Gateway[]): string {
  if (items.length === 0) return 'Nothing can be sent yet.';
  const taking = items.filter(takes).length;
  const broken = items.filter((gateway) => ['down', 'held'].includes(conditionOf(gateway)));
  const inAll = plural(items.length, 'gateway');
  if (broken.length > 0) {
    const names = broken.map(({ name, health: { reason } }) => (reason === undefined ? name : `${name} (${reason})`));
    return `${taking} of ${inAll} ${taking === 1 ? 'takes' : 'take'} messages; not ${names.join(', ')}.`;
  }
  if (taking === items.length) {
    return taking === 1
      ? 'One gateway, and it takes messages; there is none to fall back to.'
      : `${taking === 2 ? 'Both gateways' : `All ${inAll}`} take messages.`;
  }
  return `${taking} of ${inAll} ${taking === 1 ? 'takes' : 'take'} messages; the others are inactive.`;
}

interface Row {
  gateway: Gateway;
  no: number;
}

const columns = (labels: ReadonlyMap<string, string>, reload: () => void): Column<Row>[] => [
  { title: 'S/N', number: true, cell: ({ no }) => no },
  {
    title: 'Company name',
    cell: ({ gateway: { provider, logo } }) => (
      <span class="row">
        <ProviderLogo provider={provider} logo={logo} small /> {labels.get(provider) ?? provider}
      </span>
    ),
  },
  {
    title: 'Gateway name',
    cell: ({ gateway: { id, name } }) => <a href={href(`/gateways/${encodeURIComponent(id)}`)}>{name}</a>,
  },
  {
    title: 'State',
    cell: ({ gateway }) => <Badge state={conditionOf(gateway)} tone={toneFor(gateway)} />,
  },
  ...CREDENTIAL_COLUMNS.map(([column, title]): Column<Row> => ({
    title,
    cell: ({ gateway }) => {
      const shown = credentialIn(gateway, column);
      return shown === null ? null : <code class="breaks">{shown}</code>;
    },
  })),
  {
    title: 'Actions',
    cell: ({ gateway }) =>
      may('manage') ? (
        <span class="row">
          <a href={href(`/gateways/${encodeURIComponent(gateway.id)}/edit`)} aria-label={`Edit ${gateway.name}`}>
            Edit
          </a>
          <Button kind="quiet" onClick={() => remove(gateway, reload)}>
            Delete<span class="unseen"> {gateway.name}</span>
          </Button>
        </span>
      ) : null,
  },
];

/** `degraded` is no state of anything else. */
const toneFor = (gateway: Gateway): 'warn' | undefined => (conditionOf(gateway) === 'degraded' ? 'warn' : undefined);
