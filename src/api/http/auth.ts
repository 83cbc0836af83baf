/**
 * Who is asking: an API key, or an access token of one, in a header or, on the CleverTap routes only, in the fields; in a
 * browser a session of the console.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { AccessTokens } from '../../core/accounts/access-token';
import { adminKeyHash } from '../../core/accounts/admin-key';
import { hasScope, parseApiKey, SCOPES, type Scope } from '../../core/accounts/api-key';
import type { ConsoleSessions } from '../../core/accounts/console-session';
import { AppError } from '../../errors';
import type { StoredKey } from '../../store/accounts/api-keys';
import type { Accounts } from './account-context';
import type { ClientAddresses } from './client-address';
import { credentialIn, type PresentedFields } from './credential-fields';
import type { FailureReason, Failures } from './failures';
import type { KeyLookUp, Keys } from './keys';
import { checkSameOrigin, sessionIn } from './session-cookie';

export interface Principal {
  accountId: string;
  /** The key that asks; of the environment's admin key, what tells it from others. */
  keyId: string;
  scopes: readonly Scope[];
  /** Requests per second; null = unlimited. */
  ratePerSecond: number | null;
}

/** A key and what it may do in this request, or why there is none. */
type KeyInUse = { key: StoredKey; scopes: readonly Scope[] } | { key: null; reason: FailureReason; keyId?: string };

/** A header credential, or what a CleverTap route's fields carry. */
type KeyCredential = PresentedFields & { inFields?: true };
type Credential = KeyCredential | { kind: 'session'; session: string };

/** Fields that may carry a credential, and whether they are all that there are. */
export interface OfferedFields {
  fields: Record<string, unknown>;
  /** Of the body only so much was read, as people write it: `256 KB`; absent = all. */
  within?: string;
}

export interface Authenticator {
  /**
   * By a header alone this needs nothing of the body.
   * @param offered the request's fields on a CleverTap route; a header credential wins over them, because partner
   * payloads carry foreign user names.
   * @throws AppError unauthorized, too-many-failures, forbidden, rate-limited, not-found for an `X-Account-Id` of nobody
   */
  authenticate(request: Request, scope: Scope, offered?: OfferedFields): Promise<Principal>;
  /**
   * A key that a person signs in with, in whatever account it acts for.
   * @param accountId that an admin's key shall act for; undefined = its own.
   * @returns who it is, and the session to give to the browser.
   * @throws AppError as `authenticate` does
   */
  signIn(request: Request, key: string, accountId: string | undefined): Promise<{ actor: Principal; session: string }>;
  /** Whether what a request has shown is still good; asks without counting it as a request. */
  isStillGood(request: Request, offered?: OfferedFields): Promise<boolean>;
  /** A request has no valid key. @throws AppError too-many-failures, where it is one of many, and only then */
  noteFailure(request: Request, reason: FailureReason, keyId?: string): void;
}

const DEFAULT_ACCOUNT = 'default';

export interface AuthenticatorDeps {
  keys: Keys;
  tokens: AccessTokens;
  sessions: ConsoleSessions;
  accounts: Accounts;
  failures: Failures;
  addresses: ClientAddresses;
  /** Of the environment: the key, or `sha256:<hex>` of it. `id` stands for it in the audit. */
  adminKey: { key: string; id: string } | undefined;
}

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { keys, tokens, sessions, accounts, failures, addresses } = deps;
  const admin = deps.adminKey === undefined ? null : { id: deps.adminKey.id, hash: adminKeyHash(deps.adminKey.key) };

  const isAdminKey = (presented: string, { inFields }: KeyCredential): boolean =>
    admin !== null && inFields !== true && timingSafeEqual(sha256(presented), admin.hash);

  async function identify(credential: Credential, request: Request, chosen?: string): Promise<Principal> {
    if (credential.kind === 'session') return identifySession(credential.session, request);
    const account = chosen ?? request.get('x-account-id');
    if (isAdminKey(secretOf(credential), credential)) return adminFor(account);
    const found = await keyOf(credential);
    if (found.key === null) throw refusal(request, found.reason, WRONG_KEY, found.keyId);
    return actorOf(found.key, found.scopes, account);
  }

  async function identifySession(text: string, request: Request): Promise<Principal> {
    checkSameOrigin(request);
    const session = sessions.read(text, Date.now());
    // One whose time is over guesses nothing: it is not counted among those who do.
    if (session === 'ended') throw new AppError('unauthorized', SESSION_ENDED);
    if (session === null) throw refusal(request, 'malformed', SESSION_ENDED);
    const account = request.get('x-account-id') ?? session.accountId;
    if (session.keyId === admin?.id) return adminFor(account);
    const found = await keys.valid(session.keyId);
    if (found.key === null) throw new AppError('unauthorized', SESSION_ENDED);
    return actorOf(found.key, found.key.scopes, account);
  }

  async function actorOf(key: StoredKey, scopes: readonly Scope[], account: string | undefined): Promise<Principal> {
    keys.use(key);
    const accountId = scopes.includes('admin') ? await chosenAccount(account, key.accountId) : key.accountId;
    return { accountId, keyId: key.id, scopes, ratePerSecond: key.ratePerSecond };
  }

  async function adminFor(account: string | undefined): Promise<Principal> {
    const accountId = await chosenAccount(account, DEFAULT_ACCOUNT);
    return { accountId, keyId: admin!.id, scopes: SCOPES, ratePerSecond: null };
  }

  /** The account that an admin acts for. @throws AppError not-found */
  async function chosenAccount(chosen: string | undefined, own: string): Promise<string> {
    if (chosen === undefined || chosen === own) return own;
    await accounts.context(chosen);
    return chosen;
  }

  async function isSessionGood(text: string): Promise<boolean> {
    const session = sessions.read(text, Date.now());
    if (session === null || session === 'ended') return false;
    return session.keyId === admin?.id || (await keys.valid(session.keyId)).key !== null;
  }

  async function keyOf(credential: KeyCredential): Promise<KeyInUse> {
    const presented = secretOf(credential);
    // An access token can do what was granted, as long as its key is valid.
    const grant = tokens.read(presented, Date.now());
    if (grant !== null) return inUse(await keys.valid(grant.keyId), grant.keyId, grant.scopes);
    const own = credential.kind === 'pair' ? { ...credential, id: credential.id.replace(/^hg_/, '') } : null;
    const pair = parseApiKey(presented) ?? own;
    if (pair === null) return { key: null, reason: 'malformed' };
    return inUse(await keys.withSecret(pair.id, pair.secret), pair.id);
  }

  /** What is told to who has no valid key. */
  function refusal(request: Request, reason: FailureReason, message: string, keyId?: string): AppError {
    const waitMs = failures.note({ reason, party: addresses.partyOf(request), keyId });
    if (waitMs === 0) return new AppError('unauthorized', message);
    return new AppError(
      'too-many-failures',
      'Too many requests without a valid key come from this address, or try secrets of this key: a valid key passes',
      { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
    );
  }

  return {
    async authenticate(request, scope, offered) {
      const credential = credentialOf(request, offered);
      if (credential === null) throw refusal(request, 'no-key', noKey(offered?.within));
      const principal = await identify(credential, request);
      checkScope(principal, scope);
      return principal;
    },
    async signIn(request, key, accountId) {
      // An access token has fewer scopes than its key, which the session would stand for.
      const actor = await identify({ kind: 'key', key: key.startsWith('hgt_') ? '' : key }, request, accountId);
      checkScope(actor, 'read');
      return { actor, session: sessions.issue(actor, Date.now()) };
    },
    async isStillGood(request, offered) {
      const credential = credentialOf(request, offered);
      if (credential === null) return false;
      if (credential.kind === 'session') return isSessionGood(credential.session);
      return isAdminKey(secretOf(credential), credential) || (await keyOf(credential)).key !== null;
    },
    noteFailure(request, reason, keyId) {
      const told = refusal(request, reason, WRONG_KEY, keyId);
      if (told.code === 'too-many-failures') throw told;
    },
  };
}

/** @throws AppError forbidden */
function checkScope({ scopes }: Principal, scope: Scope): void {
  if (hasScope(scopes, scope)) return;
  throw new AppError('forbidden', `This needs a key with the scope "${scope}"; yours has ${scopes.join(', ')}`);
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

const secretOf = (credential: KeyCredential): string =>
  credential.kind === 'key' ? credential.key : credential.secret;

const inUse = (found: KeyLookUp, keyId: string, scopes?: readonly Scope[]): KeyInUse =>
  found.key === null ? { ...found, keyId } : { key: found.key, scopes: scopes ?? found.key.scopes };

const WRONG_KEY = 'The API key or access token is wrong, expired or revoked';

const SESSION_ENDED = 'The session has ended, or its key was revoked: sign in again';

const noKey = (within: string | undefined): string =>
  `No API key${within === undefined ? '' : ` in a header, nor within the first ${within} of the body`}: send it as ` +
  '"Authorization: Bearer hg_…", as X-Api-Key, or as the password of Basic authentication';

function credentialOf(request: Request, offered: OfferedFields | undefined): Credential | null {
  const header = headerCredential(request);
  if (header !== null) return header;
  const inFields = offered === undefined ? null : credentialIn(offered.fields);
  if (inFields !== null) return { ...inFields, inFields: true };
  const partner = offered === undefined ? null : partnerCredential(request);
  if (partner !== null) return partner;
  const session = sessionIn(request);
  return session === null ? null : { kind: 'session', session };
}

/** Whether a header has a credential, right or wrong: it wins over fields, so the body need not be read first. */
export const presentsCredential = (request: Request): boolean => headerCredential(request) !== null;

function headerCredential(request: Request): KeyCredential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined && authorization !== '') {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (/^bearer$/i.test(scheme)) return { kind: 'key', key: value };
    const pair = basicCredentials(authorization);
    return pair === null ? { kind: 'key', key: authorization } : { kind: 'pair', ...pair };
  }
  const apiKey = request.get('x-api-key');
  return apiKey === undefined ? null : { kind: 'key', key: apiKey };
}

/** User and password of a Basic `Authorization`; null for another scheme. */
export function basicCredentials(authorization: string): { id: string; secret: string } | null {
  const [, encoded] = /^basic\s+(\S+)/i.exec(authorization) ?? [];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return { id: decoded.slice(0, Math.max(0, colon)), secret: decoded.slice(colon + 1) };
}

/** Headers in which partners' forms carry the key (CleverTap partner guides: Kaleyra, OneXtel). */
const PARTNER_HEADERS = ['api-key', 'onexkey'];

function partnerCredential(request: Request): KeyCredential | null {
  for (const name of PARTNER_HEADERS) {
    const key = request.get(name);
    if (key !== undefined) return { kind: 'key', key };
  }
  return null;
}
