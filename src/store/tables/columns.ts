/** How columns that many tables have are written and read. */
import type { ColumnType } from 'kysely';

/** Written as a Date or left to the default; read as a Date. */
export type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** Written as JSON text or left to the default. */
export type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
