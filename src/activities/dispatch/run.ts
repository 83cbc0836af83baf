/** One `advance` of one slice, as everything that dispatches for it sees it. */
import type { NumberHash } from '../../core/accounts/pseudonyms';
import type { Database } from '../../store/database';
import type { Settlement } from '../../store/messages/settlement';
import type { HttpClient } from '../../outbound/client';
import type { AnswerLog } from './answers';
import type { DispatchGateway } from './gateways';
import type { LiveRate } from './pacer';
import type { ResolvedRoute } from './route';

export interface DispatchRun {
  database: Database;
  http: HttpClient;
  /** What providers answered that did not take a message. */
  answers: AnswerLog;
  /** For the records of opt-outs that providers tell. */
  numberHash: NumberHash;
  sliceId: string;
  /** The legs of the slice as they stand now. */
  route: ResolvedRoute;
  /** Looks at the legs anew. */
  reload(): Promise<void>;
  /** Owner token: of the slice, so that no run before it claims any more, and of the attempts that it takes over from those. */
  claim: string;
  /**
   * Aborted when the worker shuts down, the campaign is paused or its window closes: nothing new leaves, what is in
   * flight is finished and written.
   */
  stopping: AbortSignal;
  /** By `performance.now()`: nothing is claimed after it, so that others get the worker's place. */
  claimUntilMs: number;
  /** Goes before bulk wherever it would have to wait. */
  urgent: boolean;
  /** How fast the slice's campaign wants to be. */
  targetRate?: LiveRate;
  /** Asked before each block is claimed: false when the slice's campaign lets nothing more be. Absent = it is of a send. */
  mayClaim?(): Promise<boolean>;
  /** Messages that gateways took. */
  taken: number;
  /** Called with every settlement of the run. */
  onSettlement(settlement: Settlement): void;
  /** The provider refused the whole account. */
  onAccountRefused(gateway: DispatchGateway, reason: string): Promise<void>;
}
