/** `POST /oauth/token`: OAuth 2.0 client credentials (RFC 6749, section 4.4). The client is an API key. */
import type { Request } from 'express';
import { ACCESS_TOKEN_SECONDS } from '../../../core/accounts/access-token';
import { SCOPES, type Scope } from '../../../core/accounts/api-key';
import type { StoredKey } from '../../../store/accounts/api-keys';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Endpoint } from '../../endpoint';
import { basicCredentials } from '../../http/auth';
import { bodyText, parseForm } from '../../http/fields';
import { form, refusal, token } from './schema';

/** Errors of RFC 6749, section 5.2, with their status. */
const STATUS = { invalid_request: 400, invalid_client: 401, unsupported_grant_type: 400, invalid_scope: 400 } as const;

/** Raised and caught inside this file only. */
class Refusal extends Error {
  constructor(
    readonly code: keyof typeof STATUS,
    description: string,
  ) {
    super(description);
  }
}

export const oauth: Endpoint[] = [
  endpoint(
    {
      id: 'createAccessToken',
      method: 'post',
      path: '/oauth/token',
      tag: 'API keys',
      summary: 'OAuth 2.0 client credentials: an access token for an hour.',
      scope: null,
      takes: { schema: form, types: ['application/x-www-form-urlencoded'] },
      answers: {
        200: { description: 'The token.', schema: token },
        400: { description: 'The request is wrong.', schema: refusal },
        401: { description: 'The client is wrong.', schema: refusal },
      },
      errors: ['unavailable', 'busy', 'rate-limited', 'too-many-failures'],
    },
    async ({ deps, request, response }) => {
      response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
      try {
        return await grant(deps, request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === 'invalid_client') response.set('WWW-Authenticate', 'Basic realm="heliograph"');
        return reply(STATUS[error.code], { error: error.code, error_description: error.message });
      }
    },
  ),
];

/** @throws Refusal, AppError rate-limited, too-many-failures */
async function grant({ auth, keys, tokens }: ApiDeps, request: Request): Promise<object> {
  const parameters = readForm(request);
  checkGrant(parameters);
  const { id, secret } = readClient(request, parameters);
  const keyId = id.replace(/^hg_/, '');
  const found = await keys.withSecret(keyId, secret);
  if (found.key === null) {
    auth.noteFailure(request, found.reason, keyId);
    throw new Refusal('invalid_client', 'The client is unknown, revoked or expired, or its secret is wrong');
  }
  const { key } = found;
  keys.use(key, 'token');
  const scopes = readScopes(parameters.get('scope'), key);
  return {
    access_token: tokens.issue({ keyId: key.id, scopes }, Date.now()),
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: scopes.join(' '),
  };
}

/** Parameters by name; an empty one counts as absent. */
function readForm(request: Request): Map<string, string> {
  if (request.is('application/x-www-form-urlencoded') === false) {
    throw new Refusal('invalid_request', 'Send the parameters as application/x-www-form-urlencoded');
  }
  const form = new Map<string, string>();
  for (const [name, value] of parseForm(bodyText(request))) {
    if (form.has(name)) throw new Refusal('invalid_request', `The parameter ${name} comes twice`);
    if (value !== '') form.set(name, value);
  }
  return form;
}

function checkGrant(form: Map<string, string>): void {
  const grant = form.get('grant_type');
  if (grant === undefined) throw new Refusal('invalid_request', 'grant_type is missing: it must be client_credentials');
  if (grant !== 'client_credentials')
    throw new Refusal('unsupported_grant_type', 'grant_type must be client_credentials');
}

/** From the header or from the form, but not from both (RFC 6749, section 2.3). */
function readClient(request: Request, form: Map<string, string>): { id: string; secret: string } {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  const header = basicCredentials(request.get('authorization') ?? '');
  if (header === null) {
    if (id !== undefined && secret !== undefined) return { id, secret };
    throw new Refusal('invalid_client', 'Send client_id and client_secret, in the form or as Basic authentication');
  }
  if (secret !== undefined || (id !== undefined && id !== header.id)) {
    throw new Refusal('invalid_request', 'The client authenticates twice: by header and by form');
  }
  return header;
}

/** What the client asks for, within what its key may do; by default all of that. */
function readScopes(asked: string | undefined, key: StoredKey): readonly Scope[] {
  if (asked === undefined) return key.scopes;
  const words = new Set(asked.split(' '));
  const allowed: readonly string[] = key.scopes.includes('admin') ? SCOPES : key.scopes;
  const beyond = [...words].find((word) => !allowed.includes(word));
  if (beyond !== undefined) {
    throw new Refusal(
      'invalid_scope',
      `The client has no scope ${JSON.stringify(beyond)}; it has ${allowed.join(' ')}`,
    );
  }
  return SCOPES.filter((scope) => words.has(scope));
}
