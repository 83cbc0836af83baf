/** How fast a campaign is sent, as a slider that also the keys move, and as a number. */
import { useEffect, useState } from 'preact/hooks';
import { ACTION_STATES } from '../../../../core/campaigns/campaign';
import { may } from '../../../api';
import { count, toast, toastProblem, useBusy } from '../../../parts';
import { patchCampaign } from '../api';
import type { CommandProps } from './Commands';

/** Where the slider stops; behind the last one there is no limit. */
const STOPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] as const;
const MAX_RATE = 100_000;

const sayRate = (rate: number | null): string =>
  rate === null ? 'As fast as the gateways take it' : `${count(rate)} a second`;
const rateAt = (stop: number): number | null => STOPS[stop] ?? null;

/** The stop at or just above a rate. */
function stopOf(rate: number | null): number {
  const found = rate === null ? -1 : STOPS.findIndex((each) => each >= rate);
  return found === -1 ? STOPS.length : found;
}

export function Rate({ campaign, onChange }: CommandProps) {
  const { id, ratePerSecond: rate } = campaign;
  const [wanted, setWanted] = useState(rate);
  const [busy, run] = useBusy();
  useEffect(() => setWanted(rate), [rate]);
  if (!may('send') || !ACTION_STATES.setRate.includes(campaign.state)) {
    return <p>{sayRate(rate)}</p>;
  }
  const set = async (next: number | null, undo: number | null | undefined): Promise<void> => {
    const result = await patchCampaign(id, { ratePerSecond: next });
    if (!result.ok) {
      setWanted(rate);
      return toastProblem(result.problem);
    }
    onChange(result.data);
    toast(`The rate: ${sayRate(next)}.`, undo === undefined ? {} : { undo: () => set(undo, undefined) });
  };
  const change = (next: number | null): void => {
    if (next === rate) return;
    setWanted(next);
    run(() => set(next, rate));
  };
  return (
    <div class="rate" aria-busy={busy}>
      <label for="rate">Messages a second, at most</label>
      <output for="rate">{sayRate(wanted)}</output>
      <input
        id="rate"
        type="range"
        min={0}
        max={STOPS.length}
        value={stopOf(wanted)}
        aria-valuetext={sayRate(wanted)}
        onInput={(event) => setWanted(rateAt(Number(event.currentTarget.value)))}
        onChange={(event) => change(rateAt(Number(event.currentTarget.value)))}
      />
      <label for="rate-exact">Exactly</label>
      <input
        id="rate-exact"
        type="number"
        min={1}
        max={MAX_RATE}
        value={wanted ?? ''}
        placeholder="no limit"
        onChange={(event) => change(exactly(event.currentTarget.value))}
      />
    </div>
  );
}

/** No number is no limit. */
function exactly(text: string): number | null {
  const n = Math.round(Number(text));
  return text.trim() === '' || !(n >= 1) ? null : Math.min(n, MAX_RATE);
}
