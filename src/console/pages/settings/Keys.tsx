/** API keys: who may do what, made, rotated, revoked. A key is shown once. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { ask, Badge, Button, EmptyState, PageHead, plural, Shown, ShownOnce, Table, Time, toast, toastProblem, useLoad, type Column } from '../../parts'; // prettier-ignore
import { KeyForm } from './KeyForm';
import { SettingsTabs } from './tabs';

type Key = Schemas['ApiKey'];

export default function Keys() {
  const keys = useLoad((signal) => api.get('/api/v1/api-keys', { signal }), []);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string; text: string }>();
  const add = may('manage') && (
    <Button kind="main" onClick={() => setAdding(true)}>
      Make a key
    </Button>
  );
  const rotate = async (key: Key): Promise<void> => {
    const wanted = await ask({
      title: `Rotate “${key.name}”?`,
      text: 'A new key like it is made and shown once. The present one is good for another 24 hours, so that nothing fails while you put the new one in its place.',
      action: 'Make the new key',
    });
    if (!wanted) return;
    const result = await api.post('/api/v1/api-keys/{id}/rotate', { params: { id: key.id }, body: {} });
    if (!result.ok) return toastProblem(result.problem);
    setMade({ ...result.data, text: 'The key of before ends in 24 hours.' });
    keys.reload();
  };
  return (
    <>
      <PageHead title="API keys" sentence={keys.data === undefined ? ' ' : saying(keys.data.items)}>
        {add}
      </PageHead>
      <SettingsTabs />
      {made !== undefined && (
        <ShownOnce title={`The new key “${made.name}”`} text={made.text} values={[['Key', made.key]]} onKept={() => setMade(undefined)} />
      )}
      {adding && (
        <KeyForm
          onDone={({ name, key }) => {
            setAdding(false);
            setMade({ name, key, text: 'It is stored as a hash: lost, it has to be made anew.' });
            keys.reload();
          }}
          onCancel={() => setAdding(false)}
        />
      )}
      <Shown of={keys} what="the keys">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No key yet">
              <p>Only the admin key of the environment can act for this account. Make one key for each caller.</p>
              {add}
            </EmptyState>
          ) : (
            <Table caption="API keys" rows={items} keyOf={({ id }) => id} columns={columns(rotate, keys.reload)} />
          )
        }
      </Shown>
    </>
  ); // prettier-ignore
}

const stateOf = ({ revokedAt, expiresAt }: Key): string =>
  revokedAt !== null ? 'revoked' : expiresAt !== null && Date.parse(expiresAt) < Date.now() ? 'expired' : 'active';

function saying(keys: readonly Key[]): string {
  const good = keys.filter((key) => stateOf(key) === 'active');
  const idle = good.filter(({ lastUsedAt }) => lastUsedAt === null).length;
  return `${plural(good.length, 'key is', 'keys are')} good${idle === 0 ? '.' : `; ${idle} ${idle === 1 ? 'was' : 'were'} never used.`}`;
}

async function revoke({ id, name, last4 }: Key, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Revoke “${name}” (…${last4})?`,
    text: 'Whoever shows it is refused from now on, and consoles that it opened are signed out. This can’t be undone; to change it without a gap, rotate it.',
    action: `Revoke “${name}” now`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/api-keys/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`“${name}” is revoked.`);
  done();
}

const columns = (rotate: (key: Key) => Promise<void>, reload: () => void): Column<Key>[] => [
  { title: 'Name', cell: ({ name }) => <b>{name}</b> },
  { title: 'Key', cell: ({ id, last4 }) => <code>{`hg_${id}_…${last4}`}</code> },
  {
    title: 'State',
    cell: (key) => {
      const state = stateOf(key);
      return <Badge state={state} tone={state === 'active' ? 'good' : 'idle'} />;
    },
  },
  { title: 'May', cell: ({ scopes }) => scopes.join(', ') },
  {
    title: 'Requests/s',
    number: true,
    cell: ({ ratePerSecond }) => ratePerSecond ?? '–',
  },
  { title: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} />) },
  { title: 'Ends', cell: ({ expiresAt, revokedAt }) => <Time at={revokedAt ?? expiresAt} /> },
  {
    title: 'Actions',
    cell: (key) =>
      may('manage') && stateOf(key) === 'active' ? (
        <span class="row">
          <Button kind="quiet" onClick={() => rotate(key)}>
            Rotate<span class="unseen"> {key.name}</span>
          </Button>
          <Button kind="quiet" onClick={() => revoke(key, reload)}>
            Revoke<span class="unseen"> {key.name}</span>
          </Button>
        </span>
      ) : null,
  },
];
