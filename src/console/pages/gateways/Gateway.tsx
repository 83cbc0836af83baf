/** A gateway: does it work, what waits for it, and what the provider has to know. */
import { api, may } from '../../api';
import { Badge, Button, duration, PageHead, percent, Shown, Time, useLoad, Why } from '../../parts';
import { go, href, type PageProps } from '../../router';
import { remove, switchTo } from './actions';
import { Callbacks } from './show/Callbacks';
import { conditionOf, sentenceOf, type Gateway } from './columns';
import { ProviderLogo } from './ProviderLogo';
import { Settings } from './show/Settings';
import { TestNow } from './show/TestNow';
import { Fall, Waiting } from './show/Waiting';

export default function GatewayPage({ params: { id } }: PageProps) {
  const gateway = useLoad((signal) => api.get('/api/v1/gateways/{id}', { params: { id: id! }, signal }), [id]);
  const providers = useLoad((signal) => api.get('/api/v1/providers', { signal }), []);
  return (
    <Shown of={gateway} what="the gateway" title="Gateway">
      {(found) => {
        const provider = providers.data?.items.find(({ name }) => name === found.provider);
        return (
          <>
            <Head gateway={found} onChanged={gateway.set} />
            <Why of={{ id: found.id }} onMended={gateway.reload} />
            <div class="columns">
              <Health gateway={found} />
              <Settings gateway={found} provider={provider} />
            </div>
            <Waiting gateway={found} />
            <Fall gateway={found} />
            <Callbacks gateway={found} onChanged={gateway.set} />
            {may('manage') && <TestNow id={found.id} />}
          </>
        );
      }}
    </Shown>
  );
}

function Head({ gateway, onChanged }: { gateway: Gateway; onChanged(changed: Gateway): void }) {
  const condition = conditionOf(gateway);
  const isOff = gateway.status === 'inactive';
  return (
    <>
      <p class="row">
        <ProviderLogo provider={gateway.provider} logo={gateway.logo} />
        <Badge state={condition} tone={condition === 'degraded' ? 'warn' : undefined} />
        <a href={href('/gateways')}>All gateways</a>
      </p>
      <PageHead title={gateway.name} sentence={sentenceOf(gateway)}>
        {may('manage') && (
          <>
            <a class="button" href={href(`/gateways/${gateway.id}/edit`)}>
              Edit
            </a>
            {condition !== 'active' && (
              <Button kind="main" onClick={() => switchTo(gateway, 'active', onChanged)}>
                {isOff ? 'Make it active' : 'Try it now'}
              </Button>
            )}
            {!isOff && <Button onClick={() => switchTo(gateway, 'inactive', onChanged)}>Make it inactive</Button>}
            <Button kind="danger" onClick={() => remove(gateway, () => go(href('/gateways')))}>
              Delete
            </Button>
          </>
        )}
      </PageHead>
    </>
  );
}

const share = (of: number | null): string => (of === null ? '–' : percent(of));

function Health({ gateway: { health } }: { gateway: Gateway }) {
  return (
    <section class="stack" aria-label="Health">
      <h2>Health</h2>
      <dl class="facts">
        <dt>Taken by the provider</dt>
        <dd>{share(health.acceptRate)}</dd>
        <dt>Delivered, of final reports</dt>
        <dd>{share(health.deliveryRate)}</dd>
        <dt>Answers within (95%)</dt>
        <dd>{health.p95Ms === null ? '–' : duration(health.p95Ms)}</dd>
        {health.reason !== undefined && (
          <>
            <dt>Reason</dt>
            <dd>{health.reason}</dd>
          </>
        )}
        {health.heldUntil !== undefined && (
          <>
            <dt>Held until</dt>
            <dd>
              <Time at={health.heldUntil} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
