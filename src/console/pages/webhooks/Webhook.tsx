/** A webhook: does it take what it is told, what waits, and what was given up. */
import { useState } from 'preact/hooks';
import { api, may } from '../../api';
import { ask, Badge, Button, PageHead, percent, Shown, ShownOnce, Time, toast, toastProblem, useLoad, Why } from '../../parts'; // prettier-ignore
import { go, href, type PageProps } from '../../router';
import { remove, switchTo } from './actions';
import { Callbacks } from './Callbacks';
import { sentenceOf, shortUrl, stateOf, type Webhook } from './state';

export default function WebhookPage({ params, query }: PageProps) {
  const id = params['id']!;
  const webhook = useLoad((signal) => api.get('/api/v1/webhooks/{id}', { params: { id }, signal }), [id]);
  return (
    <Shown of={webhook} what="the webhook" title="Webhook">
      {(found) => (
        <>
          <Head webhook={found} reload={webhook.reload} />
          <Why of={{ id }} onMended={webhook.reload} />
          <Health webhook={found} />
          <Callbacks webhookId={id} query={query} onReplayed={webhook.reload} />
        </>
      )}
    </Shown>
  );
}

function Head({ webhook, reload }: { webhook: Webhook; reload(): void }) {
  const [secret, setSecret] = useState<string>();
  const rotate = async (): Promise<void> => {
    const wanted = await ask({
      title: 'Make a new secret?',
      text: 'For a day requests carry two signatures, so that the present secret verifies them, too.',
      action: 'Make a new secret',
    });
    if (!wanted) return;
    const result = await api.post('/api/v1/webhooks/{id}/rotate-secret', { params: { id: webhook.id }, body: {} });
    if (!result.ok) return toastProblem(result.problem);
    toast('The new secret signs from now on.');
    setSecret(result.data.secret);
  };
  const isOff = webhook.state !== 'active';
  return (
    <>
      <p class="row">
        <Badge state={stateOf(webhook)} /> <a href={href('/webhooks')}>All webhooks</a>
      </p>
      <PageHead title={shortUrl(webhook.url)} sentence={sentenceOf(webhook)}>
        {may('manage') && (
          <>
            {isOff && (
              <Button kind="main" onClick={() => switchTo(webhook, 'active', reload)}>
                Try it now
              </Button>
            )}
            {webhook.state !== 'disabled' && (
              <Button onClick={() => switchTo(webhook, 'disabled', reload)}>Disable</Button>
            )}
            {webhook.kind === 'standard' && <Button onClick={rotate}>New secret</Button>}
            <Button kind="danger" onClick={() => remove(webhook, () => go(href('/webhooks')))}>
              Delete
            </Button>
          </>
        )}
      </PageHead>
      {secret !== undefined && (
        <ShownOnce
          title="The new secret"
          text="With it your endpoint verifies that a request is from here."
          values={[['Secret', secret]]}
          onKept={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

function Health({ webhook }: { webhook: Webhook }) {
  const { health, url, kind, isDefault, events, pausedAt, nextProbeAt, givenUpFrom } = webhook;
  return (
    <dl class="facts">
      <dt>Where to</dt>
      <dd>{url}</dd>
      <dt>Kind</dt>
      <dd>
        {kind === 'clevertap' ? 'CleverTap' : 'Standard'}
        {isDefault ? ', for all messages that name no other' : ''}
        {events === null ? '' : `: ${events.join(', ')}`}
      </dd>
      {health !== undefined && (
        <>
          <dt>Taken, last hour</dt>
          <dd>{health.successShare === null ? 'nothing was sent' : percent(health.successShare)}</dd>
          <dt>Oldest waits since</dt>
          <dd>
            <Time at={health.oldestWaitingAt} />
          </dd>
        </>
      )}
      {health?.lastError != null && (
        <>
          <dt>Last error</dt>
          <dd>
            {health.lastError.status === undefined ? '' : `${health.lastError.status}: `}
            {health.lastError.message} <Time at={health.lastError.at} />
          </dd>
        </>
      )}
      {pausedAt !== undefined && (
        <>
          <dt>Rests since</dt>
          <dd>
            <Time at={pausedAt} />; tried again <Time at={nextProbeAt} />
          </dd>
        </>
      )}
      {givenUpFrom !== undefined && (
        <>
          <dt>Given up from</dt>
          <dd>
            <Time at={givenUpFrom} />
          </dd>
        </>
      )}
    </dl>
  );
}
