/** Routes of setting up and looking after that docs/openapi.json does not have yet; see `coming.ts`. */

/** One request by which messages came in. */
export interface IngressRequest {
  id: string;
  at: string;
  shape: string;
  route: string;
  keyId: string | null;
  keyName: string | null;
  /** Of the answer. */
  status: number;
  outcome: 'refused' | 'partly' | 'taken';
  /** Why the request as a whole was refused. */
  code?: string | null;
  message?: string;
  accepted: number;
  rejected: number;
  problems: {
    /** Place of the record in the request, from 0; null = it is about the request. */
    index: number | null;
    to: string | null;
    meta: string | null;
    field: string | null;
    code: string;
    message: string;
  }[];
  /** Without credentials; shown to `content`. */
  body?: string | null;
}

/** The latest request of a key in one contract. */
export interface LatestRequest {
  keyId: string;
  keyName: string | null;
  shape: string;
  at: string;
  status: number;
  outcome: IngressRequest['outcome'];
  code?: string | null;
  /** The latest of which something was taken. */
  takenAt?: string;
}

/** One check of a deployment. */
export interface Finding {
  id: string;
  state: 'ok' | 'warn' | 'fail';
  sentence: string;
  remedy: string | null;
}

/** How a webhook does. */
export interface WebhookHealth {
  state: 'ok' | 'failing' | 'paused' | 'idle';
  /** Of the last hour; null = nothing was sent. */
  successShare: number | null;
  waiting: number;
  oldestWaitingAt: string | null;
  lastError: { at: string; status?: number; message: string } | null;
}

interface Answers<Answer> {
  responses: { 200: { content: { 'application/json': Answer } } };
}

export interface ComingSetUp {
  '/api/v1/requests': {
    get: {
      parameters: {
        query?: {
          outcome?: IngressRequest['outcome'];
          to?: string;
          meta?: string;
          from?: string;
          until?: string;
          cursor?: string;
          limit?: number;
        };
      };
    } & Answers<{ items: IngressRequest[]; nextCursor: string | null }>;
  };
  '/api/v1/requests/latest': { get: Answers<{ items: LatestRequest[] }> };
  '/api/v1/requests/{id}': { get: { parameters: { path: { id: string } } } & Answers<IngressRequest> };
  '/api/v1/doctor': { get: Answers<{ checks: Finding[] }> };
  '/api/v1/clevertap/test': {
    post: {
      requestBody?: {
        content: {
          'application/json': { shape: 'generic' | 'mobtexting' | 'times-mobile'; to?: string; sender?: string };
        };
      };
    } & Answers<{
      shape: string;
      request: { method: string; path: string; body: Record<string, string> };
      answer: { status: number; body: Record<string, unknown> };
      messageIds: string[];
    }>;
  };
}
