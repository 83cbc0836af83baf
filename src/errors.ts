/** Every error that a caller can see: one catalogue, a documentation page per code (`docs/errors.md`). */

export const ERRORS = {
  'malformed-body': { status: 400, title: 'The body can’t be read' },
  undecryptable: { status: 400, title: 'The body can’t be decrypted' },
  'malformed-request': { status: 400, title: 'The request can’t be read' },
  'invalid-request': { status: 400, title: 'The request has invalid fields' },
  'credentials-required': { status: 400, title: 'The credentials have to be given anew' },
  unauthorized: { status: 401, title: 'The credentials are missing or wrong' },
  forbidden: { status: 403, title: 'The key’s scopes don’t allow this' },
  'cross-site': { status: 403, title: 'The request comes from a page of another site' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The route has no such method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'no-gateway': { status: 409, title: 'The account has no gateway' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'template-in-use': { status: 409, title: 'The template is used by groups' },
  'member-exists': { status: 409, title: 'The group has this number' },
  'code-spent': { status: 409, title: 'The code is no longer valid' },
  'gateway-in-use': { status: 409, title: 'The gateway has open messages' },
  'gateway-in-route': { status: 409, title: 'Routes send over the gateway' },
  'wrong-state': { status: 409, title: 'The thing is in another state' },
  'already-left': { status: 409, title: 'The message has left' },
  'already-resent': { status: 409, title: 'The message was sent again before' },
  'confirm-needed': { status: 409, title: 'The message may have arrived' },
  'text-gone': { status: 409, title: 'The message’s text is deleted' },
  'recipient-suppressed': { status: 409, title: 'The number may not be sent to' },
  'gateway-not-in-route': { status: 409, title: 'The gateway is not on the message’s route' },
  'gateway-unusable': { status: 409, title: 'The gateway takes no messages now' },
  'upload-not-ready': { status: 409, title: 'The upload is not ready' },
  'audience-suppressed': { status: 409, title: 'Nobody in the audience may be sent to' },
  'upload-in-use': { status: 409, title: 'The upload is used by campaigns' },
  'group-in-use': { status: 409, title: 'The group is used by campaigns' },
  'no-test-phone': { status: 409, title: 'The account has no verified test phone' },
  'quota-reached': { status: 409, title: 'The account has as many as it may' },
  'below-floor': { status: 409, title: 'The operator has set a minimum' },
  'nothing-failed': { status: 409, title: 'Nothing failed that could be sent again' },
  'over-limit': { status: 409, title: 'The account’s limits don’t allow this' },
  'idempotency-mismatch': { status: 409, title: 'The idempotency key belongs to another request' },
  'idempotency-in-progress': { status: 409, title: 'The first request is under way' },
  'too-large': { status: 413, title: 'The body is too large' },
  'too-many-records': { status: 413, title: 'The request has too many records' },
  'uri-too-long': { status: 414, title: 'The query is too long' },
  'unsupported-media-type': { status: 415, title: 'The body has another type' },
  'rate-limited': { status: 429, title: 'The key sends too many requests' },
  'too-many-failures': { status: 429, title: 'Too many requests without a valid key' },
  'too-many-codes': { status: 429, title: 'The phone got too many codes' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  unavailable: { status: 503, title: 'The message store can’t be reached' },
  busy: { status: 503, title: 'Too much is being received at once' },
  'temporal-unavailable': { status: 503, title: 'Temporal can’t be reached' },
  'test-unanswered': { status: 503, title: 'No worker has answered' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong with a request. */
export interface Problem {
  /** Where: a field, or a path such as `nodes[3].to`. */
  field: string;
  /** What is wrong and what would be right. */
  message: string;
}

/** An error that is answered to the caller. Its message is public; internal detail goes into `cause`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly title: string;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly options: { problems?: Problem[]; retryAfterSeconds?: number; cause?: unknown; extra?: object } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = ERRORS[code].status;
    this.title = ERRORS[code].title;
  }
}
