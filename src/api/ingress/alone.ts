/** Messages that are no records: codes to test phones, tests of campaigns and of gateways. The same rules hold for them. */
import { matchDltTemplate } from '../../core/audience/dlt-template';
import type { RegisteredText } from '../../core/campaigns/dlt';
import type { AccountContext } from '../../store/accounts/accounts';
import { listAllRegisteredTexts } from '../../store/audience/templates';
import type { Database } from '../../store/database';
import type { Accounts } from '../http/account-context';
import { createIndiaCheck, toIndia } from './india';
import type { IncomingMessage } from './ingress';
import type { RecordProblemCode } from './record-problem';
import { createWindowGate } from './windows';

export type MessageAlone = Pick<IncomingMessage, 'msisdn' | 'text' | 'sender' | 'service' | 'options'>;

export type AloneResult =
  | ({
      ok: true;
      /** Null = no window holds it. */
      heldUntil: Date | null;
    } & Pick<IncomingMessage, 'sender' | 'options' | 'dueAt' | 'windows'>)
  | { ok: false; code: RecordProblemCode; field: string; message: string };

/** Registered texts among which one is looked for that a text without a template id fits. */
const MAX_TEXTS = 1_000;

/**
 * What India's rules and the windows make of one message.
 * @param options `findTemplate`: a text that names no template gets the id of one that it fits.
 */
export async function judgeAlone(
  { accounts, database }: { accounts: Accounts; database: Database },
  context: AccountContext,
  message: MessageAlone,
  { findTemplate }: { findTemplate: boolean },
): Promise<AloneResult> {
  const { account } = context;
  let { sender, options } = message;
  if (account.india_strict && toIndia(message.msisdn)) {
    let texts: RegisteredText[];
    const templateId = options?.templateId;
    if (templateId === undefined && findTemplate) {
      texts = await listAllRegisteredTexts(database.db, account.id, MAX_TEXTS);
      const fitting = texts.find(({ text }) => text !== null && matchDltTemplate(text, message.text).ok);
      if (fitting !== undefined) options = { ...options, templateId: fitting.templateId };
    } else {
      texts = await accounts.registeredTexts(account.id, templateId === undefined ? [] : [templateId]);
    }
    const judged = createIndiaCheck(context, texts)!({ ...message, options, recipients: [message.msisdn] });
    if (!judged.ok) return judged;
    ({ sender, options } = judged);
  }
  const verdict = createWindowGate(account, new Date())(message.msisdn, {
    service: message.service,
    dueAt: null,
    validUntil: null,
  });
  if (verdict?.refused) return { ok: false, code: 'outside-window', field: 'time', message: verdict.message };
  const { dueAt = null, heldUntil = null, windows } = verdict ?? {};
  return { ok: true, sender, options, dueAt, heldUntil, ...(windows === undefined ? {} : { windows }) };
}
