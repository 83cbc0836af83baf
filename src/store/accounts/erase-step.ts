/** What the steps of an erasure have in common. */
import type { PoolClient } from 'pg';
import type { Spellings } from '../../core/messages/spellings';
import type { ErasureScope } from './erase-messages';
import type { Counts, ErasureKeys } from './erasures';

export interface StepContext extends ErasureScope {
  keys: ErasureKeys;
  /** How the number, or the meta, is found in a text and taken out of it. */
  text: Spellings;
}

export interface StepResult {
  counts: Counts;
  /** Where the next page begins; null = the step is done. */
  place: string | null;
  /** The page has to be looked at again later: something is still being written. */
  waits?: true;
}

/** One page of a step, in a transaction of its own. */
export type Step = (client: PoolClient, context: StepContext, place: string | null) => Promise<StepResult>;
