/** From a provider's receipts to what the store applies. */
import { createHash } from 'node:crypto';
import type { CallbackProof } from '../core/gateways/callback-proof';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import { formatUuid, parseAttemptWireId } from '../core/messages/ids';
import { inOtherBase, normaliseProviderId } from '../core/messages/provider-id';
import type { ProviderConfig, Receipt } from '../providers/provider';
import type { ReceiptDraft } from '../store/receipts/receipts';

/** What is kept of a report as it came: for support, and enough for any that is one. */
const MAX_RAW_BYTES = 16_384;
const MAX_CODE_CHARACTERS = 100;
const MAX_REASON_CHARACTERS = 500;
/** Attempts are numbered as smallint. */
const MAX_ATTEMPT_NO = 32_767;

/** Identifies a receipt by what it says: SHA-256 over the parts of it. */
export const digest = (identity: (string | number)[]): Buffer =>
  createHash('sha256').update(identity.join('\n')).digest();

/** The same receipts with the vendor's ids as its answers write them. */
export function inBase(
  receipts: readonly Receipt[],
  { providerIdBase: base }: Pick<ProviderConfig<unknown>, 'providerIdBase'>,
): readonly Receipt[] {
  if (base == null) return receipts;
  return receipts.map((receipt) =>
    receipt.providerId === undefined ? receipt : { ...receipt, providerId: inOtherBase(receipt.providerId, base) },
  );
}

/**
 * Receipts as they are stored and applied: whatever the provider says, within bounds.
 * @param whole what came, kept for support where it holds one receipt only.
 * @param proof of the callback that brought them; absent = they came by none.
 */
export function toDrafts(
  gatewayId: string,
  receipts: readonly Receipt[],
  whole: string,
  proof?: CallbackProof | null,
): ReceiptDraft[] {
  if (receipts.length === 1) return [toDraft(gatewayId, receipts[0]!, whole, proof)];
  return receipts.map((receipt) => toDraft(gatewayId, receipt, JSON.stringify(receipt.raw ?? null), proof));
}

function toDraft(
  gatewayId: string,
  receipt: Receipt,
  raw: string,
  proof: CallbackProof | null | undefined,
): ReceiptDraft {
  const { status, code, at } = receipt;
  const attempt = attemptOf(receipt.attemptId);
  // An id of ours that we can't read is kept as the provider's, so that the receipt is parked and not lost.
  const spelled = receipt.providerId ?? (attempt === null ? receipt.attemptId : undefined);
  const providerId = spelled === undefined ? null : normaliseProviderId(spelled);
  const identity = [gatewayId, receipt.attemptId ?? '', providerId ?? '', status, code ?? '', at?.getTime() ?? ''];
  if (receipt.part !== undefined) identity.push(receipt.part.no);
  return {
    dedupe: formatUuid(digest(identity)),
    gatewayId,
    attempt,
    providerId,
    status,
    part: receipt.part ?? null,
    class: receipt.class ?? null,
    clevertap: receipt.clevertap ?? null,
    code: foreignText(code ?? null, MAX_CODE_CHARACTERS),
    reason: foreignText(receipt.reason ?? null, MAX_REASON_CHARACTERS),
    occurredAt: foreignInstant(at),
    raw: foreignBody(raw, MAX_RAW_BYTES),
    ...(receipt.optOut ? { optOut: true } : {}),
    ...(proof === undefined ? {} : { proof }),
  };
}

function attemptOf(wireId: string | undefined): ReceiptDraft['attempt'] {
  const attempt = wireId === undefined ? null : parseAttemptWireId(wireId);
  return attempt !== null && attempt.no <= MAX_ATTEMPT_NO ? attempt : null;
}
