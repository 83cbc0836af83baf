/** What the machine can do without Heliograph, and the shortest way through it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../bed';
import { percentile, runLoad } from '../load';
import { RAW_IN_FLIGHT, type PhaseContext } from '../phase';
import { freshRecord, rawRequest } from '../traffic';

export async function measureRaw(context: PhaseContext): Promise<void> {
  context.figures.raw_per_s = await rawPerSecond(context);
}

/** Raw: one undici pool, one JSON message per request, an endpoint that answers and does nothing else. */
export async function rawPerSecond({ bed, sizes }: PhaseContext): Promise<number> {
  const load = { origin: bed.simulator, inFlight: RAW_IN_FLIGHT, request: rawRequest('/sink') };
  await runLoad({ ...load, count: Math.ceil(sizes.raw / 4) });
  return (await runLoad({ ...load, count: sizes.raw })).perSecond;
}

/** Milliseconds from a request to the provider's first sight of the message, one message at a time (median). */
export async function measureProbes({ bed, sizes, figures }: PhaseContext): Promise<void> {
  await bed.script({ record: true });
  const times: number[] = [];
  for (let i = 0; i < sizes.probes; i++) {
    const { to, body, mid } = freshRecord();
    const sentAt = Date.now();
    await bed.call('POST', `${bed.api}/clevertap/v1/messages`, { from: 'HELIOG', to, body, mid });
    await waitFor(
      'the provider has the probe',
      async () => {
        const url = `${bed.simulator}/control/messages?to=${to.slice(1)}`;
        const { messages } = await bed.call<{ messages: { times: string[] }[] }>('GET', url);
        if (messages[0] === undefined) return false;
        times.push(Date.parse(messages[0].times[0]!) - sentAt);
        return true;
      },
      10_000,
    );
    // Low load: below the rate at which every request has a workflow of its own.
    await sleep(100);
  }
  times.sort((a, b) => a - b);
  figures.request_to_provider_ms = percentile(times, 0.5);
}
