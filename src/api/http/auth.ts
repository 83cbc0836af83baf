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
import type { EndedSessions } from './ended-sessions';
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

/** What a credential stands for. */
interface Holder {
  /** Of the key; of the environment's admin key, what tells it from others. */
  id: string;
  /** Whose it is. */
  accountId: string;
  /** What it may do in this request. */
  scopes: readonly Scope[];
  /** null = the admin key of the environment. */
  key: StoredKey | null;
  /** Of a session: the account that it was opened for. */
  actsFor?: string;
}

/** Who holds a credential, or why nobody does. */
type LookUp = { holder: Holder } | { holder: null; reason: FailureReason; keyId?: string; accountId?: string };

/** Whose key it was with which a request was refused. */
export type KeyOwner = Pick<Principal, 'accountId' | 'keyId'>;

const owners = new WeakMap<object, KeyOwner>();

/** Whom a refusal of {@link Authenticator.authenticate} concerns; undefined where that can't be told. */
export const ownerOf = (refusal: unknown): KeyOwner | undefined =>
  typeof refusal === 'object' && refusal !== null ? owners.get(refusal) : undefined;

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
  /** Ends the session that a request brings, and no other one of its key; of a key in a header there is none to end. */
  signOut(request: Request, actor: Principal): Promise<void>;
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
  endedSessions: EndedSessions;
  accounts: Accounts;
  failures: Failures;
  addresses: ClientAddresses;
  /** Of the environment: the key, or `sha256:<hex>` of it. `id` stands for it in the audit. */
  adminKey: { key: string; id: string } | undefined;
}

/** Looks up what a credential stands for; asks without counting it as a request. */
function createLookUp({
  keys,
  tokens,
  sessions,
  endedSessions,
  adminKey,
}: AuthenticatorDeps): (of: Credential) => Promise<LookUp> {
  const admin: (Holder & { hash: Buffer }) | null =
    adminKey === undefined
      ? null
      : { id: adminKey.id, accountId: DEFAULT_ACCOUNT, scopes: SCOPES, key: null, hash: adminKeyHash(adminKey.key) };

  const holderOf = (found: KeyLookUp, keyId: string, more: Partial<Holder> = {}): LookUp =>
    found.key === null
      ? { holder: null, reason: found.reason, keyId, accountId: found.accountId }
      : {
          holder: {
            id: found.key.id,
            accountId: found.key.accountId,
            scopes: found.key.scopes,
            key: found.key,
            ...more,
          },
        };

  async function ofSession(text: string): Promise<LookUp> {
    const session = sessions.read(text, Date.now());
    if (session === null || session === 'ended') return { holder: null, reason: session ?? 'malformed' };
    const { id, keyId, accountId: actsFor } = session;
    if (await endedSessions.has(id)) return { holder: null, reason: 'ended' };
    if (keyId === admin?.id) return { holder: { ...admin, actsFor } };
    return holderOf(await keys.valid(keyId), keyId, { actsFor });
  }

  return async (credential) => {
    if (credential.kind === 'session') return ofSession(credential.session);
    const presented = credential.kind === 'key' ? credential.key : credential.secret;
    if (admin !== null && credential.inFields !== true && timingSafeEqual(sha256(presented), admin.hash)) {
      return { holder: admin };
    }
    // An access token can do what was granted, as long as its key is valid.
    const grant = tokens.read(presented, Date.now());
    if (grant !== null) return holderOf(await keys.valid(grant.keyId), grant.keyId, { scopes: grant.scopes });
    const own = credential.kind === 'pair' ? { ...credential, id: credential.id.replace(/^hg_/, '') } : null;
    const pair = parseApiKey(presented) ?? own;
    if (pair === null) return { holder: null, reason: 'malformed' };
    return holderOf(await keys.withSecret(pair.id, pair.secret), pair.id);
  };
}

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { keys, sessions, endedSessions, accounts, failures, addresses } = deps;
  const lookUp = createLookUp(deps);

  /** @param chosen the account that an admin acts for; undefined = what the request or the session says, or its own. */
  async function identify(credential: Credential, request: Request, chosen?: string): Promise<Principal> {
    const isSession = credential.kind === 'session';
    if (isSession) checkSameOrigin(request);
    const found = await lookUp(credential);
    if (found.holder === null) {
      // A session whose time is over guesses nothing: it is not counted among those who do.
      if (isSession && found.reason === 'ended') throw new AppError('unauthorized', SESSION_ENDED);
      const told = refusal(request, found.reason, isSession ? SESSION_ENDED : WRONG_KEY, found.keyId);
      const { accountId, keyId } = found;
      throw accountId === undefined || keyId === undefined ? told : concerning(told, { accountId, keyId });
    }
    const { id: keyId, scopes, key, accountId: own, actsFor } = found.holder;
    try {
      if (key !== null) keys.use(key);
    } catch (error) {
      throw concerning(error, { accountId: own, keyId });
    }
    const wanted = chosen ?? request.get('x-account-id') ?? actsFor ?? own;
    const accountId = scopes.includes('admin') ? wanted : own;
    // Whether there is such an account. @throws AppError not-found
    if (accountId !== own) await accounts.context(accountId);
    return { accountId, keyId, scopes, ratePerSecond: key?.ratePerSecond ?? null };
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
    async signOut(request, actor) {
      const credential = credentialOf(request, undefined);
      const session = credential?.kind === 'session' ? sessions.read(credential.session, Date.now()) : null;
      await endedSessions.end(actor, session === 'ended' ? null : session);
    },
    async isStillGood(request, offered) {
      const credential = credentialOf(request, offered);
      return credential !== null && (await lookUp(credential)).holder !== null;
    },
    noteFailure(request, reason, keyId) {
      const told = refusal(request, reason, WRONG_KEY, keyId);
      if (told.code === 'too-many-failures') throw told;
    },
  };
}

/** @throws AppError forbidden */
function checkScope(principal: Principal, scope: Scope): void {
  const { scopes } = principal;
  if (hasScope(scopes, scope)) return;
  const told = `This needs a key with the scope "${scope}"; yours has ${scopes.join(', ')}`;
  throw concerning(new AppError('forbidden', told), principal);
}

/** Remembers whom a refusal concerns; one for too many failures concerns nobody. */
function concerning(refusal: unknown, { accountId, keyId }: KeyOwner): unknown {
  if (refusal instanceof AppError && refusal.code !== 'too-many-failures') owners.set(refusal, { accountId, keyId });
  return refusal;
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

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
