/** The `relay` activity: drains one webhook's outbox. */
import { backoffMs, PROBE_BACKOFF } from '../../core/time/backoff';
import type { HttpClient } from '../../outbound/client';
import { findEncryption } from '../../store/accounts/account-encryption';
import type { Database } from '../../store/database';
import type { Sealer } from '../../store/seal';
import { giveUpOverdue, nextCallbackInMs, skipCallbacks } from '../../store/webhooks/outbox';
import { releaseAbandoned } from '../../store/webhooks/relays';
import {
  disableWebhook,
  findWebhook,
  pauseWebhook,
  readClock,
  resumeWebhooks,
  type Webhook,
} from '../../store/webhooks/webhooks';
import { cleverTapTransport } from './clevertap';
import { Drain, type Halt } from './drain';
import { OutboxRun } from './outbox-run';
import { probe } from './probe';
import type { Transport } from './transport';
import { standardTransport } from './standard';

/** An endpoint that is away, of a kind that is not paused: its place is better given to another one for a moment. */
const REST_MS = 5_000;
/** What an endpoint asks for by `Retry-After` is heard up to this. */
const MAX_ASKED_MS = 15 * 60_000;
/** What could not be offered to its endpoint for so long is given up: nothing waits for ever. */
export const GIVE_UP_MS = 7 * 86_400_000;
const GIVEN_UP = 'given up after 7 days in which the webhook took nothing';

export interface RelayDeps {
  database: Database;
  http: HttpClient;
  sealer: Sealer;
  log: { warn(fields: object, message: string): void };
}

export interface RelayResult {
  /** Until the next callback is due, or the next probe; null when the outbox is empty. */
  waitMs: number | null;
  /** New outcomes don't shorten that: the endpoint takes nothing. */
  resting?: true;
}

/** Sends due callbacks until none is due. Safe to run again at any point; one run per webhook at a time. */
export async function relayOutbox(deps: RelayDeps, webhookId: string, stopping: AbortSignal): Promise<RelayResult> {
  const { pool, db } = deps.database;
  const nowMs = (await readClock(db)).getTime();
  const run = new OutboxRun({ pool, webhookId, stopping, nowMs, log: deps.log });
  const webhook = await findWebhook(db, deps.sealer, webhookId);
  if (webhook?.state === 'disabled') return { waitMs: null };
  const transport = await transportOf(deps, webhook);
  await inSteps(run, () => releaseAbandoned(pool, webhookId, run.id, transport?.abandonedMs ?? 0));
  if (webhook === null || transport === null) {
    await inSteps(run, () => skipCallbacks(pool, webhookId, 'the webhook was deleted'));
    return { waitMs: run.mayClaim ? null : 0 };
  }
  const { pause } = webhook;
  if (pause !== null) {
    await inSteps(run, () => giveUpOverdue(pool, webhookId, GIVE_UP_MS, GIVEN_UP));
    const probeInMs = pause.probeAt.getTime() - nowMs;
    if (probeInMs > 0) return resting(deps, webhookId, probeInMs);
    const found = await probe(webhook, transport, run, stopping);
    await run.record();
    if (found === 'nothing-due') return { waitMs: await nextCallbackInMs(pool, webhookId) };
    if (found !== 'passed') return halted(deps, run, webhook, transport, found);
    await run.persist(() => resumeWebhooks(db, [webhookId]));
  }
  const halt = await new Drain(webhook, transport, run, stopping).drain();
  if (halt !== null) return halted(deps, run, { ...webhook, pause: null }, transport, halt);
  return { waitMs: await nextCallbackInMs(pool, webhookId) };
}

async function transportOf(deps: RelayDeps, webhook: Webhook | null): Promise<Transport | null> {
  if (webhook === null) return null;
  if (webhook.kind === 'standard') return standardTransport(deps.http);
  return cleverTapTransport(deps.http, await findEncryption(deps.database.db, deps.sealer, webhook.accountId));
}

/** Repeats a bounded statement while it says that there may be more. */
async function inSteps(run: OutboxRun, step: () => Promise<boolean>): Promise<void> {
  while (run.mayClaim && (await step()));
}

/** Nothing more goes out for now: notes why, and says when to look again. */
async function halted(
  deps: RelayDeps,
  run: OutboxRun,
  webhook: Webhook,
  transport: Transport,
  halt: Halt,
): Promise<RelayResult> {
  const { db } = deps.database;
  const { id: webhookId, accountId } = webhook;
  if (halt.kind === 'gone') {
    await run.persist(() => disableWebhook(db, webhookId, halt.reason));
    return { waitMs: null };
  }
  const { reason } = halt;
  if (transport.whenAway === 'rest') return { waitMs: REST_MS, resting: true };
  const failures = (webhook.pause?.probes ?? 0) + 1;
  const probeInMs = Math.max(backoffMs(PROBE_BACKOFF, failures, Math.random()), Math.min(halt.waitMs, MAX_ASKED_MS));
  await run.persist(async () => {
    if (!(await pauseWebhook(db, webhookId, { reason, probeInMs }))) return;
    deps.log.warn(
      { webhookId, accountId, reason },
      'webhook paused: what waits for it is kept until its endpoint takes posts',
    );
  });
  return resting(deps, webhookId, probeInMs);
}

/** Waits for the next probe; until there is anything that it could post, for news too. */
async function resting({ database }: RelayDeps, webhookId: string, probeInMs: number): Promise<RelayResult> {
  const nextInMs = await nextCallbackInMs(database.pool, webhookId);
  if (nextInMs === null || nextInMs > probeInMs) return { waitMs: nextInMs };
  return { waitMs: probeInMs, resting: true };
}
