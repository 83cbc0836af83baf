import { randomBytes } from 'node:crypto';
import { createAccessTokens } from './access-token';
import { createConsoleSessions, SESSION_SECONDS } from './console-session';
import { createKeyring } from './keyring';
import { createSignedText } from './signed-text';

const key = () => ({ key: randomBytes(32) });
const [old, current] = [key(), key()];
const sessions = createConsoleSessions(createKeyring([current]));
const whose = { keyId: 'k1', accountId: 'acc_1' };

test('a session is read until its time is over', () => {
  const text = sessions.issue(whose, 0);
  expect(sessions.read(text, SESSION_SECONDS * 1_000 - 1)).toEqual({
    ...whose,
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    endsAtMs: SESSION_SECONDS * 1_000,
  });
  expect(sessions.read(text, SESSION_SECONDS * 1_000)).toBe('ended');
});

test('every process of the ring reads it, also after another master key came; a stranger’s ring does not', () => {
  const text = createConsoleSessions(createKeyring([old])).issue(whose, 0);
  expect(createConsoleSessions(createKeyring([current, old])).read(text, 0)).toMatchObject(whose);
  expect(sessions.read(text, 0)).toBeNull();
});

test('two sessions of a key are told apart; one that an earlier version gave has no id to end it by, and is over', () => {
  const [one, other] = [sessions.read(sessions.issue(whose, 0), 0), sessions.read(sessions.issue(whose, 0), 0)];
  expect(one).not.toEqual(other);
  const earlier = createSignedText(createKeyring([current]), 'console session').sign(['k1', 'acc_1', SESSION_SECONDS]);
  expect(sessions.read(earlier, 0)).toBe('ended');
});

test('an access token is no session, and a session no access token', () => {
  const tokens = createAccessTokens(createKeyring([current]));
  const token = tokens.issue({ keyId: 'k1', scopes: ['read'] }, 0);
  expect(sessions.read(token.replace('hgt_', ''), 0)).toBeNull();
  expect(tokens.read(`hgt_${sessions.issue(whose, 0)}`, 0)).toBeNull();
});
