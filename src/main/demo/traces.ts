/** What the api says about each message of the run. */
import type { JsonClient } from './client';

/** The part of `GET /api/v1/messages/{id}` that the demo shows. */
export interface Trace {
  state: string;
  attempts: { no: number; leg: number; sender: string | null; state: string; class?: string; reason?: string }[];
}

const AT_ONCE = 8;

export async function readTraces(api: JsonClient, ids: readonly string[]): Promise<Trace[]> {
  const traces: Trace[] = [];
  const waiting = ids.values();
  const reader = async () => {
    for (const id of waiting) traces.push(await api.call<Trace>('GET', `/api/v1/messages/${id}`));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return traces;
}

/** Attempts over one leg under one sender ID. */
export interface LegSummary {
  /** From 0. */
  leg: number;
  sender: string;
  attempts: number;
  /** How many ended in which state; a refusal by its class, for example `refused: sender`. */
  outcomes: Record<string, number>;
}

export function summariseLegs(traces: readonly Trace[]): LegSummary[] {
  const legs = new Map<string, LegSummary>();
  for (const { leg, sender, state, class: failure } of traces.flatMap((trace) => trace.attempts)) {
    const key = `${leg} ${sender}`;
    const summary = legs.get(key) ?? { leg, sender: sender ?? '(none)', attempts: 0, outcomes: {} };
    legs.set(key, summary);
    const outcome = failure === undefined ? state : `refused: ${failure}`;
    summary.attempts += 1;
    summary.outcomes[outcome] = (summary.outcomes[outcome] ?? 0) + 1;
  }
  return [...legs.values()].sort((a, b) => a.leg - b.leg || b.attempts - a.attempts);
}
