/** Where the provider is to report: the URL to copy, whether reports prove anything, another one. */
import { useState } from 'preact/hooks';
import { may } from '../../../api';
import { Badge, Button, Copy, ShownOnce, Time, toast } from '../../../parts';
import type { Gateway } from '../columns';
import { onceOf } from '../once';
import { Rotate } from './Rotate';

export function Callbacks({ gateway, onChanged }: { gateway: Gateway; onChanged(changed: Gateway): void }) {
  const [rotated, setRotated] = useState<Gateway>();
  const [asking, setAsking] = useState(false);
  const onRotated = (gatewayNow: Gateway): void => {
    setAsking(false);
    toast('The new callback URL is good from now on.');
    if (onceOf(gatewayNow).length > 0) setRotated(gatewayNow);
    onChanged(gatewayNow);
  };
  const { callbackUrl, callbackAuthenticated, previousCallbackUntil } = gateway;
  return (
    <section class="stack" aria-label="Delivery reports">
      <h2>Delivery reports</h2>
      {callbackUrl === undefined ? (
        <p>The callback URL is shown to keys with the scope “manage”.</p>
      ) : (
        <>
          <p>Give this URL to the provider as the address for delivery reports and replies:</p>
          <Copy value={callbackUrl} label="Callback URL" wide />
        </>
      )}
      <p>
        {callbackAuthenticated ? (
          <Badge state="ok" word="Reports prove who sent them" />
        ) : (
          <>
            <Badge state="warn" word="Reports prove nothing" /> Who knows the URL can report: keep it secret, or set
            “Callbacks only from”.
          </>
        )}
      </p>
      {previousCallbackUntil !== undefined && (
        <p>
          The URL of before is good until <Time at={previousCallbackUntil} />.
        </p>
      )}
      {rotated !== undefined && (
        <ShownOnce
          title="The new secret of callbacks"
          text="Enter it at the provider with the new URL."
          values={onceOf(rotated)}
          onKept={() => setRotated(undefined)}
        />
      )}
      {may('manage') && (
        <p class="actions">
          <Button onClick={() => setAsking(true)}>Make another URL</Button>
        </p>
      )}
      {asking && <Rotate gateway={gateway} onRotated={onRotated} onClose={() => setAsking(false)} />}
    </section>
  );
}
