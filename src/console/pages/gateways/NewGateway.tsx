/** Add a gateway: first whose, then the form that its provider's schema makes. */
import { useState } from 'preact/hooks';
import { api, type Result } from '../../api';
import { PageHead, ShownOnce, Shown, toast, useForm, useLoad } from '../../parts';
import { go, href, withQuery, type PageProps } from '../../router';
import { docsOf, type Gateway, type Provider } from './columns';
import { bodyOf, draftOf } from './form/draft';
import { GatewayForm } from './form/GatewayForm';
import { onceOf } from './once';
import { ProviderLogo } from './ProviderLogo';

export default function NewGateway({ query }: PageProps) {
  const providers = useLoad((signal) => api.get('/api/v1/providers', { signal }), []);
  const chosen = query.get('provider');
  return (
    <Shown of={providers} what="the providers" title="Add a gateway">
      {({ items }) => {
        const provider = items.find(({ name }) => name === chosen);
        if (provider !== undefined) return <New key={provider.name} provider={provider} />;
        return <Catalogue items={items} unknown={chosen} />;
      }}
    </Shown>
  );
}

function Catalogue({ items, unknown }: { items: readonly Provider[]; unknown: string | null }) {
  return (
    <>
      <PageHead
        title="Add a gateway"
        sentence={unknown === null ? 'At which provider do you have an account?' : `There is no provider “${unknown}”. Choose one:`}
      />
      <ul class="providers">
        {items.map((provider) => (
          <li key={provider.name}>
            <span class="row">
              <ProviderLogo provider={provider.name} />
              <b>{provider.label}</b>
            </span>
            <p class="soft small">{saying(provider)}</p>
            <span class="row">
              <a class="button" href={withQuery({ provider: provider.name })} aria-label={`Add ${provider.label}`}>
                Add
              </a>
              {provider.name !== 'http' && (
                <a href={provider.signupLink} target="_blank" rel="noreferrer" aria-label={`Sign up at ${provider.label}`}>
                  Sign up
                </a>
              )}
              <a href={docsOf(provider)} target="_blank" rel="noreferrer" aria-label={`How to set up ${provider.label}`}>
                How to
              </a>
            </span>
          </li>
        ))}
      </ul>
    </>
  ); // prettier-ignore
}

function saying({ sendingPatterns, credentials, capabilities }: Provider): string {
  const needed = credentials.filter(({ required }) => required).map(({ title }) => title);
  const { dlt } = capabilities as { dlt?: boolean };
  return [
    sendingPatterns.includes('batch') ? 'Batch or loop.' : 'Loop only.',
    needed.length === 0 ? '' : `Needs: ${needed.join(', ')}.`,
    dlt === false ? 'Has no place for DLT ids.' : '',
  ].join(' ');
}

function New({ provider }: { provider: Provider }) {
  const form = useForm<string>(draftOf(provider));
  const [made, setMade] = useState<Gateway>();
  const save = (): void => {
    const result = bodyOf(form.values, provider);
    if (!result.ok) return form.refuse(result.field, result.message);
    form.send(
      () => api.post('/api/v1/gateways', { body: result.body as never }) as Promise<Result<Gateway>>,
      (gateway) => {
        toast(`${gateway.name} is added.`);
        if (onceOf(gateway).length > 0) setMade(gateway);
        else go(href(`/gateways/${gateway.id}`));
      },
    );
  };
  if (made !== undefined) return <Made gateway={made} provider={provider} />;
  return (
    <>
      <PageHead title={`Add ${provider.label}`} sentence="What the provider gave you, and how it shall be used.">
        {provider.name !== 'http' && (
          <a href={provider.signupLink} target="_blank" rel="noreferrer">
            No account yet? Sign up
          </a>
        )}
        <a href={docsOf(provider)} target="_blank" rel="noreferrer">
          How to set it up
        </a>
      </PageHead>
      <GatewayForm of={form} provider={provider} onSubmit={save} onCancel={() => go(href('/gateways/new'))} />
    </>
  );
}

/** What the provider has to be given, of which a part is shown now only. */
function Made({ gateway, provider }: { gateway: Gateway; provider: Provider }) {
  return (
    <>
      <PageHead title={gateway.name} sentence="It is added. One thing is left: tell the provider where to report." />
      <ShownOnce
        title="For the provider’s portal"
        text={`Reports that don’t carry it are refused. Where to enter it is on the page “How to set up ${provider.label}”.`}
        values={[
          ...(gateway.callbackUrl === undefined ? [] : [['Callback URL', gateway.callbackUrl] as const]),
          ...onceOf(gateway),
        ]}
        onKept={() => go(href(`/gateways/${gateway.id}`))}
      />
      <p>
        <a href={docsOf(provider)} target="_blank" rel="noreferrer">
          How to set up {provider.label}
        </a>
      </p>
    </>
  );
}
