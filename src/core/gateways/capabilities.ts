/** What a message asks of the gateway that carries it, and what a gateway lacks for it. Pure. */

/** What a message can ask for beyond a text to a number, as ingress names it. */
export type OptionName = 'flash' | 'port' | 'entityId' | 'templateId';
/** What a gateway may be unable to carry: an option, or a text of so many parts. */
export type Demand = OptionName | 'text';

/** What a provider can carry, as far as it concerns a message. */
export interface Carrier {
  flash: boolean;
  port: boolean;
  /** DLT ids. */
  dlt: boolean;
  /** Most segments of one message. */
  maxParts: number;
}

export interface Load {
  options: { flash?: true; port?: number; entityId?: string; templateId?: string } | null;
  segments: number;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

const INDIA = '+91';
const FULL: readonly Demand[] = [];

/**
 * What of a message the carrier can't take; empty when it takes all of it.
 * DLT ids mean something to India's operators only: for other numbers a provider without a place for them lacks nothing.
 */
export function lacks(carrier: Carrier, { options, segments, recipients }: Load): readonly Demand[] {
  if (options === null && segments <= carrier.maxParts) return FULL;
  const missing: Demand[] = [];
  if (segments > carrier.maxParts) missing.push('text');
  if (options === null) return missing;
  if (options.flash && !carrier.flash) missing.push('flash');
  if (options.port !== undefined && !carrier.port) missing.push('port');
  if (!carrier.dlt && recipients.some((number) => number.startsWith(INDIA))) {
    if (options.entityId !== undefined) missing.push('entityId');
    if (options.templateId !== undefined) missing.push('templateId');
  }
  return missing;
}

/** The demands as people say them, after "can’t carry". */
export const SPOKEN: Record<Demand, string> = {
  flash: 'flash',
  port: 'a port',
  entityId: 'a DLT entity id',
  templateId: 'a DLT template id',
  text: 'so many parts',
};
