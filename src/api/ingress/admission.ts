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
  /** Of a campaign its template. */
  text: string;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

export type AdmissionRefusal = {
  ok: false;
  code: 'sender-not-approved' | 'unsupported-option' | 'too-long' | 'missing';
  field: 'sender' | 'text' | OptionName;
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
    const needs = { ...request, sender };
    const carriesAll = ({ capabilities }: Gateway) => missingCapabilities(capabilities, needs).length === 0;
    if (gateways.length === 0 || gateways.some(carriesAll)) return { ok: true, sender, options };

    const drops = context.account.unsupported_options === 'drop';
    const { missing, required } = leastMissing(gateways, needs, drops);
    const [lacking] = required;
    if (lacking !== undefined) return refuseLacking(lacking, gateways, needs);
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
    if (provider === undefined) return [];
    const { capabilities } = provider;
    const needsSender = capabilities.needsSender === true && !gateway.hasSender;
    return [{ ...gateway, capabilities: { ...capabilities, needsSender } }];
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

function refuseLacking(
  capability: Capability,
  gateways: readonly Gateway[],
  request: AdmissionRequest,
): AdmissionRefusal {
  const lacking = gateways.filter(({ capabilities }) =>
    missingCapabilities(capabilities, request).includes(capability),
  );
  const names = lacking.map(({ name, capabilities: { maxCharacters } }) =>
    capability === 'characters' ? `${name} (${maxCharacters?.toLocaleString('en')})` : name,
  );
  const message = explain(capability, names.join(', '), gateways.length > lacking.length, request);
  if (capability === 'characters') return refuse('too-long', 'text', message);
  return capability === 'sender'
    ? refuse('missing', 'sender', message)
    : refuse('unsupported-option', capability, message);
}

function explain(field: Capability, names: string, isMixed: boolean, request: AdmissionRequest): string {
  const remedy = field === 'text' ? 'shorten it' : 'leave it out, or set the account’s unsupportedOptions to "drop"';
  const others = isMixed ? ', and the other gateways lack something else of it' : '';
  if (field === 'characters') {
    const { length } = [...request.text];
    return `has ${length.toLocaleString('en')} characters, more than these gateways take: ${names}${others}; shorten it`;
  }
  if (field === 'sender') {
    return `is missing, and these gateways send nothing without one: ${names}${others}; give a sender ID, or the gateway a defaultSender`;
  }
  if (field === 'text')
    return `takes ${request.segments} parts, more than these gateways carry: ${names}${others}; ${remedy}`;
  return `asks for ${CAPABILITY_NAMES[field]}, which these gateways can’t carry: ${names}${others}; ${remedy}`;
}

const isOption = (capability: Capability): capability is OptionName =>
  capability !== 'text' && capability !== 'characters' && capability !== 'sender';

/** The options without some, which are named so that a trace shows what became of them. */
function without(options: MessageOptions, dropped: OptionName[]): MessageOptions {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !dropped.includes(name as OptionName)));
  return { ...rest, dropped };
}
