/** Edit a gateway. */
import { api, type Result } from '../../api';
import { ErrorState, PageHead, Shown, toast, useForm, useLoad } from '../../parts';
import { go, href, type PageProps } from '../../router';
import { docsOf, type Gateway, type Provider } from './columns';
import { bodyOf, draftOf } from './form/draft';
import { GatewayForm } from './form/GatewayForm';

export default function EditGateway({ params: { id } }: PageProps) {
  const gateway = useLoad((signal) => api.get('/api/v1/gateways/{id}', { params: { id: id! }, signal }), [id]);
  const providers = useLoad((signal) => api.get('/api/v1/providers', { signal }), []);
  return (
    <Shown of={gateway} what="the gateway" title="Edit a gateway" lines={8}>
      {(found) => (
        <Shown of={providers} what="its provider’s form" title="Edit a gateway" lines={8}>
          {({ items }) => {
            const provider = items.find(({ name }) => name === found.provider);
            if (provider !== undefined) return <Edit key={found.id} gateway={found} provider={provider} />;
            const problem = {
              status: 404,
              code: 'not-found',
              title: 'Unknown provider',
              detail: `No provider is called ${found.provider}.`,
            };
            return <ErrorState problem={problem} what="its provider" />;
          }}
        </Shown>
      )}
    </Shown>
  );
}

function Edit({ gateway, provider }: { gateway: Gateway; provider: Provider }) {
  const form = useForm<string>(draftOf(provider, gateway));
  const back = href(`/gateways/${gateway.id}`);
  const save = (): void => {
    const result = bodyOf(form.values, provider, gateway);
    if (!result.ok) return form.refuse(result.field, result.message);
    form.send(
      () =>
        api.patch('/api/v1/gateways/{id}', {
          params: { id: gateway.id },
          body: result.body as never,
        }) as Promise<Result<Gateway>>,
      ({ name }) => {
        toast(`${name} is saved.`);
        go(back);
      },
    );
  };
  return (
    <>
      <PageHead title={`Edit ${gateway.name}`} sentence={`An account at ${provider.label}. Changes hold for what has not left yet.`}>
        <a href={docsOf(provider)} target="_blank" rel="noreferrer">
          How to set it up
        </a>
      </PageHead>
      <GatewayForm of={form} provider={provider} gateway={gateway} onSubmit={save} onCancel={() => go(back)} />
    </>
  ); // prettier-ignore
}
