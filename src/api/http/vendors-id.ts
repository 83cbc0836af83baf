/** The id by which a vendor finds a message: what its support is told. */
import { attemptWireId, parseAttemptWireId } from '../../core/messages/ids';
import { normaliseProviderId } from '../../core/messages/provider-id';
import { providerNamed } from '../../providers/registry';

export interface NamedAttempt {
  messageId: string;
  /** Null = there is no attempt yet. */
  no: number | null;
  /** What the vendor's answer or report called it; null = neither told an id. */
  providerId: string | null;
}

/**
 * The vendor's own id, or ours where the vendor has no other; null = nothing is known by which it could be found.
 * @param provider of the attempt's gateway; null = it is gone, or the request may not have left yet.
 */
export function vendorsId(provider: string | null, { messageId, no, providerId }: NamedAttempt): string | null {
  if (providerId !== null) return providerId;
  if (no === null || provider === null || providerNamed(provider)?.keepsOurIds !== true) return null;
  return attemptWireId(messageId, no);
}

/** What a search for a vendor's id goes by: its spelling, and the message whose attempt has that id from us. */
export const soughtProviderId = (id: string): { id: string; messageId: string | null } => ({
  id: normaliseProviderId(id),
  messageId: parseAttemptWireId(id.trim())?.messageId ?? null,
});
