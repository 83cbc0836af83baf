/** `/console/session`: signing in to the console, and out. */
import { findKeyName } from '../../../store/accounts/api-keys';
import { insertAudit } from '../../../store/accounts/audit';
import { endpoint, type Endpoint } from '../../endpoint';
import { checkMediaType, JSON_ONLY, refuseForeignSite } from '../../http/browser';
import { endedCookie, sessionCookie } from '../../http/session-cookie';
import { sessionAnswer, signInBody } from './schema';

const SESSION = '/console/session';
const tag = 'Console';
const ADMIN_KEY_NAME = 'admin key of the environment';

export const consoleSession: Endpoint[] = [
  endpoint(
    {
      id: 'signIn',
      method: 'post',
      path: SESSION,
      tag,
      summary: 'Signs a browser in with a key.',
      description:
        'The answer sets the cookie `heliograph_session` (HttpOnly, SameSite=Strict, 12 hours). The operations API takes it in place of a key in requests of the console’s own origin, and from those that change something only with the header `X-Heliograph-Console: 1`. The key is looked up at each of them, so it ends its sessions when it ends.',
      scope: null,
      body: { schema: signInBody },
      answers: { 204: { description: 'Signed in; the cookie is set.' } },
      errors: [
        'malformed-body',
        'invalid-request',
        'unsupported-media-type',
        'unauthorized',
        'forbidden',
        'cross-site',
        'rate-limited',
        'too-many-failures',
        'unavailable',
        'busy',
        'not-found',
      ],
    },
    async ({ deps, body, request, response }) => {
      refuseForeignSite(request);
      checkMediaType(request, JSON_ONLY);
      const { actor, session } = await deps.auth.signIn(request, body.key, body.accountId);
      await insertAudit(deps.database.db, actor, { action: 'session.created', subject: actor.keyId });
      response.setHeader('Set-Cookie', sessionCookie(session, deps.publicUrl));
    },
  ),
  endpoint(
    {
      id: 'getSession',
      method: 'get',
      path: SESSION,
      tag,
      summary: 'Who is signed in.',
      scope: 'read',
      answers: { 200: { description: 'The session, or the key that asks.', schema: sessionAnswer } },
    },
    async ({ deps, actor: { accountId, keyId, scopes } }) => {
      const { account } = await deps.accounts.context(accountId);
      const keyName = (await findKeyName(deps.database.db, keyId)) ?? ADMIN_KEY_NAME;
      return { accountId, accountName: account.name, scopes: [...scopes], keyName, timezone: account.timezone };
    },
  ),
  endpoint(
    {
      id: 'signOut',
      method: 'delete',
      path: SESSION,
      tag,
      summary: 'Signs the browser out.',
      description:
        'The session ends on the server: a copy of its cookie is refused from now on. Other sessions of the key go on.',
      scope: 'read',
      answers: { 204: { description: 'Signed out; the cookie is gone.' } },
    },
    async ({ deps, actor, request, response }) => {
      await deps.auth.signOut(request, actor);
      response.setHeader('Set-Cookie', endedCookie(deps.publicUrl));
    },
  ),
];
