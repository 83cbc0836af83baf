/** Who a message goes to, whatever the source: a request, a group, an upload. */

/** One recipient of an audience, as a source gives it. */
export interface AudienceRow {
  position: number;
  msisdn: string;
  meta: string | null;
  variables: Record<string, string>;
}
