/** What a message needs of the gateway that carries it, and which of that a gateway can't do. Pure. */

/** The options of a message: what it can ask for beyond a text to a number. */
export type OptionName = 'flash' | 'port' | 'entityId' | 'templateId';
/** One thing that a gateway may be unable to carry: an option, or a text of so many parts. */
export type Capability = OptionName | 'text';

/** The capabilities of a provider that concern a message. */
export interface MessageCapabilities {
  flash: boolean;
  port: boolean;
  /** DLT ids. */
  dlt: boolean;
  /** Most segments of one message. */
  maxParts: number;
}

/** What of a message decides whether a gateway can carry it. */
export interface MessageNeeds {
  options: { flash?: true; port?: number; entityId?: string; templateId?: string } | null;
  segments: number;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

const INDIA = '+91';
const NONE_MISSING: readonly Capability[] = [];

/**
 * The capabilities that a message needs and a gateway doesn't have; empty when the gateway can carry the message as it
 * is. DLT ids mean something to India's operators only: for other numbers a provider without a place for them lacks
 * nothing.
 */
export function missingCapabilities(
  has: MessageCapabilities,
  { options, segments, recipients }: MessageNeeds,
): readonly Capability[] {
  if (options === null && segments <= has.maxParts) return NONE_MISSING;
  const missing: Capability[] = [];
  if (segments > has.maxParts) missing.push('text');
  if (options === null) return missing;
  if (options.flash && !has.flash) missing.push('flash');
  if (options.port !== undefined && !has.port) missing.push('port');
  if (!has.dlt && recipients.some((number) => number.startsWith(INDIA))) {
    if (options.entityId !== undefined) missing.push('entityId');
    if (options.templateId !== undefined) missing.push('templateId');
  }
  return missing;
}

/** Capabilities as people say them, after "can’t carry". */
export const CAPABILITY_NAMES: Record<Capability, string> = {
  flash: 'flash',
  port: 'a port',
  entityId: 'a DLT entity id',
  templateId: 'a DLT template id',
  text: 'so many parts',
};
