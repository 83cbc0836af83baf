/** Who sends during a run: accounts, each over a gateway of its own to a vendor that the simulator plays. */

/**
 * What a vendor can say about a request whose answer was lost: it knows `our ids`, and the same request is recognised; it
 * `can be asked`; it knows only `its own`, so that nobody can tell.
 */
export type Knowledge = 'our ids' | 'can be asked' | 'its own';

export interface Party {
  /** Of the account, of its gateway, and of its accounts at the vendor and at CleverTap. */
  name: string;
  provider: string;
  knows: Knowledge;
  credentials: object;
  /** Of the gateway, beside what all have. */
  gateway?: { defaultSender?: string; ratePerSecond?: number };
  /** What each of its records carries beside the recipient and the text. */
  record?: Record<string, string>;
  /** Of its vendor, in place of the common one. */
  script?: object;
  /**
   * `mixed`: singles, batches and campaigns. `passwords`: a password now and then, whose way is watched. `mixed` parties
   * with a `ratePerSecond` are watched for it.
   */
  traffic: 'mixed' | 'passwords';
}

/** Requests of a gateway that may be on the wire at once. */
export const MAX_IN_FLIGHT = 6;

const NUMBER = '+15005550006';

/** Some numbers are refused in the answer, some by report; reports come late, twice, early and out of order. */
export const COMMON_SCRIPT = {
  latencyMs: { min: 50, max: 600 },
  badNumberShare: 0.03,
  refuse: [{ outcome: 'recipient', at: 'receipt', share: 0.05 }],
  receipts: {
    delayMs: { min: 50, max: 1_500 },
    late: { share: 0.1, delayMs: 8_000 },
    twice: 0.05,
    early: 0.05,
    intermediate: 0.1,
    reordered: 0.05,
  },
  clevertap: { latencyMs: { min: 20, max: 300 } },
};

export const PARTIES: readonly Party[] = [
  {
    name: 'infobip',
    provider: 'infobip',
    knows: 'our ids',
    credentials: { apiKey: 'chaos' },
    gateway: { ratePerSecond: 20 },
    traffic: 'mixed',
  },
  {
    name: 'twilio',
    provider: 'twilio',
    knows: 'can be asked',
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'chaos' },
    gateway: { defaultSender: NUMBER },
    traffic: 'mixed',
  },
  {
    name: 'pingbix',
    provider: 'pingbix',
    knows: 'its own',
    credentials: { userId: 'chaos', password: 'chaos-password' },
    traffic: 'mixed',
  },
  {
    name: 'mobtexting',
    provider: 'mobtexting',
    knows: 'can be asked',
    credentials: { token: 'chaos' },
    traffic: 'mixed',
  },
  {
    name: 'clickatell',
    provider: 'clickatell',
    knows: 'its own',
    credentials: { apiKey: 'chaos' },
    traffic: 'mixed',
  },
  {
    name: 'clickatell-legacy',
    provider: 'clickatell-legacy',
    knows: 'its own',
    credentials: { username: 'chaos', password: 'chaos-password', apiId: '1' },
    traffic: 'mixed',
  },
  {
    name: 'times-mobile',
    provider: 'times-mobile',
    knows: 'its own',
    credentials: { username: 'chaos', password: 'chaos-password' },
    record: { templateid: '1107160016156755389' },
    traffic: 'mixed',
  },
  // A vendor that throttles, fails, takes seconds, and loses answers of what it took.
  {
    name: 'troubled',
    provider: 'infobip',
    knows: 'our ids',
    credentials: { apiKey: 'chaos-troubled' },
    script: {
      ...COMMON_SCRIPT,
      latencyMs: { min: 200, max: 1_500 },
      faults: [
        // Each halves the rate for a while: with many of them a run would not come to its end.
        { kind: 'throttle', share: 0.02, retryAfterSeconds: 2 },
        { kind: 'serverError', share: 0.03 },
        { kind: 'reset', share: 0.05, at: 'after' },
        { kind: 'timeout', share: 0.02, holdMs: 5_000 },
      ],
    },
    traffic: 'mixed',
  },
  {
    name: 'watched',
    provider: 'infobip',
    knows: 'our ids',
    credentials: { apiKey: 'chaos-watched' },
    script: { ...COMMON_SCRIPT, badNumberShare: 0, refuse: [], receipts: { delayMs: 100 } },
    traffic: 'passwords',
  },
];
