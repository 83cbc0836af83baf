/** `POST /clevertap/callback?account=…`: the endpoint that CleverTap gives to providers. */
import type { ServerResponse } from 'node:http';
import { carryOut } from '../exchange';
import { send } from '../http';
import type { Answer, VendorRequest } from '../protocol';
import type { Timers } from '../timers';
import type { Listener, World } from '../world';
import type { CallbackRecord } from './callback';
import { failure, partly, readCallback, success } from './callback';

const BAD = 'Bad request. Some mandatory parameter was missing.';

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** Half of the records, at least one: chosen by the dice, so that the same ones are left out in a replay. */
function leftOut(records: CallbackRecord[], { dice }: Listener['behaviour']): Set<CallbackRecord> {
  const chosen = records.filter((record) => dice.happens(0.5, 'unprocessed', `${record.meta} ${record.event}`));
  return new Set(chosen.length > 0 ? chosen : records.slice(0, 1));
}

/** Answers one callback request, and remembers its records. */
export async function answerCallback(
  world: World,
  request: VendorRequest,
  response: ServerResponse,
  timers: Timers,
): Promise<void> {
  const name = request.query.get('account');
  if (request.method !== 'POST') return send(response, failure(405, 'Method not allowed.'));
  if (!name) return send(response, failure(400, BAD, { missing_fields: ['account'] }));
  const listener = world.listener(name);
  const { behaviour } = listener;
  const { counts } = listener.received;
  counts.requests += 1;
  const read = readCallback(parse(request.body));
  if ('missingFields' in read) {
    counts.badRequests += 1;
    return send(response, failure(400, BAD, { missing_fields: read.missingFields }));
  }
  const { records } = read;
  const key = records[0]?.meta ?? '';
  const fault = behaviour.faults.strike(key);
  if (fault !== undefined) counts.faults += 1;

  const take = (): Answer => {
    const unprocessed = fault?.kind === 'partial' ? leftOut(records, behaviour) : new Set<CallbackRecord>();
    const processed = records.filter((record) => !unprocessed.has(record));
    const receivedAt = Date.now();
    for (const record of processed) {
      listener.received.add(record);
      if (behaviour.script.record) world.received.push({ ...record, account: name, receivedAt });
    }
    counts.unprocessed += unprocessed.size;
    return unprocessed.size > 0 ? partly(processed.length, [...unprocessed]) : success(processed.length);
  };
  await carryOut(
    response,
    {
      fault,
      latencyMs: behaviour.dice.within(behaviour.script.clevertap.latencyMs, 'callback latency', key),
      take,
      throttled: (seconds) => ({
        ...failure(429, 'Too many requests.'),
        headers: { 'retry-after': String(seconds) },
      }),
      serverError: (status) => failure(status, 'Internal server error.'),
    },
    timers,
  );
}
