/** Whether the account's gateways can carry a message, and whether its sender ID may send: asked before it is accepted. */
import {
  CAPABILITY_NAMES,
  missingCapabilities,
  type Capability,
  type MessageCapabilities,
  type OptionName,
} from '../../core/gateways/capabilities';
import { classOf } from '../../core/gateways/sender';
import { providerNamed } from '../../providers/registry';
import type { AccountContext, GatewayFacts } from '../../store/accounts/accounts';
import type { MessageOptions } from '../../store/tables';

/** What is asked about: a record, or the template of a campaign with one of its recipients. */
export interface AdmissionRequest {
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  segments: number;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

export type AdmissionRefusal = {
  ok: false;
  code: 'sender-not-approved' | 'unsupported-option';
  field: 'sender' | Capability;
  message: string;
};

export type AdmissionResult =
  | {
      ok: true;
      /** The sender ID that was asked for, or the account's default where every message needs an approved one. */
      sender: string | null;
      /** What was asked for, without what no gateway can carry where the account drops that. */
      options: MessageOptions | null;
    }
  | AdmissionRefusal;

/** Judges the messages of one account by what is known of it now. */
export type Admission = (request: AdmissionRequest) => AdmissionResult;

interface Gateway extends GatewayFacts {
  capabilities: MessageCapabilities;
}

/** Makes an account's admission; cheap enough to be made per request. */
export function createAdmission(context: AccountContext): Admission {
  const gateways = eligibleGateways(context.defaultGateways);
  return (request) => {
    const admitted = admitSender(context, request);
    if (!admitted.ok) return admitted;
    const { sender } = admitted;
    const { options } = request;
    const carriesAll = ({ capabilities }: Gateway) => missingCapabilities(capabilities, request).length === 0;
    if (gateways.length === 0 || gateways.some(carriesAll)) return { ok: true, sender, options };

    const drops = context.account.unsupported_options === 'drop';
    const { missing, required } = leastMissing(gateways, request, drops);
    const [field] = required;
    if (field !== undefined) return refuse('unsupported-option', field, explain(field, gateways, request));
    return { ok: true, sender, options: without(options ?? {}, missing.filter(isOption)) };
  };
}

/** The sender ID that a message may have in this account: the one it asked for, else the default of its class. */
function admitSender(
  { account, approvedSenders }: AccountContext,
  { sender, service }: AdmissionRequest,
): { ok: true; sender: string | null } | AdmissionRefusal {
  if (!account.require_approved_senders) return { ok: true, sender };
  if (sender !== null) {
    if (approvedSenders.some((approved) => approved.sender === sender)) return { ok: true, sender };
    const message = `names ${sender}, which is not approved: the account sends with approved sender IDs only`;
    return refuse('sender-not-approved', 'sender', message);
  }
  const of = classOf(service);
  const standard = approvedSenders.find((approved) => approved.isDefault && approved.class === of);
  if (standard !== undefined) return { ok: true, sender: standard.sender };
  const message = `is missing, and the account has no approved default for ${of} messages`;
  return refuse('sender-not-approved', 'sender', message);
}

/** Gateways as routing would choose among them: real ones before a demo one, active ones before those that wait. */
function eligibleGateways(facts: readonly GatewayFacts[]): Gateway[] {
  const real = facts.filter(({ demo }) => !demo);
  const eligible = real.length > 0 ? real : facts;
  const active = eligible.filter((gateway) => gateway.active);
  return (active.length > 0 ? active : eligible).flatMap((gateway) => {
    const provider = providerNamed(gateway.provider);
    return provider === undefined ? [] : [{ ...gateway, capabilities: provider.capabilities }];
  });
}

/**
 * What the best of the gateways can't carry of a message: all of it (`missing`), and what may not be dropped
 * (`required`), of which it has the fewest.
 */
function leastMissing(
  gateways: readonly Gateway[],
  request: AdmissionRequest,
  drops: boolean,
): { missing: readonly Capability[]; required: readonly Capability[] } {
  return gateways
    .map(({ capabilities }) => missingCapabilities(capabilities, request))
    .map((missing) => ({ missing, required: drops ? missing.filter((one) => !isOption(one)) : missing }))
    .sort((a, b) => a.required.length - b.required.length || a.missing.length - b.missing.length)[0]!;
}

const refuse = (
  code: AdmissionRefusal['code'],
  field: AdmissionRefusal['field'],
  message: string,
): AdmissionRefusal => ({ ok: false, code, field, message });

function explain(field: Capability, gateways: readonly Gateway[], request: AdmissionRequest): string {
  const lacking = gateways.filter(({ capabilities }) => missingCapabilities(capabilities, request).includes(field));
  const names = lacking.map(({ name }) => name).join(', ');
  const remedy = field === 'text' ? 'shorten it' : 'leave it out, or set the account’s unsupportedOptions to "drop"';
  const others = gateways.length > lacking.length ? ', and the other gateways lack something else of it' : '';
  if (field === 'text')
    return `takes ${request.segments} parts, more than these gateways carry: ${names}${others}; ${remedy}`;
  return `asks for ${CAPABILITY_NAMES[field]}, which these gateways can’t carry: ${names}${others}; ${remedy}`;
}

const isOption = (capability: Capability): capability is OptionName => capability !== 'text';

/** The options without some, which are named so that a trace shows what became of them. */
function without(options: MessageOptions, dropped: OptionName[]): MessageOptions {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !dropped.includes(name as OptionName)));
  return { ...rest, dropped };
}
