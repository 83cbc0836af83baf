/** An audience as a stream of rendered recipients: the same for a forecast and for the real thing. */
import type { Pool } from 'pg';
import type { AudienceRow } from '../../core/audience';
import { matchDltTemplate } from '../../core/dlt-template';
import { hasLink, shortenLinks, type ShortLink } from '../../core/links';
import { segment, type Segmentation } from '../../core/segments';
import { parseTemplate, renderTemplate, type Template } from '../../core/template';
import { readOwnRecipients } from '../../store/campaign-import';
import type { CampaignRow } from '../../store/campaigns';
import { readGroupMembers } from '../../store/groups';
import { readUploadRows } from '../../store/uploads';

/** The longest text that is taken; beyond what any provider sends. */
const MAX_TEXT_LENGTH = 4_000;

export type RenderedRecipient =
  | {
      ok: true;
      row: AudienceRow;
      text: string;
      segmentation: Segmentation;
      /** What the short links in the text stand for. */
      links: readonly ShortLink[];
    }
  | {
      ok: false;
      row: AudienceRow;
      code: 'missing-variable' | 'dlt-mismatch' | 'too-long' | 'empty-text';
      message: string;
    };

/** One page of a campaign's audience after a position; empty = there are no more. */
export function readAudience(pool: Pool, campaign: CampaignRow, after: number, limit: number): Promise<AudienceRow[]> {
  const { audience } = campaign;
  switch (audience.kind) {
    case 'recipients':
      return readOwnRecipients(pool, campaign.id, after, limit);
    case 'group':
      return readGroupMembers(pool, audience.id, after, limit);
    case 'upload':
      return readUploadRows(pool, audience.id, after, limit);
  }
}

/**
 * Makes the text of one recipient after the other. A recipient's own variables win over the campaign's.
 * @param linkBase replaces URLs by short links below it; null = they stay.
 * @throws Error when the campaign's text is no template, which was checked when it was made.
 */
export function createRenderer(
  campaign: Pick<CampaignRow, 'body' | 'variables' | 'dlt_text' | 'options'>,
  linkBase: string | null = null,
): (row: AudienceRow) => RenderedRecipient {
  const parsed = parseTemplate(campaign.body);
  if (!parsed.ok) throw new Error(`the text is no template: ${parsed.problem}`);
  const { template } = parsed;
  const { variables, dlt_text: dltText, options } = campaign;
  const wanted = { type: options?.type ?? 'auto', port: options?.port !== undefined } as const;
  const shared = sharedText(template);

  return (row) => {
    const rendered = shared ?? renderTemplate(template, { ...variables, ...row.variables });
    if (!rendered.ok) {
      const names = rendered.missing.map((name) => `{${name}}`).join(', ');
      return { ok: false, row, code: 'missing-variable', message: `${names} has no value and no default` };
    }
    const { text, links } =
      linkBase !== null && hasLink(rendered.text) ? shortenLinks(rendered.text, linkBase) : { ...rendered, links: [] };
    if (text.trim() === '') return { ok: false, row, code: 'empty-text', message: 'the text is empty' };
    if (text.length > MAX_TEXT_LENGTH) {
      const message = `the text has ${text.length} characters; at most ${MAX_TEXT_LENGTH} are sent`;
      return { ok: false, row, code: 'too-long', message };
    }
    if (dltText !== null) {
      const match = matchDltTemplate(dltText, text);
      if (!match.ok) return { ok: false, row, code: 'dlt-mismatch', message: match.reason };
    }
    return { ok: true, row, text, links, segmentation: segment(text, wanted) };
  };
}

/** A text without variables is rendered once. */
function sharedText(template: Template): { ok: true; text: string } | null {
  if (template.variables.length > 0) return null;
  const rendered = renderTemplate(template, {});
  return rendered.ok ? rendered : null;
}
