/**
 * The overviews of accounts: read once a second each at most in this process, whoever asks and however many watch.
 */
import { BoundedMap } from '../../../core/concurrency/bounded-map';
import type { Database } from '../../../store/database';
import { readOverview, type OverviewReading } from '../../../store/accounts/overview';
import type { Sealer } from '../../../store/seal';
import { createAccountStreams, eventText, type AccountStreams } from '../../http/account-streams';
import { toOverview } from './answer';
import { withSample, type Sample } from './series';

/** A reading serves so long. A little less than a second, in which a stream looks again. */
const FRESH_MS = 900;
const MAX_ACCOUNTS = 10_000;
/** What a stream costs is its text once a second: a team may have a console each, on one key. */
const MAX_STREAMS_PER_KEY = 50;
const MAX_STREAMS_PER_ACCOUNT = 200;

/** An account at a moment, with the minute before it. */
export interface OverviewLook {
  reading: OverviewReading;
  /** The ledger at the looks of the last minute, the newest last. */
  samples: readonly Sample[];
  /** By campaign: how many of its messages had left, at those looks. */
  left: ReadonlyMap<string, readonly Sample[]>;
  atMs: number;
}

export interface Overviews {
  read(accountId: string): Promise<OverviewLook>;
  streams: AccountStreams;
}

interface Known {
  look: OverviewLook | null;
  flight: Promise<OverviewLook> | null;
}

/** @param onError told when a stream could not read Postgres; the next second asks again. */
export function createOverviews({ pool }: Database, sealer: Sealer, onError: (error: unknown) => void): Overviews {
  const accounts = new BoundedMap<string, Known>(MAX_ACCOUNTS);

  async function readNow(accountId: string, before: OverviewLook | null): Promise<OverviewLook> {
    const reading = await readOverview(pool, sealer, accountId);
    const atMs = Date.now();
    const { accepted, open } = reading.ledger;
    return {
      reading,
      samples: withSample(before?.samples ?? [], { atMs, accepted, settled: accepted - open }),
      left: new Map(
        reading.campaigns.map(({ id, ledger, submitted }) => {
          const sample = { atMs, accepted: ledger.accepted - ledger.open + submitted, settled: ledger.accepted - ledger.open };
          return [id, withSample(before?.left.get(id) ?? [], sample)];
        }),
      ),
      atMs,
    }; // prettier-ignore
  }

  async function read(accountId: string): Promise<OverviewLook> {
    const known = accounts.get(accountId) ?? { look: null, flight: null };
    accounts.set(accountId, known);
    if (known.look !== null && Date.now() - known.look.atMs < FRESH_MS) return known.look;
    known.flight ??= readNow(accountId, known.look)
      .then((look) => (known.look = look))
      .finally(() => (known.flight = null));
    return known.flight;
  }

  const texts = new WeakMap<OverviewLook, { [mayManage: string]: { told: string; compared: string } }>();
  /** As it is told, and what of it makes it another one: the moment alone does not. */
  function textOf(look: OverviewLook, mayManage: boolean) {
    const known = texts.get(look) ?? {};
    texts.set(look, known);
    return (known[String(mayManage)] ??= toText(look, mayManage));
  }

  return {
    read,
    streams: createAccountStreams<OverviewLook>({
      look: (accountId) => read(accountId),
      tell(now, before, mayManage) {
        const { told, compared } = textOf(now, mayManage);
        return before !== null && textOf(before, mayManage).compared === compared ? '' : told;
      },
      maxPerKey: MAX_STREAMS_PER_KEY,
      maxPerAccount: MAX_STREAMS_PER_ACCOUNT,
      onError,
    }),
  };
}

function toText(look: OverviewLook, mayManage: boolean): { told: string; compared: string } {
  const { at, ...rest } = toOverview(look, mayManage);
  return { told: eventText('overview', { ...rest, at }), compared: JSON.stringify(rest) };
}
