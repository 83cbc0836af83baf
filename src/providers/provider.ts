/**
 * The contract between dispatch and one SMS provider. An adapter talks to its vendor and nothing else: it writes no
 * status, retries nothing and knows no database. Adding a provider is one folder and one line in `registry.ts`.
 */
import type { z } from 'zod';
import type { CallbackProof } from '../core/gateways/callback-proof';
import type { CleverTapCode, FailureClass } from '../core/messages/outcome';
import type { ReplyMeaning } from '../core/messages/opt-out';
import type { ProviderIdBase } from '../core/messages/provider-id';
import type { Encoding } from '../core/messages/segments';
import type { HttpClient } from '../outbound/client';

/** What a provider can do; dispatch and ingress ask this instead of the provider's name. */
export interface Capabilities {
  /** Most messages in one request; 1 = one by one only (`sendingPattern: "batch"` is refused). */
  batchSize: number;
  /** A second submission under the same `OutboundMessage.id` is recognised by the vendor and sends nothing. */
  idempotentById: boolean;
  /** The vendor can be asked what became of an attempt ({@link Provider.lookup}). */
  lookup: boolean;
  /** Most subjects of one {@link Provider.lookup}; 0 without it. */
  lookupBatch: number;
  flash: boolean;
  port: boolean;
  /** DLT entity and template ids (India) are carried. */
  dlt: boolean;
  validity: boolean;
  /** The longest validity that the vendor keeps to; null = it names none. */
  maxValiditySeconds: number | null;
  /** The vendor can keep a message until its time. For people's information: Heliograph keeps the clock itself. */
  schedule: boolean;
  /** Most segments of one message. */
  maxParts: number;
  /** Most characters (code points) of one text, whatever its segments; null = only `maxParts` counts. */
  maxCharacters: number | null;
  /** A message must have a sender ID; absent = the vendor has one of its own for those without. */
  needsSender?: true;
}

/** A provider that takes one text at a time and can do nothing beside: the others say what they can do more. */
export const TEXT_ONLY: Omit<Capabilities, 'maxParts'> = {
  batchSize: 1,
  idempotentById: false,
  lookup: false,
  lookupBatch: 0,
  flash: false,
  port: false,
  dlt: false,
  validity: false,
  maxValiditySeconds: null,
  schedule: false,
  maxCharacters: null,
};

/** One attempt, ready for the wire. */
export interface OutboundMessage {
  /** Our id of the attempt: at most 32 characters of `[0-9a-z]`, unique for ever, echoed in receipts where possible. */
  id: string;
  /** Recipient in E.164 with its plus sign. */
  to: string;
  /** Sender ID; null = the provider's own default. */
  from: string | null;
  text: string;
  encoding: Encoding;
  flash: boolean;
  /** Destination port of an application message. */
  port: number | null;
  /** DLT ids, 19 digits, kept as strings (beyond 2^53). */
  entityId: string | null;
  templateId: string | null;
  validitySeconds: number | null;
  /** Where the provider reports delivery: our `/callbacks/{token}` as an absolute URL. */
  callbackUrl: string;
}

/** The provider's answer for one message. */
export type SubmitResult =
  | { ok: true; /** The provider's id, when it is not ours. */ providerId?: string; parts?: number }
  | {
      ok: false;
      class: FailureClass;
      clevertap: CleverTapCode;
      /** The vendor's own code, as a string. */
      code: string;
      /** Short public text; carries no secret and no number. */
      reason: string;
      /** Earliest next try, when the vendor says so. */
      retryAfterMs?: number;
      /** The vendor says that the person has opted out, see `Refusal` of the outcomes. */
      optOut?: true;
    };

/** One delivery report, as parsed from a provider's callback or from its answer to a look-up. */
export interface Receipt {
  /** Our attempt id when the provider echoes it. */
  attemptId?: string;
  /** The provider's id of the message, never of a part; needed when `attemptId` is absent. */
  providerId?: string;
  /**
   * Set when the report is about one part of a concatenated message, and `status` is that part's alone: the message is
   * delivered when all its parts are, and failed when one is. Absent = about the whole message, however many parts it
   * has. `no` counts from 1; `of` is the number of parts, null when the report does not tell (then the submission's
   * `parts` or our own count holds). Of the vendors with adapters none documents such reports; gateways whose reports
   * are configured (`http`, `pingbix`) can have them.
   */
  part?: { no: number; of: number | null };
  /** `pending` = an intermediate report: recorded, changes nothing. */
  status: 'pending' | 'delivered' | 'failed' | 'expired';
  class?: FailureClass;
  clevertap?: CleverTapCode;
  code?: string;
  reason?: string;
  /** The vendor says that the person has opted out, see `Refusal` of the outcomes. */
  optOut?: true;
  /** When it happened, by the provider's clock. */
  at?: Date;
  /** This report as parsed, when the request carried several; kept for support. */
  raw?: unknown;
  /**
   * The vendor's word where it is in no table, in public text: the report is `pending` then, since a word that nobody knows
   * must not end a message. People are told of it once for a gateway.
   */
  unlisted?: string;
}

/** An attempt whose outcome is not known: its submission was not answered, or its report is overdue. */
export interface LookupSubject {
  /** The id that we gave the attempt. */
  attemptId: string;
  /** The provider's, when its answer came; as it was given or normalised. */
  providerId: string | null;
  /** E.164 with its plus sign. */
  to: string;
  /** When its request left, by our clock. */
  submittedAt: Date;
  /** What was sent, where the caller has it at hand: a vendor that knows neither id can be asked by number only. */
  text?: string;
}

/** A text that a phone sent to one of the gateway's numbers. */
export interface InboundText {
  /** The phone: E.164 with its plus sign, or digits that may be a national number, in the country of the gateway's account. */
  from: string;
  /** The number or short code that it was sent to. */
  to?: string;
  text: string;
  /** The provider's id of the text: two equal texts are two. */
  providerId?: string;
  at?: Date;
  /** The text without what the vendor puts or wants before it, such as the keyword of a shared number. */
  cleanText?: string | undefined;
  /** What the vendor itself has taken the text for, and acted on; absent = nothing is known of that. */
  told?: ReplyMeaning | undefined;
  /** The character set that the vendor named where it could not be read by it: `text` is then as near as it gets. */
  unlisted?: string;
}

/** A provider's HTTP callback as it came in. */
export interface CallbackRequest {
  method: string;
  /** Path and query, as received. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  query: URLSearchParams;
  body: Buffer;
}

/** What the vendor wants to read in the answer to a callback that was taken, where our JSON would be an error to it. */
export interface CallbackAnswer {
  contentType: string;
  body: string;
}

/**
 * What an adapter makes of a callback. `unauthentic` is answered 401, `malformed` 400, `ignored` 200, a `challenge`
 * (the vendor checks the URL before it uses it) 200 with the JSON it wants. `proof`: how the callback showed that it is the
 * vendor's; null or absent = nothing was asked of it.
 */
export type CallbackResult =
  | { kind: 'challenge'; answer: object }
  | { kind: 'receipts'; receipts: Receipt[]; proof?: CallbackProof | null }
  | { kind: 'inbound'; texts: InboundText[]; proof?: CallbackProof | null; answer?: CallbackAnswer }
  | { kind: 'ignored'; reason: string; answer?: CallbackAnswer }
  | { kind: 'malformed'; reason: string }
  | { kind: 'unauthentic'; reason: string };

/** How a gateway's callbacks prove themselves, beside the unguessable path token. */
export interface CallbackAuth {
  basic?: { username: string; password: string };
  bearer?: string;
}

/** What an adapter needs of a gateway. `credentials` has been parsed with the adapter's own schema. */
export interface ProviderConfig<Credentials> {
  credentials: Credentials;
  /** Origin with optional path prefix; no trailing slash. */
  baseUrl: string;
  /** The gateway's own `/callbacks/{token}` as an absolute URL: some vendors sign over it. */
  callbackUrl: string;
  callbackAuth: CallbackAuth | null;
  /** The one before a rotation, while it is still good. */
  previousCallbackAuth?: CallbackAuth | null;
  /**
   * Set where reports write the vendor's ids to this base and its answers to the other one. Receipts are turned round for
   * every adapter; only one that makes ids of its own out of the vendor's has to look here.
   */
  providerIdBase?: ProviderIdBase | null;
}

/**
 * What a vendor's callbacks can carry, by its documents, once it has been told: `signature` = it signs them with the login,
 * by itself; `nothing` = none of these, so that only the path and the address can prove them.
 */
export type CallbackScheme = 'signature' | 'basic' | 'bearer' | 'nothing';

/** The `defaultBaseUrl` of a provider that is nobody's in particular. */
export const NO_VENDOR = 'https://gateway.invalid';

export interface Provider<Credentials = unknown> {
  /** The `provider` value of a gateway, for example `infobip`. */
  readonly name: string;
  readonly label: string;
  readonly signupLink: string;
  /** For people who set up a gateway: what to prepare at the vendor, in a sentence or two. */
  readonly docs: string;
  /** `#rrggbb`, to tell providers apart at a glance. */
  readonly color: string;
  /** The vendor's public origin, used when a gateway has no `baseUrl`; {@link NO_VENDOR} = it must have one. */
  readonly defaultBaseUrl: string;
  /**
   * Of the login and of options beside it. Each member has `.meta({title, description, secret})`: a form is made of it
   * (`form.ts`).
   */
  readonly credentialsSchema: z.ZodType<Credentials>;
  readonly capabilities: Capabilities;
  /** A gateway gets a secret of this kind where none is given. */
  readonly callbackScheme: CallbackScheme;
  /**
   * Members of the credentials whose names and values are the person's own, such as headers. What is secret does not belong
   * there, because it shows: see `shared/exposed.ts`. Absent = there are none.
   */
  readonly openMembers?: readonly string[];
  /**
   * The vendor's word for the product that these credentials send over, where it is the gateway's and not the message's:
   * it says whether the gateway is for promotional texts.
   */
  product?(credentials: Credentials): string;
  /** Every secret of these credentials, for redaction from anything that is logged or stored. */
  secrets(credentials: Credentials): string[];
  /**
   * Submits messages in one request.
   * @param messages 1 to `capabilities.batchSize` of them.
   * @returns one result per message, in the order given.
   * @throws OutboundError when the whole request failed.
   */
  submit(
    config: ProviderConfig<Credentials>,
    messages: readonly OutboundMessage[],
    http: HttpClient,
    signal: AbortSignal,
  ): Promise<SubmitResult[]>;
  /**
   * Asks the vendor what became of attempts; there exactly when `capabilities.lookup`. Repeating it changes nothing at
   * the vendor: reports that it hands out once only are left alone.
   * @param subjects 1 to `capabilities.lookupBatch` of them.
   * @returns receipts of those that the vendor has an answer for, in any order, each with the subject's `attemptId`.
   * `pending` = the vendor has the message. A subject without a receipt is unknown to it, or can't be told from others:
   * that is no proof that it was not taken.
   * @throws OutboundError when the question was not answered; says nothing about the subjects.
   */
  lookup?(
    config: ProviderConfig<Credentials>,
    subjects: readonly LookupSubject[],
    http: HttpClient,
    signal: AbortSignal,
  ): Promise<Receipt[]>;
  /** The vendor calls messages by our ids and has none of its own: they are what its support is told. */
  readonly keepsOurIds?: true;
  /** The vendor signs its callbacks, so that each is proven without a `callbackAuth`. */
  readonly signsCallbacks?: true;
  /** Authenticates and parses a callback. Pure: no I/O. */
  callback(request: CallbackRequest, config: ProviderConfig<Credentials>): CallbackResult;
}
