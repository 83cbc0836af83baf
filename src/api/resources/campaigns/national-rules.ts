/** What a campaign has to do with the rules of a country: the window of promotional texts, and what India has registered. */
import type { Kysely } from 'kysely';
import { windowState, type SendWindow } from '../../../core/time/window';
import { complianceOf, type AccountContext } from '../../../store/accounts/accounts';
import { listRegisteredTexts } from '../../../store/audience/templates';
import type { MessageOptions, Schema } from '../../../store/tables';
import { invalid } from '../../http/invalid';
import { createIndiaCheck, toIndia, type IndiaMessage } from '../../ingress/india';

/**
 * When the windows open that hold a campaign; null = they are open when it is due.
 * @param windows of the account's country, which stand for all where they differ.
 * @throws AppError invalid-request where the account refuses what is outside them
 */
export function heldBy(
  { account }: AccountContext,
  windows: readonly SendWindow[],
  due: Date | null,
  now: Date,
): Date | null {
  const state = windowState(windows, Math.max(due?.getTime() ?? 0, now.getTime()));
  if (state.open || state.opensAtMs === null) return null;
  const opensAt = new Date(state.opensAtMs);
  if (complianceOf(account).promotionalOutsideWindow !== 'refuse') return opensAt;
  const hours = windows.map(({ start, end, timezone }) => `${start}–${end} ${timezone}`).join(' and ');
  throw invalid('time', `is outside the window for promotional messages, ${hours}, which opens at ${opensAt.toISOString()}: give a time within it`); // prettier-ignore
}

/** What is registered for a campaign's messages to India. */
export interface RegisteredCampaign {
  sender: string | null;
  options: MessageOptions | null;
  /** Null = nothing was looked up, or nothing is registered. */
  dltText: string | null;
}

/**
 * Completes a campaign of an account that is strict about India by what is registered there. One that nobody may get is
 * refused; of another, those who may not are left out when its messages are made.
 * @param asked its recipients, as far as the request lists them.
 * @throws AppError invalid-request
 */
export async function readRegistered(
  db: Kysely<Schema>,
  context: AccountContext,
  asked: Omit<IndiaMessage, 'text'>,
): Promise<RegisteredCampaign> {
  const { account } = context;
  const asItIs = { sender: asked.sender, options: asked.options, dltText: null };
  const templateId = asked.options?.templateId;
  if (!account.india_strict) return asItIs;
  const texts = templateId === undefined ? [] : await listRegisteredTexts(db, account.id, [templateId]);
  const all = asked.recipients;
  const checked = createIndiaCheck(context, texts)!({
    ...asked,
    text: null,
    recipients: all.length === 0 ? SOME : all,
  });
  if (checked.ok) return { ...checked, dltText: texts.find(({ text }) => text !== null)?.text ?? null };
  if (all.length > 0 && all.every(toIndia)) throw invalid(NAMES[checked.field] ?? checked.field, checked.message);
  return asItIs;
}

/** A group or an upload may have numbers of India. */
const SOME = ['+91'];
/** As campaigns spell them. */
const NAMES: Partial<Record<string, string>> = { templateId: 'dltTemplateId' };
