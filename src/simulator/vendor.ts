/** One request to a simulated vendor, from its body to its answer: the same steps for every protocol. */
import type { ServerResponse } from 'node:http';
import type { Account } from './account';
import { carryOut, takesEffect } from './exchange';
import { send } from './http';
import type { Batch, Lookup, Protocol, Submission, VendorRequest, Verdict } from './protocol';
import type { Timers } from './timers';
import { EARLY } from './plan';
import type { MessageRecord, World } from './world';

/** Decides about each submission, remembers the accepted ones and starts their receipts. */
function takeBatch(world: World, protocol: Protocol, account: Account, batch: Batch, latencyMs: number) {
  const { script, planner } = account.behaviour;
  const { counts } = account;
  account.latest = { protocol, bulkId: batch.bulkId, secret: batch.secret };
  const now = Date.now();
  const early: Promise<void>[] = [];

  /** When and how each ends: those that are refused at once, and `delivered` unless it is planned otherwise. */
  let end: MessageRecord['end'] = { kind: 'delivered', at: now };
  const decide = (submission: Submission): Verdict['outcome'] => {
    if (submission.invalid !== undefined) return submission.invalid;
    const { identity } = submission;
    if (identity !== undefined && account.knownIds.has(identity)) return 'duplicate';
    const plan = planner.plan(submission, batch.refusesLate);
    end = { kind: plan.final, at: plan.finalAfterMs === EARLY ? now : now + latencyMs + plan.finalAfterMs };
    if (plan.refused !== undefined) return plan.refused;
    if (identity !== undefined) account.knownIds.add(identity);
    const final = plan.final;
    if (final !== 'delivered') counts.refusedByReceipt[final] += 1;
    const { reports: wanted, reportUrl: url = script.receipts.url } = submission;
    if (url === undefined) counts.receipts.withoutUrl += 1;
    else {
      const { messageId, clientId, to, sender, parts, callbackData } = submission;
      const { bulkId, secret } = batch;
      const report = { messageId, clientId, bulkId, secret, to, sender, parts, callbackData, sentAt: now };
      const reports = wanted ? plan.reports.filter(({ kind }) => wanted.includes(kind)) : plan.reports;
      const wait = account.courier.bring({ protocol, url }, reports, report, now + latencyMs);
      if (wait !== undefined) early.push(wait);
    }
    return 'accepted';
  };

  const verdicts = batch.submissions.map((submission): Verdict => {
    end = { kind: submission.invalid ?? 'delivered', at: now };
    const verdict = { submission, outcome: decide(submission) };
    if (verdict.outcome === 'accepted') counts.accepted += 1;
    else if (verdict.outcome === 'duplicate') counts.duplicateIds += 1;
    else counts.refused[verdict.outcome] += 1;
    if (script.record) world.record(account.name, verdict, now, end, batch.bulkId);
    return verdict;
  });
  const answer = protocol.answer(batch, verdicts);
  return early.length === 0 ? answer : Promise.all(early).then(() => answer);
}

/** Answers one submission request as its vendor would, under the account's script. */
export async function answerSubmission(
  world: World,
  protocol: Protocol,
  account: Account,
  request: VendorRequest,
  response: ServerResponse,
  timers: Timers,
): Promise<void> {
  const { counts, behaviour } = account;
  const { script, dice } = behaviour;
  counts.requests += 1;
  const read = protocol.read(request, script);
  if ('refused' in read) {
    if (read.unauthorized) counts.unauthorized += 1;
    else counts.badRequests += 1;
    return send(response, read.refused);
  }
  const { batch } = read;
  const nowMs = performance.now();
  account.countSubmissions(batch.submissions.length, nowMs);
  world.peak.add(batch.submissions.length, nowMs);
  const first = batch.submissions[0];
  const key = first === undefined ? '' : behaviour.planner.key(first);
  const fault = behaviour.faults.strike(key);
  if (fault !== undefined) counts.faults[fault.kind] += 1;
  if (!takesEffect(fault)) counts.turnedAway += batch.submissions.length;
  const latencyMs = dice.within(script.latencyMs, 'latency', key);
  await carryOut(
    response,
    {
      fault,
      latencyMs,
      take: () => takeBatch(world, protocol, account, batch, latencyMs),
      throttled: (seconds) => protocol.throttled(seconds),
      serverError: (status) => protocol.serverError(status),
    },
    timers,
  );
}

/** Answers a look-up: what the account's messages came to by now. Faults are about submissions and leave it alone. */
export function answerLookup(
  world: World,
  { answer }: Lookup,
  account: Account,
  request: VendorRequest,
  response: ServerResponse,
): void {
  account.counts.lookups += 1;
  send(response, answer(request, account.behaviour.script, world.memory(account.name)));
}
