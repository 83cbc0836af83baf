/** Carries out one request under the fault that strikes it, if any: the same for vendors and for CleverTap. */
import type { ServerResponse } from 'node:http';
import { resetConnection, send, sendHalf } from './http';
import type { Answer } from './protocol';
import type { Fault } from './script';
import type { Timers } from './timers';

export interface Exchange {
  fault: Fault | undefined;
  latencyMs: number;
  /** Does what was asked; called once, and only when the fault lets the request through. */
  take(): Answer | Promise<Answer>;
  throttled(retryAfterSeconds: number): Answer;
  serverError(status: number): Answer;
}

/** Whether a request under this fault takes effect, answered or not. */
export function takesEffect(fault: Fault | undefined): boolean {
  if (fault === undefined) return true;
  switch (fault.kind) {
    case 'throttle':
    case 'serverError':
      return false;
    case 'reset':
      return fault.at !== 'before';
    case 'timeout':
    case 'partial':
      return true;
  }
}

export async function carryOut(response: ServerResponse, exchange: Exchange, timers: Timers): Promise<void> {
  const { fault } = exchange;
  const answer = takesEffect(fault) ? await exchange.take() : undefined;
  const reply = () => {
    if (fault?.kind === 'throttle') send(response, exchange.throttled(fault.retryAfterSeconds));
    else if (fault?.kind === 'serverError') send(response, exchange.serverError(fault.status));
    else if (answer === undefined || (fault?.kind === 'reset' && fault.at === 'after')) resetConnection(response);
    else if (fault?.kind === 'reset') sendHalf(response, answer);
    else if (fault?.kind === 'timeout') timers.after(fault.holdMs, () => resetConnection(response));
    else send(response, answer);
  };
  if (exchange.latencyMs > 0) timers.after(exchange.latencyMs, reply);
  else reply();
}
