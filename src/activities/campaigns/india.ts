/** Campaigns to India in an account that is strict about it: who may not get one is left out, with the reason. */
import { checkDltMessage, type DltProblem } from '../../core/campaigns/dlt';
import { createCampaignRenderer, type RenderedRecipient, type TextRules } from '../../core/campaigns/text';
import { INDIA_PREFIX } from '../../core/gateways/header';
import type { Recipient } from '../../core/audience/audience';
import { listRegisteredTexts } from '../../store/audience/templates';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import type { Database } from '../../store/database';
import { readDispatchRules } from '../../store/gateways/senders';

/**
 * Makes the texts of a campaign's recipients, as `createCampaignRenderer` does, but for those in India who may not get it.
 * Asked when its messages are made: what was registered at the request may not be so any more.
 */
export async function createStrictRenderer(
  database: Database,
  campaign: CampaignRow,
  textRules: TextRules,
): Promise<(row: Recipient) => RenderedRecipient> {
  const rules = await readDispatchRules(database.pool, campaign.account_id);
  if (!rules.indiaStrict) return createCampaignRenderer(campaign, textRules);
  const { sender, service, options } = campaign;
  const templateId = options?.templateId ?? null;
  const texts = templateId === null ? [] : await listRegisteredTexts(database.db, campaign.account_id, [templateId]);
  const checked = checkDltMessage(
    { service, sender, entityId: options?.entityId ?? null, templateId, text: null },
    { senders: rules.registered, texts, promotionalServices: rules.promotionalServices },
  );
  const dlt_text = campaign.dlt_text ?? texts.find(({ text }) => text !== null)?.text ?? null;
  const render = createCampaignRenderer({ ...campaign, dlt_text }, textRules);
  if (checked.ok) return render;
  return (row) => (row.msisdn.startsWith(INDIA_PREFIX) ? leftOut(row, checked) : render(row));
}

const leftOut = (row: Recipient, { code, field, message }: DltProblem): RenderedRecipient => ({
  ok: false,
  row,
  code,
  message: `${field} ${message}`,
});
