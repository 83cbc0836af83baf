/** A chain of legs, drawn. */
import { Badge } from '../../parts';
import { href } from '../../router';
import type { Link } from './chain';

export function Chain({ links, label }: { links: readonly Link[]; label: string }) {
  return (
    <ol class="chain" aria-label={label}>
      {links.map(({ no, gatewayId, gateway, sender, skipped }) => (
        <li key={no} class={skipped === null ? '' : 'skipped'}>
          <span class="soft small">Leg {no}</span>
          <b>
            {gateway === null ? (
              gatewayId
            ) : (
              <a href={href(`/gateways/${encodeURIComponent(gatewayId)}`)}>{gateway.name}</a>
            )}
          </b>
          <span class="small">as {sender}</span>
          {skipped === null ? (
            <span>
              <Badge state="ok" word="Takes messages" />
            </span>
          ) : (
            <>
              <span>
                <Badge state="skipped" tone="warn" word="Passed over" />
              </span>
              <span class="small">{skipped}.</span>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
