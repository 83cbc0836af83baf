/** Texts of others, and numbers, in CSV files that people open with a spreadsheet. */
import { guarded } from '../../core/audience/cell-guard';

/** A cell that no spreadsheet takes for a formula or rounds as a number. */
export const safeCell = <Text extends string | null | undefined>(text: Text): Text =>
  typeof text === 'string' ? (guarded(text) as Text) : text;
