/** Rows of erasures. */
import type { Generated } from 'kysely';
import type { CreatedAt, JsonWithDefault } from './columns';

export interface ErasuresTable {
  id: string;
  account_id: string;
  /** The one that was asked for, where it was asked for in all accounts. */
  parent_id: string | null;
  kind: 'number' | 'meta';
  /** Sealed; null once it is done. */
  subject: string | null;
  subject_hash: string;
  state: Generated<'pending' | 'running' | 'done'>;
  /** Rows that were erased, by table. */
  counts: JsonWithDefault<Record<string, number>>;
  /** Messages that are under way, or whose outcome is not told yet. */
  waiting: Generated<number>;
  step: Generated<number>;
  place: string | null;
  keeps_opt_out: Generated<boolean>;
  opt_out_at: Date | null;
  created_at: CreatedAt;
  look_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}
