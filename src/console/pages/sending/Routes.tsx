/** Routes: in which order messages try gateways and sender IDs, and which of these would be passed over now. */
import { useState } from 'preact/hooks';
import { api, may, session, type Schemas } from '../../api';
import { ask, Badge, Button, ErrorState, Loading, PageHead, Pager, Shown, toast, toastProblem, useLoad, type Loaded } from '../../parts'; // prettier-ignore
import type { PageProps } from '../../router';
import { Chain } from './DrawnChain';
import { chainByPriority, chainOf, type Known } from './chain';
import { RouteForm } from './RouteForm';
import { SendingTabs } from './tabs';

type Route = Schemas['Route'];

/** Sender IDs that are looked at for reasons; accounts have a few. */
const SENDERS = 100;

export default function Routes({ query }: PageProps) {
  const cursor = query.get('cursor') ?? undefined;
  const [form, setForm] = useState<Route | 'new'>();
  const routes = useLoad((signal) => api.get('/api/v1/routes', { query: { cursor }, signal }), [cursor]);
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const senders = useLoad((signal) => api.get('/api/v1/senders', { query: { limit: SENDERS }, signal }), []);
  const id = session.value!.accountId;
  const account = useLoad((signal) => api.get('/api/v1/accounts/{id}', { params: { id }, signal }), [id]);
  const loaded = [gateways, senders, account] as const;
  const missing = loaded.find(({ data }) => data === undefined);
  const add = may('manage') && (
    <Button kind="main" onClick={() => setForm('new')}>
      Add a route
    </Button>
  );
  return (
    <>
      <PageHead title="Routes" sentence={routes.data === undefined ? ' ' : saying(routes.data.items)}>
        {add}
      </PageHead>
      <SendingTabs />
      {form !== undefined && gateways.data !== undefined && (
        <RouteForm
          key={form === 'new' ? '' : form.id}
          route={form === 'new' ? undefined : form}
          gateways={gateways.data.items}
          onDone={() => (setForm(undefined), routes.reload())}
          onCancel={() => setForm(undefined)}
        />
      )}
      <Shown of={routes} what="the routes">
        {({ items, nextCursor }) =>
          missing !== undefined ? (
            <Waits of={missing} />
          ) : (
            <>
              <Drawn
                routes={items}
                known={{ gateways: gateways.data!.items, senders: senders.data!.items, account: account.data! }}
                edit={setForm}
                reload={routes.reload}
              />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  );
}

function saying(routes: readonly Route[]): string {
  const main = routes.find(({ isDefault }) => isDefault);
  if (main !== undefined) return `Messages take the route “${main.name}”, unless a campaign or group names another.`;
  return routes.length === 0
    ? 'Messages take the account’s gateways by priority: there is no route.'
    : 'Messages take the account’s gateways by priority, unless a campaign or group names a route.';
}

const Waits = ({ of }: { of: Loaded<unknown> }) =>
  of.problem === undefined ? (
    <Loading what="the legs" />
  ) : (
    <ErrorState problem={of.problem} what="the legs" retry={of.reload} />
  );

interface DrawnProps {
  routes: readonly Route[];
  known: Known;
  edit(route: Route): void;
  reload(): void;
}

function Drawn({ routes, known, edit, reload }: DrawnProps) {
  const byPriority = chainByPriority(known);
  return (
    <>
      {!routes.some(({ isDefault }) => isDefault) && (
        <section class="stack" aria-label="Without a route">
          <h2>Without a route</h2>
          <p class="soft">By priority; gateways of one priority take turns by their weight.</p>
          {byPriority.length === 0 ? <p>There is no gateway yet.</p> : <Chain links={byPriority} label="Legs without a route" />}
        </section>
      )}
      {routes.map((route) => (
        <section key={route.id} class="stack" aria-label={route.name}>
          <h2 class="row">
            {route.name} {route.isDefault && <Badge state="ok" word="Default" />}
          </h2>
          <Chain links={chainOf(route.legs, known)} label={`Legs of ${route.name}`} />
          {route.failoverOnNoReceipt && (
            <p class="soft small">A message whose report does not come in time goes on to the next leg.</p>
          )}
          {may('manage') && (
            <p class="actions">
              <Button onClick={() => edit(route)}>
                Edit<span class="unseen"> {route.name}</span>
              </Button>
              {!route.isDefault && (
                <Button onClick={() => makeDefault(route, true, reload)}>
                  Make it the default<span class="unseen"> {route.name}</span>
                </Button>
              )}
              <Button kind="quiet" onClick={() => remove(route, reload)}>
                Delete<span class="unseen"> {route.name}</span>
              </Button>
            </p>
          )}
        </section>
      ))}
    </>
  ); // prettier-ignore
}

async function makeDefault(route: Route, isDefault: boolean, done: () => void): Promise<void> {
  const result = await api.patch('/api/v1/routes/{id}', { params: { id: route.id }, body: { isDefault } });
  if (!result.ok) return toastProblem(result.problem);
  toast(isDefault ? `Messages take “${route.name}” from now on.` : `“${route.name}” is no default any more.`, {
    undo: isDefault ? () => makeDefault(route, false, done) : undefined,
  });
  done();
}

async function remove({ id, name }: Route, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Delete the route “${name}”?`,
    text: 'What was sent over it goes on over its legs. Campaigns and groups that name it have to name another.',
    action: `Delete “${name}”`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/routes/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`“${name}” is deleted.`);
  done();
}
