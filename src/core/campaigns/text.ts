/** Renders the text of a campaign for its recipients: the same way for a test, a forecast and the campaign itself. */
import type { Recipient } from '../audience/audience';
import { matchDltTemplate } from '../audience/dlt-template';
import { isBlank } from '../messages/blank';
import { exceeds } from '../gateways/capabilities';
import { hasLink, shortenLinks, type ShortLink } from '../messages/links';
import { segment, type Segmentation, type SegmentOptions } from '../messages/segments';
import { smartText, type SmartText } from '../messages/smart-encoding';
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
  options: { type?: 'unicode' | 'plain'; port?: number; templateId?: string } | null;
}

/** What the account and its gateways make of texts. */
export interface TextRules {
  /** Replaces URLs by short links below it; null = they stay. */
  linkBase: string | null;
  /** Smart encoding: `apply` it, or `tell` what it would make of a text. */
  smartEncoding: 'apply' | 'tell' | 'off';
  /** The most characters that any gateway takes; null = there is one that counts parts alone. */
  maxCharacters: number | null;
}

const NO_RULES: TextRules = { linkBase: null, smartEncoding: 'off', maxCharacters: null };

export type RenderedRecipient<Row = Recipient> =
  | {
      ok: true;
      row: Row;
      text: string;
      segmentation: Segmentation;
      /** Where it was to be told: what the text would take with smart encoding; absent = the same. */
      smart?: Segmentation;
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
 * @throws Error when the campaign's text is no template, which was checked when it was made.
 */
export function createCampaignRenderer(
  campaign: CampaignText,
  rules: TextRules = NO_RULES,
): <Row extends Pick<Recipient, 'variables'>>(row: Row) => RenderedRecipient<Row> {
  const parsed = parseTemplate(campaign.body);
  if (!parsed.ok) throw new Error(`the text is no template: ${parsed.problem}`);
  const { template } = parsed;
  const { linkBase, smartEncoding, maxCharacters } = rules;
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
    const { text: asWritten, links } =
      linkBase !== null && hasLink(rendered.text) ? shortenLinks(rendered.text, linkBase) : { ...rendered, links: [] };
    const smart = smartEncoding === 'off' ? null : smartOf(asWritten, campaign, wanted);
    const text = (smartEncoding === 'apply' && smart?.text) || asWritten;
    if (isBlank(text)) return { ok: false, row, code: 'empty-text', message: 'the text is empty' };
    const tooLong = text.length > MAX_TEXT_LENGTH ? MAX_TEXT_LENGTH : beyond(text, maxCharacters);
    if (tooLong !== null) {
      const message = `the text has ${text.length} characters; at most ${tooLong} are sent`;
      return { ok: false, row, code: 'too-long', message };
    }
    if (dltText !== null) {
      const match = matchDltTemplate(dltText, text);
      if (!match.ok) return { ok: false, row, code: 'dlt-mismatch', message: match.reason };
    }
    const told = smartEncoding === 'tell' && smart !== null ? { smart: smart.segmentation } : {};
    return { ok: true, row, text, links, segmentation: segment(text, wanted), ...told };
  };
}

/** What smart encoding makes of a text. One that is registered is compared letter by letter, so it must go on to fit. */
function smartOf(text: string, { dlt_text: dltText, options }: CampaignText, wanted: SegmentOptions): SmartText | null {
  if (dltText === null && options?.templateId !== undefined) return null;
  const smart = smartText(text, wanted);
  return smart === null || dltText === null || matchDltTemplate(dltText, smart.text).ok ? smart : null;
}

/** The bound that a text goes beyond; null when it does not. */
const beyond = (text: string, bound: number | null): number | null =>
  bound !== null && exceeds(text, bound) ? bound : null;

/** A text without variables is rendered once. */
function sharedText(template: Template): { ok: true; text: string } | null {
  if (template.variables.length > 0) return null;
  const rendered = renderTemplate(template, {});
  return rendered.ok ? rendered : null;
}
