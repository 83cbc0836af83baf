/** Step 3: under which name it comes, over which route, and what kind of message it is. */
import { api } from '../../../api';
import { Field, Select, useLoad } from '../../../parts';
import { href } from '../../../router';
import { SERVICES } from '../services';
import { change } from './draft';
import type { Form } from './form';
import { wrongWith } from './Refused';

export function Way({ now }: { now: Form }) {
  const senders = useLoad((signal) => api.get('/api/v1/senders', { query: { limit: 500 }, signal }), []);
  const routes = useLoad((signal) => api.get('/api/v1/routes', { query: { limit: 500 }, signal }), []);
  const webhooks = useLoad((signal) => api.get('/api/v1/webhooks', { signal }), []);
  const known = senders.data?.items ?? [];
  const chosen = known.find(({ sender }) => sender === now.sender);
  const isOwnService = !SERVICES.some(([code]) => code === now.service);
  return (
    <div class="stack narrow">
      <Field
        label="Sender ID"
        help={
          chosen === undefined
            ? 'What phones show as the sender. Empty: the gateway’s own.'
            : `${chosen.class}, ${chosen.status}${chosen.reason === null ? '' : `: ${chosen.reason}`}`
        }
        list="senders"
        maxLength={34}
        spellcheck={false}
        value={now.sender}
        onValue={(sender) => change({ sender })}
        error={wrongWith({}, 'sender')}
      />
      <datalist id="senders">
        {known.map(({ id, sender, status }) => (
          <option key={id} value={sender}>
            {status}
          </option>
        ))}
      </datalist>
      <Select
        label="Route"
        help={
          <>
            The gateways in the order in which they are tried. <a href={href('/routes')}>Routes</a>
          </>
        }
        value={now.routeId}
        onValue={(routeId) => change({ routeId })}
        options={[['', 'The account’s own'], ...(routes.data?.items ?? []).map(({ id, name }) => [id, name] as const)]}
        error={wrongWith({}, 'routeId')}
      />
      <Select
        label="Kind of message"
        help="Promotional texts leave only in the hours that the country allows."
        value={now.service}
        onValue={(service) => change({ service })}
        options={isOwnService ? [...SERVICES, [now.service, now.service]] : SERVICES}
        error={wrongWith({}, 'service')}
      />
      <Select
        label="Outcomes go to"
        help={
          <>
            The webhook that is told what became of each message. <a href={href('/webhooks')}>Webhooks</a>
          </>
        }
        value={now.webhookId}
        onValue={(webhookId) => change({ webhookId })}
        options={[
          ['', 'The account’s own, if it has one'],
          ...(webhooks.data?.items ?? []).map(({ id, kind, url, isDefault }) => [id, `${kind === 'clevertap' ? 'CleverTap' : 'Standard'}: ${url}${isDefault ? ' (the account’s own)' : ''}`] as const),
        ]}
        error={wrongWith({}, 'webhookId')}
      />
    </div>
  ); // prettier-ignore
}
