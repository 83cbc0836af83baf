/** What a message needs of the gateway that carries it, and which of that a gateway can't do. Pure. */

/** The options of a message: what it can ask for beyond a text to a number. */
export type OptionName = 'flash' | 'port' | 'entityId' | 'templateId';
/** One thing that a gateway may be unable to carry: an option, a text of so many parts or characters, no sender ID. */
export type Capability = OptionName | 'text' | 'characters' | 'sender';

/** The capabilities of a provider that concern a message. */
export interface MessageCapabilities {
  flash: boolean;
  port: boolean;
  /** DLT ids. */
  dlt: boolean;
  /** Most segments of one message. */
  maxParts: number;
  /** Most characters (code points) of one text; null = only `maxParts` counts. */
  maxCharacters: number | null;
  /** A message must have a sender ID. */
  needsSender?: boolean;
}

/** What of a message decides whether a gateway can carry it. */
export interface MessageNeeds {
  options: { flash?: true; port?: number; entityId?: string; templateId?: string } | null;
  segments: number;
  /** Null: it is not known here. */
  text: string | null;
  /** The sender ID that it will have; null = none. */
  sender: string | null;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

const INDIA = '+91';
/** Of a message that a gateway can carry as it is. */
export const NONE_MISSING: readonly Capability[] = [];

/**
 * The capabilities that a message needs and a gateway doesn't have; empty when the gateway can carry the message as it
 * is. DLT ids mean something to India's operators only: for other numbers a provider without a place for them lacks
 * nothing.
 */
export function missingCapabilities(
  has: MessageCapabilities,
  { options, segments, text, sender, recipients }: MessageNeeds,
): readonly Capability[] {
  const isLong = text !== null && has.maxCharacters !== null && exceeds(text, has.maxCharacters);
  const lacksSender = has.needsSender === true && sender === null;
  if (options === null && segments <= has.maxParts && !isLong && !lacksSender) return NONE_MISSING;
  const missing: Capability[] = [];
  if (lacksSender) missing.push('sender');
  if (isLong) missing.push('characters');
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

/** Whether a text has more characters; one beyond the basic plane is two code units, and one character. */
export const exceeds = (text: string, characters: number): boolean =>
  text.length > characters && [...text].length > characters;

/** Capabilities as people say them, after "can’t carry". */
export const CAPABILITY_NAMES: Record<Capability, string> = {
  flash: 'flash',
  port: 'a port',
  entityId: 'a DLT entity id',
  templateId: 'a DLT template id',
  text: 'so many parts',
  characters: 'so many characters',
  sender: 'a message without a sender ID',
};
