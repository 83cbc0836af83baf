/** Whether the account's gateways can carry a message, and whether its sender ID may send: asked before it is accepted. */
import { SPOKEN, lacks, type Carrier, type Demand, type OptionName } from '../../core/gateways/capabilities';
import { classOf } from '../../core/gateways/sender';
import { providerNamed } from '../../providers/registry';
import type { AccountContext, GatewayFacts } from '../../store/accounts/accounts';
import type { MessageOptions } from '../../store/tables';

/** What is asked about: a record, or the template of a campaign with one of its recipients. */
export interface Applicant {
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  segments: number;
  /** Numbers in E.164. */
  recipients: readonly string[];
}

export type Admitted =
  | {
      ok: true;
      /** The sender ID that was asked for, or the account's default where every message needs an approved one. */
      sender: string | null;
      /** What was asked for, without what no gateway can carry where the account drops that. */
      options: MessageOptions | null;
    }
  | { ok: false; code: 'sender-not-approved' | 'unsupported-option'; field: 'sender' | Demand; message: string };

/** Judges the messages of one account by what is known of it now. */
export type Admission = (applicant: Applicant) => Admitted;

interface Gateway extends GatewayFacts {
  carrier: Carrier;
}

/** What a gateway lacks for a message, and what of that can't be dropped. */
interface Shortfall {
  missing: readonly Demand[];
  required: readonly Demand[];
}

/** Makes an account's admission; cheap enough to be made per request. */
export function createAdmission(context: AccountContext): Admission {
  const { account, approvedSenders } = context;
  const gateways = mayTake(context.carriers);
  const carriesAll = (applicant: Applicant) =>
    gateways.length === 0 || gateways.some(({ carrier }) => lacks(carrier, applicant).length === 0);

  function sender({ sender: asked, service }: Applicant): Admitted | string | null {
    if (!account.require_approved_senders) return asked;
    if (asked !== null) {
      if (approvedSenders.some((approved) => approved.sender === asked)) return asked;
      return refuse(
        'sender-not-approved',
        'sender',
        `names ${asked}, which is not approved: the account sends with approved sender IDs only`,
      );
    }
    const of = classOf(service);
    const standard = approvedSenders.find((approved) => approved.isDefault && approved.class === of);
    return (
      standard?.sender ??
      refuse('sender-not-approved', 'sender', `is missing, and the account has no approved default for ${of} messages`)
    );
  }

  return (applicant) => {
    const { options } = applicant;
    const admitted = sender(applicant);
    if (typeof admitted === 'object' && admitted !== null) return admitted;
    if (carriesAll(applicant)) return { ok: true, sender: admitted, options };

    const drops = account.unsupported_options === 'drop';
    const [{ missing, required }] = gateways
      .map(({ carrier }) => lacks(carrier, applicant))
      .map((missing) => ({ missing, required: drops ? missing.filter((demand) => !isOption(demand)) : missing }))
      .sort((a, b) => a.required.length - b.required.length || a.missing.length - b.missing.length) as [Shortfall];
    const [field] = required;
    if (field !== undefined) return refuse('unsupported-option', field, explain(field, gateways, applicant));
    return { ok: true, sender: admitted, options: without(options ?? {}, missing.filter(isOption)) };
  };
}

/** Gateways as routing would choose among them: real ones before a demo one, active ones before those that wait. */
function mayTake(facts: readonly GatewayFacts[]): Gateway[] {
  const real = facts.filter(({ demo }) => !demo);
  const eligible = real.length > 0 ? real : facts;
  const active = eligible.filter((gateway) => gateway.active);
  return (active.length > 0 ? active : eligible).flatMap((gateway) => {
    const provider = providerNamed(gateway.provider);
    return provider === undefined ? [] : [{ ...gateway, carrier: provider.capabilities }];
  });
}

const refuse = (code: 'sender-not-approved' | 'unsupported-option', field: 'sender' | Demand, message: string) =>
  ({ ok: false, code, field, message }) as const;

function explain(field: Demand, gateways: readonly Gateway[], applicant: Applicant): string {
  const names = (lacking: readonly Gateway[]) => lacking.map(({ name }) => name).join(', ');
  const lacking = gateways.filter(({ carrier }) => lacks(carrier, applicant).includes(field));
  const remedy = field === 'text' ? 'shorten it' : 'leave it out, or set the account’s unsupportedOptions to "drop"';
  const others = gateways.length > lacking.length ? ', and the other gateways lack something else of it' : '';
  if (field === 'text')
    return `takes ${applicant.segments} parts, more than these gateways carry: ${names(lacking)}${others}; ${remedy}`;
  return `asks for ${SPOKEN[field]}, which these gateways can’t carry: ${names(lacking)}${others}; ${remedy}`;
}

const isOption = (demand: Demand): demand is OptionName => demand !== 'text';

/** The options without some, which are named so that a trace shows what became of them. */
function without(options: MessageOptions, dropped: OptionName[]): MessageOptions {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !dropped.includes(name as OptionName)));
  return { ...rest, dropped };
}
