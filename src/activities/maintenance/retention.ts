/** The duty `retention`: what accounts keep no longer is blanked, in small transactions. */
import type { Pool } from 'pg';
import { blankParkedReceipts, blankSlices, forgetInboundTexts, listRipeSlices } from '../../store/accounts/retention';
import { forgetRequests } from '../../store/accounts/requests';
import { forgetAnswers } from '../../store/messages/provider-answers';
import {
  blankCampaigns,
  blankSuppressionReasons,
  forgetDrafts,
  forgetTestPhones,
  forgetUploads,
} from '../../store/accounts/retention-lists';
import type { Turn } from './turn';

/** At most 10,000 messages in one transaction. */
const SLICES_PER_STEP = 10;
/** Of a turn: nothing waits for it, and it takes nothing from others. */
const MAX_MESSAGES = 20_000;
const MAX_RECEIVED = 5_000;
/** Each may have thousands of recipients of its own. */
const MAX_CAMPAIGNS = 20;
const MAX_LISTS = 500;

/** Blanks slices, up to some 20,000 messages, and what else was received; the next turn goes on. */
export async function applyRetention(pool: Pool, turn: Turn): Promise<void> {
  await turn.step('slices', () => blankRipeSlices(pool, turn));
  await turn.step('inbound texts', () => forgetInboundTexts(pool, MAX_RECEIVED));
  await turn.step('refused requests', () => forgetRequests(pool, MAX_RECEIVED));
  await turn.step('answers of providers', () => forgetAnswers(pool, MAX_RECEIVED));
  await turn.step('parked receipts', () => blankParkedReceipts(pool, MAX_RECEIVED));
  await turn.step('campaigns', () => blankCampaigns(pool, MAX_CAMPAIGNS));
  await turn.step('drafts', () => forgetDrafts(pool, MAX_CAMPAIGNS));
  await turn.step('uploads', () => forgetUploads(pool, MAX_LISTS));
  await turn.step('reasons of opt-outs', () => blankSuppressionReasons(pool, MAX_RECEIVED));
  await turn.step('test phones', () => forgetTestPhones(pool, MAX_LISTS));
}

async function blankRipeSlices(pool: Pool, turn: Turn): Promise<void> {
  /** Those that could not be blanked must not stand before the others. */
  const refused: string[] = [];
  for (let messages = 0; messages < MAX_MESSAGES && !turn.over;) {
    const ripe = await listRipeSlices(pool, SLICES_PER_STEP, refused);
    const failed = await turn.together(
      ripe,
      (id) => `slice ${id}`,
      async (ids) => {
        messages += (await blankSlices(pool, ids)).messages;
      },
    );
    refused.push(...failed.map(({ item }) => item));
    if (ripe.length < SLICES_PER_STEP) return;
  }
}
