/** What waits on a gateway and why, and where its traffic goes if it falls. */
import { api } from '../../../api';
import { Shown, Table, Time, useLoad } from '../../../parts';
import { href } from '../../../router';
import { conditionOf, type Gateway } from '../columns';
import { waysWithout, type Way } from './where';

const SHOWN = 10;

export function Waiting({ gateway }: { gateway: Gateway }) {
  const query = { gatewayId: gateway.id, state: 'queued' as const, limit: SHOWN };
  const waiting = useLoad((signal) => api.get('/api/v1/messages', { query, signal }), [gateway.id, gateway.status]);
  return (
    <section class="stack" aria-label="What waits here">
      <h2>What waits here</h2>
      <Shown of={waiting} what="the waiting messages" lines={2}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <p>Nothing waits for this gateway.</p>
          ) : (
            <>
              <p>
                {nextCursor === null ? '' : 'More than '}
                {items.length} {items.length === 1 ? 'message waits' : 'messages wait'}, the newest first.
              </p>
              <Table
                caption="Messages that wait for this gateway"
                rows={items}
                keyOf={({ id }) => id}
                columns={[
                  { title: 'To', cell: ({ id, to }) => <a href={href(`/messages/${id}`)}>{to}</a> },
                  { title: 'Came', cell: ({ acceptedAt }) => <Time at={acceptedAt} /> },
                  { title: 'Waits because', cell: ({ reason }) => reason ?? 'it is its turn soon' },
                ]}
              />
            </>
          )
        }
      </Shown>
    </section>
  );
}

export function Fall({ gateway }: { gateway: Gateway }) {
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), [gateway.status]);
  const routes = useLoad((signal) => api.get('/api/v1/routes', { query: { limit: 100 }, signal }), []);
  const falls = ['active', 'degraded'].includes(conditionOf(gateway));
  return (
    <section class="stack" aria-label="If it falls">
      <h2>{falls ? 'If it falls' : 'Where its traffic goes now'}</h2>
      <Shown of={gateways} what="the other gateways" lines={1}>
        {({ items }) => (
          <Shown of={routes} what="the routes" lines={1}>
            {(found) => {
              const ways = waysWithout(gateway, items, found.items);
              return ways.length === 0 ? (
                <p>No route leads over it, and the default route does without it: nothing changes.</p>
              ) : (
                <ul class="evidence">
                  {ways.map((way) => (
                    <li key={way.route?.id ?? ''}>
                      <Says way={way} />
                    </li>
                  ))}
                </ul>
              );
            }}
          </Shown>
        )}
      </Shown>
      <p class="soft small">
        What the provider has already is awaited. A gateway is passed over while it is down, held or inactive.
      </p>
    </section>
  );
}

function Says({ way: { route, next } }: { way: Way }) {
  const what =
    route === null ? (
      'Messages without a route of their own'
    ) : (
      <>
        Messages of the route <a href={`${href('/routes')}?route=${encodeURIComponent(route.id)}`}>{route.name}</a>
      </>
    );
  return (
    <>
      {what}{' '}
      {next === null ? (
        <>
          <b>wait</b>: there is no other gateway that takes them.
        </>
      ) : (
        <>
          go over <a href={href(`/gateways/${next.id}`)}>{next.name}</a>.
        </>
      )}
    </>
  );
}
