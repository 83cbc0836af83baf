/** Rows of what came before, by which a repetition is known. */
import type { CreatedAt } from './columns';

export interface RecordKeysTable {
  key: Buffer;
  message_id: string;
  created_at: CreatedAt;
}

export interface IdempotencyKeysTable {
  account_id: string;
  key: string;
  request_hash: Buffer;
  status: number | null;
  answer: string | null;
  created_at: CreatedAt;
}
