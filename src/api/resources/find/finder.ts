/** What finds one kind of thing by what somebody typed. */
import type { ApiDeps } from '../../deps';
import type { Found } from './schema';
import type { Sought } from './sought';

export interface Finding {
  /** The surest first. */
  items: Found[];
  /** Set when not everything was looked through: only what is younger. */
  since?: Date;
  /** Why nothing was searched. */
  skipped?: string;
}

/** One place that is searched. Each is bounded by itself, and sees the account that asks and no other. */
export interface Finder {
  /** What it looks for, in the plural, to be read behind "searched". */
  what: string;
  /** @returns null when what was typed can't be such a thing: then it is not said to have been searched. */
  find(deps: ApiDeps, sought: Sought): Promise<Finding | null> | Finding | null;
}
