/** From a provider's receipts to what the store applies. */
import { createHash } from 'node:crypto';
import { parseAttemptWireId } from '../core/messages/ids';
import { normaliseProviderId } from '../core/messages/provider-id';
import type { Receipt } from '../providers/provider';
import type { ReceiptDraft } from '../store/receipts/receipts';

/** Identifies a receipt by what it says: SHA-256 over the parts of it. */
export const digest = (identity: (string | number)[]): Buffer =>
  createHash('sha256').update(identity.join('\n')).digest();

/**
 * Receipts as they are stored and applied.
 * @param whole what came, kept for support where it holds one receipt only.
 */
export function toDrafts(gatewayId: string, receipts: readonly Receipt[], whole: string): ReceiptDraft[] {
  if (receipts.length === 1) return [toDraft(gatewayId, receipts[0]!, whole)];
  return receipts.map((receipt) => toDraft(gatewayId, receipt, JSON.stringify(receipt.raw ?? null)));
}

function toDraft(gatewayId: string, receipt: Receipt, raw: string): ReceiptDraft {
  const { status, code, at } = receipt;
  const attempt = receipt.attemptId === undefined ? null : parseAttemptWireId(receipt.attemptId);
  // An id of ours that we can't read is kept as the provider's, so that the receipt is parked and not lost.
  const spelled = receipt.providerId ?? (attempt === null ? receipt.attemptId : undefined);
  const providerId = spelled === undefined ? null : normaliseProviderId(spelled);
  const identity = [gatewayId, receipt.attemptId ?? '', providerId ?? '', status, code ?? '', at?.getTime() ?? ''];
  if (receipt.part !== undefined) identity.push(receipt.part.no);
  return {
    dedupe: digest(identity),
    gatewayId,
    attempt,
    providerId: storable(providerId),
    status,
    part: receipt.part ?? null,
    class: receipt.class ?? null,
    clevertap: receipt.clevertap ?? null,
    code: storable(code ?? null),
    reason: storable(receipt.reason ?? null),
    occurredAt: at ?? null,
    raw: storable(raw),
  };
}

/** Postgres refuses NUL, and with it every receipt of the same commit. */
export function storable<T extends string | null>(text: T): T {
  return text?.includes('\0') ? (text.replaceAll('\0', '') as T) : text;
}
