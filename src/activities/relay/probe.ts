/** Finding out by one post whether the endpoint of a paused webhook takes posts again. */
import type { Webhook } from '../../store/webhooks/webhooks';
import { GIVEN_UP, type Halt } from './drain';
import type { OutboxRun } from './outbox-run';
import type { Transport } from './transport';
import { selectSendable } from './sendable';

/**
 * Posts one callback that is due.
 * @returns why the endpoint still takes nothing, else whether it does.
 */
export async function probe(
  webhook: Webhook,
  transport: Transport,
  run: OutboxRun,
  stopping: AbortSignal,
): Promise<Halt | 'passed' | 'nothing-due'> {
  while (run.mayClaim) {
    const claimed = await run.claimNext(1);
    if (claimed.length === 0) break;
    const { callbacks, skipped } = selectSendable(webhook, transport, claimed);
    await run.write(skipped);
    const [callback] = callbacks;
    if (callback === undefined) continue;
    const outcome = await transport.post(webhook, callbacks, stopping);
    switch (outcome.kind) {
      case 'answered':
        await run.write(outcome.results);
        return 'passed';
      case 'unclear':
        await run.write(outcome.results);
        run.warn({ callbacks: callbacks.length, reason: outcome.reason }, GIVEN_UP);
        return 'passed';
      case 'failed':
        await run.write(outcome.results);
        return { kind: 'away', reason: outcome.reason, waitMs: outcome.waitMs };
      case 'refused':
        // The record may be to blame: the next probe is another one.
        await run.write([transport.again(callback, outcome.status, outcome.reason)]);
        return { kind: 'away', reason: outcome.reason, waitMs: 0 };
      case 'closed':
        run.noteFailed(callbacks.length, null, outcome.reason);
        await run.giveBack(callbacks);
        return { kind: 'away', reason: outcome.reason, waitMs: 0 };
      case 'unsent':
        await run.giveBack(callbacks);
        return 'nothing-due';
      case 'gone':
        await run.write(outcome.results);
        return { kind: 'gone', reason: outcome.reason };
    }
  }
  return 'nothing-due';
}
