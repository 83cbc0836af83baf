/** Who is signed in. The key itself is not kept: the server gives a cookie that no script can read. */
import { effect, signal } from '@preact/signals';
import { send, sessionEnded, type Result } from './client';

export interface Session {
  accountId: string;
  accountName: string;
  scopes: string[];
  keyName: string;
  /** IANA name of the account's zone, in which all times are shown. */
  timezone: string;
}

/** undefined = not asked yet; null = nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined);
/** Why a person has to sign in again; null = there is nothing to say. */
export const signedOutBecause = signal<string | null>(null);

const SESSION = '/console/session';

/** Asks whether somebody is signed in. */
export async function loadSession(): Promise<Result<Session>> {
  const result = await send<Session>('get', SESSION, {});
  if (result.ok) session.value = result.data;
  else if (result.problem.status === 401) session.value = null;
  return result;
}

/** @param accountId of an admin's key: the account to act for; absent = the key's own. */
export async function signIn(key: string, accountId?: string): Promise<Result<unknown>> {
  const result = await send('post', SESSION, { body: { key, ...(accountId === undefined ? {} : { accountId }) } });
  if (!result.ok) return result;
  signedOutBecause.value = null;
  return loadSession();
}

export async function signOut(): Promise<Result<unknown>> {
  const result = await send('delete', SESSION, {});
  if (result.ok) session.value = null;
  return result;
}

/** Whether the signed-in key may do what needs this scope. */
export function may(scope: 'read' | 'send' | 'content' | 'manage' | 'admin'): boolean {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || scopes.includes('admin') || (scope === 'content' && scopes.includes('manage'));
}

/** From now on an answer that says so ends the session on the screen, too. */
export function watchSession(): () => void {
  return effect(() => {
    if (sessionEnded.value === 0 || !session.peek()) return;
    signedOutBecause.value = 'Your session has ended, or its key was revoked. Sign in again to go on where you were.';
    session.value = null;
  });
}
