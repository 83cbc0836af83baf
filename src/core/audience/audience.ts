/** Audiences: recipients in one form, whether they come from a request, a group or an upload. */

/** One recipient of an audience, as a source gives it. */
export interface Recipient {
  /** Its place in the source, growing but not without gaps; in an upload the row of the file, where the header is row 1. */
  position: number;
  /** E.164. */
  msisdn: string;
  /** Byte for byte as it came; null when the source has none for this recipient. */
  meta: string | null;
  /** Values by variable name. In an upload an empty cell is no value: its variable is absent. */
  variables: Record<string, string>;
}
