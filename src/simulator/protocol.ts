/**
 * The contract between the simulator and one vendor's wire protocol. A protocol checks requests as strictly as its
 * vendor, and writes answers and receipts; what becomes of a message, and when, is none of its business. Adding one is
 * a folder and a line in `server.ts`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { ReportKind } from './plan';
import type { Refusal, Script } from './script';

/** A request with its whole body. */
export interface VendorRequest {
  method: string;
  /** Without query; in a protocol the vendor's own, without the prefix of vendor and account. */
  path: string;
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** JSON unless `headers` say otherwise. */
  body: string;
}

/** One message as it was submitted, in words that are the same for every vendor. */
export interface Submission {
  /** The vendor's id of the message: ours where the vendor takes it, else one that the protocol made up. */
  messageId: string;
  /** Our id, where the vendor has one of its own beside it. */
  clientId?: string;
  /** Of two accepted submissions with the same one the second is a duplicate; none = the vendor takes every one. */
  identity?: string;
  to: string;
  /** Empty = the vendor's default. */
  sender: string;
  text: string;
  /** Binary content (a port needs it), instead of `text`. */
  hex?: string;
  /** User data header in hexadecimal digits, where the vendor takes it beside the text. */
  udh?: string;
  /** Port of an application message. */
  port?: number;
  flash: boolean;
  /** India DLT: principal entity and content template. */
  entityId?: string;
  templateId?: string;
  validitySeconds?: number;
  /** Where reports go; none = where the script says, or nowhere. */
  reportUrl?: string;
  /** The kinds of report that will be sent; default all. */
  reports?: readonly ReportKind[];
  /** Data that reports repeat as it came. */
  callbackData?: string;
  /** Set when the vendor itself refuses this item, whatever the script says. */
  invalid?: Refusal;
  /** Message parts, as the vendor counts them. */
  parts: number;
}

/** What the answer says of one submission. */
export interface Verdict {
  submission: Submission;
  outcome: 'accepted' | 'duplicate' | Refusal;
}

/** One report on its way back. */
export interface Report {
  messageId: string;
  clientId?: string;
  bulkId: string;
  to: string;
  sender: string;
  kind: ReportKind;
  /** Epoch milliseconds. */
  sentAt: number;
  doneAt: number;
  callbackData?: string;
  parts: number;
  /** {@link Batch.secret} of its request. */
  secret?: string;
}

/** A request that was understood. */
export interface Batch {
  /** The vendor's name for the request, or for the account that sent it, in answer and reports. */
  bulkId: string;
  submissions: Submission[];
  /** The caller asked for part counts. */
  wantsParts?: boolean;
  /** The answer has no place for single messages: what the script refuses is taken, and refused by receipt. */
  refusesLate?: boolean;
  /** The secret that the vendor signs its reports with. */
  secret?: string;
}

/** What a protocol makes of a request: the messages in it, or the vendor's refusal of it all. */
export type Reading = { batch: Batch } | { refused: Answer; unauthorized?: true };

/** One request that carries reports. */
export interface ReceiptRequest {
  method: 'GET' | 'POST';
  /** Absolute, without a fragment. */
  url: string;
  headers?: Record<string, string>;
  /** Body of a POST. */
  body?: string;
}

/** How a vendor's reports travel. */
export interface ReceiptWire {
  /** Most reports in one request. */
  atMost: number;
  /** How often a request that isn't acknowledged is repeated, within a minute; default: as often as that allows. */
  retries?(url: string): number;
  /** Statuses that acknowledge; default every 2xx. */
  acknowledges?(status: number): boolean;
  write(url: string, reports: Report[], script: Script['receipts']): ReceiptRequest;
  /** A text of a phone on its way to the account's owner; without it the vendor has no inbound texts. */
  inbound?(url: string, message: InboundMessage, script: Script['receipts']): ReceiptRequest;
  /** The schemes of the Authorization header that the vendor can be told to send. */
  authorization?: readonly ('basic' | 'bearer')[];
}

/** A text that a phone sent to one of the account's numbers. */
export interface InboundMessage {
  /** The vendor's id of it, in the form of its message ids. */
  id: string;
  from: string;
  to: string;
  text: string;
  /** Epoch milliseconds. */
  at: number;
  /** What the vendor signs with, where it signs: {@link Batch.secret} of the latest submission. */
  secret?: string;
  /** The vendor's name for the account: {@link Batch.bulkId} of the latest submission. */
  bulkId: string;
}

/** One message of an account, for the vendor's look-up. */
export interface Known {
  submission: Submission;
  outcome: Verdict['outcome'];
  bulkId: string;
  /** The kind of report that the message has had by now. */
  kind: ReportKind;
  /** Epoch milliseconds: when it was taken, and when it came into that state. */
  sentAt: number;
  doneAt: number;
}

/** An account's memory of messages; the latest ones of all accounts, while `record` is on. */
export interface Memory {
  /** By the vendor's id. */
  byId(messageId: string): Known | undefined;
  /** Newest first. */
  find(matches: (submission: Submission) => boolean): Known[];
}

/** How a vendor is asked what became of messages. */
export interface Lookup {
  /** As {@link Protocol.paths}, all of them GET. */
  paths: readonly string[];
  answer(request: VendorRequest, script: Script, memory: Memory): Answer;
}

export interface Protocol {
  /** First part of the path, and name of its unnamed account. */
  readonly name: string;
  /** The vendor's own paths after the account's prefix, `*` for one segment, and the methods of each. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly receipts: ReceiptWire;
  readonly lookup?: Lookup;
  read(request: VendorRequest, script: Script): Reading;
  answer(batch: Batch, verdicts: Verdict[]): Answer;
  throttled(retryAfterSeconds: number): Answer;
  serverError(status: number): Answer;
  /** No such path, or method, at this vendor. */
  notFound(): Answer;
}

/** What a verdict refuses for, at a vendor that takes every repetition as a new message. */
export function refusalOf({ outcome }: Verdict): Refusal | undefined {
  return outcome === 'accepted' || outcome === 'duplicate' ? undefined : outcome;
}
