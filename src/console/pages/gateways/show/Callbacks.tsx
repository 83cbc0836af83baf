/** Where the provider is to report: the URL to copy, whether reports prove anything, another one. */
import { useState } from 'preact/hooks';
import { api, may } from '../../../api';
import { ask, Badge, Button, Copy, ShownOnce, Time, toast, toastProblem } from '../../../parts';
import type { Gateway } from '../columns';
import { onceOf } from '../once';

export function Callbacks({ gateway, onChanged }: { gateway: Gateway; onChanged(changed: Gateway): void }) {
  const [rotated, setRotated] = useState<Gateway>();
  const rotate = async (): Promise<void> => {
    const wanted = await ask({
      title: 'Make another callback URL?',
      text: 'The present one, and its secret, are good for another 24 hours: enter the new ones at the provider within that time, or reports are lost.',
      action: 'Make another callback URL',
    });
    if (!wanted) return;
    const result = await api.post('/api/v1/gateways/{id}/rotate-callback', { params: { id: gateway.id }, body: {} });
    if (!result.ok) return toastProblem(result.problem);
    toast('The new callback URL is good from now on.');
    if (onceOf(result.data).length > 0) setRotated(result.data);
    onChanged(result.data);
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
          <Button onClick={rotate}>Make another URL</Button>
        </p>
      )}
    </section>
  );
}
