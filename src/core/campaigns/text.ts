/** Renders the text of a campaign for its recipients: the same way for a test, a forecast and the campaign itself. */
import type { Recipient } from '../audience/audience';
import { matchDltTemplate } from '../audience/dlt-template';
import { hasLink, shortenLinks, type ShortLink } from '../messages/links';
import { segment, type Segmentation } from '../messages/segments';
import { mergeVariables, parseTemplate, renderTemplate, type Template } from '../audience/template';
import type { DltProblem } from './dlt';

/** The longest text that is taken; beyond what any provider sends. */
const MAX_TEXT_LENGTH = 4_000;

/** The part of a campaign that its texts are made of. */
export interface CampaignText {
  /** A template. */
  body: string;
  /** Values for recipients that have none of their own. */
  variables: Record<string, string>;
  /** The text that was registered with DLT; null = none is checked. */
  dlt_text: string | null;
  options: { type?: 'unicode' | 'plain'; port?: number } | null;
}

export type RenderedRecipient<Row = Recipient> =
  | {
      ok: true;
      row: Row;
      text: string;
      segmentation: Segmentation;
      /** The short links in the text and their URLs. */
      links: readonly ShortLink[];
    }
  | {
      ok: false;
      row: Row;
      code: 'missing-variable' | 'too-long' | 'empty-text' | DltProblem['code'];
      /** In places, numbers and lengths: it is kept, and told to Temporal. Nothing of text, number or name. */
      message: string;
      /** Names of the variables without a value. */
      missing?: readonly string[];
    };

/**
 * Makes the text of one recipient after the other. A recipient's own variables win over the campaign's.
 * @param linkBase replaces URLs by short links below it; null = they stay.
 * @throws Error when the campaign's text is no template, which was checked when it was made.
 */
export function createCampaignRenderer(
  campaign: CampaignText,
  linkBase: string | null = null,
): <Row extends Pick<Recipient, 'variables'>>(row: Row) => RenderedRecipient<Row> {
  const parsed = parseTemplate(campaign.body);
  if (!parsed.ok) throw new Error(`the text is no template: ${parsed.problem}`);
  const { template } = parsed;
  const { variables, dlt_text: dltText, options } = campaign;
  const wanted = { type: options?.type ?? 'auto', port: options?.port !== undefined } as const;
  const shared = sharedText(template);

  return (row) => {
    const rendered = shared ?? renderTemplate(template, mergeVariables(variables, row.variables));
    if (!rendered.ok) {
      const { missing } = rendered;
      const numbers = missing.map((name) => template.variables.indexOf(name) + 1).join(', ');
      const message = `variable ${numbers} has no value and no default`;
      return { ok: false, row, code: 'missing-variable', message, missing };
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
