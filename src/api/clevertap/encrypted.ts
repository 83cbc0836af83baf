/**
 * Bodies that CleverTap encrypted ("CPaaS encryption"): `ciphertext` in the body, IV and version of the key in the
 * headers. Credentials can't be inside: which keys there are is known only once the account is.
 */
import type { Request } from 'express';
import { isJsonObject } from '../http/json';
import { CIPHERTEXT, decryptPayload, IV_HEADER, KEY_VERSION_HEADER } from '../../core/accounts/payload-encryption';
import { AppError } from '../../errors';
import { openEncryption } from '../../store/accounts/account-encryption';
import { parseFields } from '../http/fields';
import type { ApiDeps } from '../deps';

/**
 * The body as it was before CleverTap encrypted it: JSON, or form fields. One that is not encrypted is returned as it
 * is; the marks are the headers and the field `ciphertext`.
 * @throws AppError undecryptable
 */
export async function openBody(
  deps: Pick<ApiDeps, 'accounts' | 'sealer'>,
  accountId: string,
  request: Pick<Request, 'get'>,
  body: unknown,
): Promise<unknown> {
  const iv = request.get(IV_HEADER);
  const version = request.get(KEY_VERSION_HEADER);
  const ciphertext = isJsonObject(body) ? body[CIPHERTEXT] : undefined;
  if (iv === undefined && version === undefined && ciphertext === undefined) return body;
  if (typeof ciphertext !== 'string') throw refuse('the body must have the field "ciphertext", a string');
  if (iv === undefined) throw refuse('the header X-AES-IV is missing');
  if (version === undefined) throw refuse('the header X-AES-KEY-VERSION is missing');

  const { account } = await deps.accounts.context(accountId);
  const setting = openEncryption(deps.sealer, account);
  if (setting === null)
    throw refuse('the account has no encryption keys: give them with PATCH /api/v1/accounts/{id}, "encryption"');
  const key = setting.keys.find((one) => one.version === version)?.key;
  if (key === undefined) throw refuse(`the account has no key of the version ${JSON.stringify(version)}`);
  const opened = decryptPayload({ iv, ciphertext }, key, setting.encoding);
  if (opened.ok) return parse(opened.plain, version);
  if (opened.part === 'iv') throw refuse(`the header X-AES-IV ${opened.problem}`);
  throw opened.part === undefined ? unfit(version) : refuse(`${opened.part} ${opened.problem}`);
}

/** How JSON begins, or a form. */
const PAYLOAD = /^\s*[[{]|^[^=&\s]+=/;

function parse(plain: Buffer, version: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    if (PAYLOAD.test(text)) return parseFields(text);
  } catch {
    // Answered like bytes that don't open at all.
  }
  throw unfit(version);
}

/** One answer for bad padding and for a text that means nothing: two would tell an attacker about the plaintext. */
const unfit = (version: string): AppError =>
  refuse(
    `it does not open with the key ${version}, or what is inside is neither JSON nor a form: check key, IV and template`,
  );

const refuse = (problem: string): AppError => new AppError('undecryptable', `The body can’t be decrypted: ${problem}`);
