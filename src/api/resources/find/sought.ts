/** What somebody typed, read as all that it can be. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { normaliseMsisdn } from '../../../core/messages/msisdn';

export interface Sought {
  accountId: string;
  scopes: readonly Scope[];
  /** As it was typed, without blanks around it. */
  text: string;
  /** E.164; null = it is no number. */
  msisdn: string | null;
  /** Four digits and more that may be part of a number; null = it is none, or a whole number. */
  part: string | null;
  /** It has the form of an id of a message. */
  uuid: string | null;
}

const NUMBER_LIKE = /^\+?[\d\s().-]+$/;
const PART = /^\d{4,15}$/;
/** Numbers that are refused today may be stored from before. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** @param country ISO 3166 alpha-2, for numbers without country code. */
export function readSought(q: string, country: string): Pick<Sought, 'text' | 'msisdn' | 'part' | 'uuid'> {
  const text = q.trim();
  const number = normaliseMsisdn(text, country);
  const msisdn = number.ok ? number.e164 : E164.test(text) ? text : null;
  const digits = NUMBER_LIKE.test(text) ? text.replace(/\D/g, '') : '';
  const uuid = z.uuid().safeParse(text).success ? text.toLowerCase() : null;
  return { text, msisdn, part: msisdn === null && PART.test(digits) ? digits : null, uuid };
}
