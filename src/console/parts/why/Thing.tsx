/** A thing of which only the id is at hand: by its name, with its page. */
import { api, type Result, type Schemas } from '../../api';
import { useLoad } from '../hooks';
import { linkTo } from './links';

type Kind = 'campaign' | 'gateway' | 'group' | 'route' | 'template' | 'upload' | 'webhook';
type Named = { name: string | null } | Pick<Schemas['Webhook'], 'kind' | 'url'>;

/** Its id stands there where nobody gave it a name, and where the key may not see it. */
export function Thing({ kind, id }: { kind: Kind; id: string }) {
  const { data, problem } = useLoad<Named>(
    (signal) => api.get(`/api/v1/${kind}s/{id}`, { params: { id }, signal }) as Promise<Result<Named>>,
    [kind, id],
  );
  const name = data === undefined ? undefined : 'url' in data ? webhookName(data) : data.name;
  return (
    <a href={linkTo({ kind, id })!} title={id} dir="auto">
      {name ?? (data === undefined && problem === undefined ? '…' : id)}
    </a>
  );
}

/** `CleverTap`, `hooks.example.com`. */
export const webhookName = ({ kind, url }: Pick<Schemas['Webhook'], 'kind' | 'url'>): string =>
  kind === 'clevertap' ? 'CleverTap' : url.replace(/^https?:\/\//, '').split('/')[0]!;
