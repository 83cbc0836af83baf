/**
 * The language in which the simulator is told how to behave: one JSON document, every field optional. This file is its
 * definition, `docs/simulator.md` its manual.
 */
import { z } from 'zod';

const share = (remedy = 'give a share from 0 to 1, for example 0.05') => z.number(remedy).min(0, remedy).max(1, remedy);

const milliseconds = (remedy: string) => z.number(remedy).min(0, remedy).max(86_400_000, remedy);

const SPAN =
  'give milliseconds as a number from 0, as {"min":5,"max":20} with min <= max, or as {"p50":20,"p99":400} with 0 < p50 <= p99';
const span = z.union(
  [
    milliseconds(SPAN),
    z.strictObject({ min: milliseconds(SPAN), max: milliseconds(SPAN) }).refine((s) => s.min <= s.max, SPAN),
    z
      .strictObject({ p50: milliseconds(SPAN), p99: milliseconds(SPAN) })
      .refine((s) => s.p50 > 0 && s.p50 <= s.p99, SPAN),
  ],
  SPAN,
);

const text = (remedy: string) => z.string(remedy).min(1, remedy);
const positive = (remedy: string) => z.int(remedy).min(1, remedy).max(1_000_000_000, remedy);

/** Why the vendor refuses a message; each protocol maps the word to its own status. */
export const REFUSALS = ['sender', 'recipient', 'content', 'account'] as const;
export type Refusal = (typeof REFUSALS)[number];

const OUTCOME = `give one of ${REFUSALS.join(', ')}`;
const refuseRule = z.strictObject({
  outcome: z.enum(REFUSALS, OUTCOME),
  /** Only messages under one of these sender IDs. */
  senders: z
    .array(text('give sender IDs as text'), 'give a list of sender IDs')
    .min(1, 'give a sender ID or leave it out')
    .optional(),
  /** Only numbers that end in these digits. */
  numberEndsWith: z.string().regex(/^\d+$/, 'give the last digits of a number, for example "13"').optional(),
  /** Only texts that contain this. */
  textIncludes: text('give a part of the text').optional(),
  /** Share of the matching messages that is refused. */
  share: share().default(1),
  /** In the answer to the submission, or later by receipt. */
  at: z.enum(['submit', 'receipt'], 'give "submit" or "receipt"').default('submit'),
});
export type RefuseRule = z.infer<typeof refuseRule>;

/** When a fault strikes: exactly one of these. */
const trigger = {
  /** The next so many requests of each account. */
  next: positive('give a number of requests from 1').optional(),
  /** This share of requests, decided by the first message in them; a repetition is decided anew. */
  share: share().optional(),
  /** Every request during so many milliseconds after the script was put. */
  forMs: positive('give milliseconds from 1').optional(),
};
const ONE_TRIGGER = 'give exactly one of next, share and forMs';
function triggered(fault: { next?: number; share?: number; forMs?: number }): boolean {
  return [fault.next, fault.share, fault.forMs].filter((given) => given !== undefined).length === 1;
}

const throttle = z.strictObject({
  kind: z.literal('throttle'),
  ...trigger,
  /** Value of the `Retry-After` header. */
  retryAfterSeconds: z.int('give whole seconds').min(0, 'give whole seconds from 0').default(1),
});
const serverError = z.strictObject({
  kind: z.literal('serverError'),
  ...trigger,
  status: z
    .int('give a status from 500 to 599')
    .min(500, 'give a status from 500')
    .max(599, 'give a status to 599')
    .default(503),
});
const timeout = z.strictObject({
  kind: z.literal('timeout'),
  ...trigger,
  /** The request is taken, its answer is held so long, then the connection is reset. */
  holdMs: positive('give milliseconds from 1').default(60_000),
});
const reset = z.strictObject({
  kind: z.literal('reset'),
  ...trigger,
  /** `before`: not taken. `after`: taken, no answer. `half`: taken, half of the answer. */
  at: z.enum(['before', 'after', 'half'], 'give "before", "after" or "half"').default('before'),
});
/** CleverTap only: half of the records of a request, at least one, come back as `unprocessed`. */
const partial = z.strictObject({ kind: z.literal('partial'), ...trigger });

const KIND = 'give a kind: throttle, serverError, timeout or reset (for clevertap also partial)';
const fault = z
  .discriminatedUnion('kind', [throttle, serverError, timeout, reset], KIND)
  .refine(triggered, ONE_TRIGGER);
const clevertapFault = z
  .discriminatedUnion('kind', [throttle, serverError, timeout, reset, partial], KIND)
  .refine(triggered, ONE_TRIGGER);
export type Fault = z.infer<typeof clevertapFault>;

export const LOOPBACK = 'give an http URL of this machine, for example "http://127.0.0.1:8080/callbacks/token"';
/** Scripts come from anyone who reaches the port: they must not make it call other machines. */
export function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) && !username && !password;
}

const AUTH = 'give {"basic":{"username":"u","password":"p"}} or {"bearer":"token"}';

const receipts = z.strictObject({
  /** Where reports go whose message names no URL: the URL that other vendors are given in their portal. */
  url: z.string(LOOPBACK).refine(isLoopback, LOOPBACK).optional(),
  /** From the answer to the submission until the final report. */
  delayMs: span.default(50),
  /** A share of reports that takes `delayMs` of its own instead. */
  late: z.strictObject({ share: share(), delayMs: span }).default({ share: 0, delayMs: 2_000 }),
  /** Share of final reports that are posted a second time. */
  twice: share().default(0),
  /** Share of final reports that are posted before the submission is answered. */
  early: share().default(0),
  /** Share of messages that are never reported. */
  missing: share().default(0),
  /** Share of messages with an intermediate report before the final one. */
  intermediate: share().default(0),
  /** Share of messages whose intermediate report comes after the final one. */
  reordered: share().default(0),
  /** Share of final reports whose first post is cut off in the middle; it comes whole when it isn't acknowledged. */
  mangledShare: share().default(0),
  /** Spelling of message ids in reports, ours and the vendor's. */
  idCase: z.enum(['same', 'upper'], 'give "same" or "upper"').default('same'),
  /** Body of Infobip's reports: v3, or the older v2. */
  shape: z.enum(['v3', 'v2'], 'give "v3" or "v2"').default('v3'),
  /**
   * How reports and texts of phones travel, from the vendors whose portal lets people choose: `usual` = as most get them,
   * `platform` = as the Platform API of Clickatell writes them.
   */
  form: z
    .enum(['usual', 'query', 'form', 'json', 'platform'], 'give "usual", "query", "form", "json" or "platform"')
    .default('usual'),
  /** Character set of texts of phones, from Clickatell's HTTP API. */
  charset: z.enum(['UTF-8', 'ISO-8859-1', 'UTF-16BE'], 'give "UTF-8", "ISO-8859-1" or "UTF-16BE"').default('UTF-8'),
  /** The Authorization header of reports and inbound texts, from the vendors that send such a one. */
  auth: z
    .union(
      [
        z.strictObject({ basic: z.strictObject({ username: text(AUTH), password: text(AUTH) }) }),
        z.strictObject({ bearer: text(AUTH) }),
      ],
      AUTH,
    )
    .optional(),
  /** Most reports in one post, where the vendor has room for several. */
  batchSize: z
    .int('give a whole number from 1 to 2000')
    .min(1, 'give at least 1')
    .max(2_000, 'give at most 2000')
    .default(100),
});

/** The whole language. Unknown fields are errors, so that a misspelt one is noticed. */
export const scriptSchema = z
  .strictObject({
    /** Decides every share and span below; the same seed replays the same run. */
    seed: text('give any text').default('heliograph'),
    /** What a message is known by to the dice: number and sender ID, or our message id. */
    decideBy: z.enum(['destination', 'messageId'], 'give "destination" or "messageId"').default('destination'),
    /** Keep the latest messages and CleverTap records for `/control`; counts are always kept. */
    record: z.boolean('give true or false').default(true),
    /** API keys, tokens and passwords that are refused; any other non-empty one is good. */
    refusedKeys: z.array(text('give keys as text'), 'give a list of keys').default([]),
    /** Time until a submission is answered. */
    latencyMs: span.default(0),
    /** The first rule that matches decides. */
    refuse: z.array(refuseRule, 'give a list of rules').default([]),
    /** Short for a rule: this share of the messages under `senderRefusedFor` is refused for its sender, at submit. */
    senderRefusedShare: share().default(0),
    senderRefusedFor: z.array(text('give sender IDs as text'), 'give a list of sender IDs').default([]),
    /** Short for a rule: this share of all numbers is refused, at submit. */
    badNumberShare: share().default(0),
    /** The first fault that strikes decides; each is about a whole request. */
    faults: z.array(fault, 'give a list of faults').default([]),
    receipts: receipts.prefault({}),
    clevertap: z
      .strictObject({
        latencyMs: span.default(0),
        faults: z.array(clevertapFault, 'give a list of faults').default([]),
      })
      .prefault({}),
  })
  .refine((script) => script.senderRefusedShare === 0 || script.senderRefusedFor.length > 0, {
    path: ['senderRefusedFor'],
    message: 'list the sender IDs that senderRefusedShare is about',
  });

/** A checked script with every default filled in. */
export type Script = z.infer<typeof scriptSchema>;

export const DEFAULT_SCRIPT: Script = scriptSchema.parse({});

/** One thing that is wrong with a script. */
export interface ScriptProblem {
  /** Path of the field, for example `receipts.late.share`. */
  field: string;
  /** What was given; null when nothing was. */
  value: unknown;
  remedy: string;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value ?? null;
}

/** Checks a script as given in JSON; never throws. */
export function readScript(input: unknown): { ok: true; script: Script } | { ok: false; problems: ScriptProblem[] } {
  const parsed = scriptSchema.safeParse(input, { reportInput: true });
  if (parsed.success) return { ok: true, script: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ field: issue.path.join('.') || '(script)', value: valueAt(input, issue.path), remedy: issue.message }];
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      value: valueAt(input, [...issue.path, key]),
      remedy: 'no such field: remove it or correct its name (docs/simulator.md lists all)',
    }));
  });
  return { ok: false, problems };
}

/** The refuse rules of a script, its two short forms included, in the order in which they are asked. */
export function refuseRules(script: Script): RefuseRule[] {
  const rules = [...script.refuse];
  if (script.senderRefusedShare > 0)
    rules.push({ outcome: 'sender', senders: script.senderRefusedFor, share: script.senderRefusedShare, at: 'submit' });
  if (script.badNumberShare > 0) rules.push({ outcome: 'recipient', share: script.badNumberShare, at: 'submit' });
  return rules;
}
