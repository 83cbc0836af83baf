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
  /** Our id, or one that the protocol made up as its vendor does. */
  messageId: string;
  to: string;
  /** Empty = the vendor's default. */
  sender: string;
  text: string;
  /** Binary content (a port needs it), instead of `text`. */
  hex?: string;
  flash: boolean;
  /** India DLT: principal entity and content template. */
  entityId?: string;
  templateId?: string;
  validitySeconds?: number;
  /** Where reports go; none = nowhere. */
  reportUrl?: string;
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
  bulkId: string;
  to: string;
  sender: string;
  kind: ReportKind;
  /** Epoch milliseconds. */
  sentAt: number;
  doneAt: number;
  callbackData?: string;
  parts: number;
}

/** A request that was understood. `bulkId` names it in answer and reports. */
export interface Batch {
  bulkId: string;
  submissions: Submission[];
  /** The caller asked for part counts. */
  wantsParts: boolean;
}

export interface Protocol {
  /** First part of the path, and name of its unnamed account. */
  readonly name: string;
  /** The vendor's own path after the account's prefix. */
  readonly submitPath: string;
  /** The vendor's refusal of the whole request, or what it holds. */
  read(request: VendorRequest, script: Script): { refused: Answer } | { batch: Batch };
  answer(batch: Batch, verdicts: Verdict[]): Answer;
  throttled(retryAfterSeconds: number): Answer;
  serverError(status: number): Answer;
  /** No such path, or method, at this vendor. */
  notFound(): Answer;
  /** The body of one post of reports. */
  receipts(reports: Report[], script: Script['receipts']): { contentType: string; body: string };
}
