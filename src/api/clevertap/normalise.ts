/** From the values of one record to messages that can be stored. Pure. */
import { MAX_META_LENGTH } from '../../core/audience/upload-row';
import { isBlank, withoutBlanks } from '../../core/messages/blank';
import { ageLimit, lastMoment, MAX_AGE_SECONDS, validUntilProblem, type MaxAge } from '../../core/messages/age';
import { maskDigits, normaliseMsisdn } from '../../core/messages/msisdn';
import { MAX_LATE_MS, parseSendTime } from '../../core/time/schedule';
import { segment, type Encoding } from '../../core/messages/segments';
import { smartText } from '../../core/messages/smart-encoding';
import { MAX_SENDER_LENGTH } from '../../core/gateways/sender';
import type { MessageOptions } from '../../store/tables';
import { isStorable, UNSTORABLE_MESSAGE } from '../http/text';
import type { RecordProblem, RecordProblemCode } from '../ingress/record-problem';
import type { Field, NamedValues } from './fields';
import { unreplacedToken } from './tokens';

/** What the account contributes to a record. */
export interface AccountDefaults {
  /** IANA zone in which a `time` without offset is read. */
  timezone: string;
  /** ISO 3166 alpha-2, for numbers without country code. */
  country: string;
  service: string;
  /** Services that are promotional in the account, beside those that are so for everybody; absent = none. */
  promotionalServices?: readonly string[];
  /** Typographic characters become GSM letters; absent = they stay. */
  smartEncoding?: boolean;
  /** For a record that says neither `maxAgeSeconds` nor `validUntil`. */
  maxAge: Readonly<MaxAge>;
}

/** A record that can be stored, once its webhook is known. */
export interface AcceptableRecord {
  /** E.164; one message each. */
  recipients: string[];
  text: string;
  meta: string | null;
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  encoding: Encoding;
  segments: number;
  dueAt: Date | null;
  /** From then on it is too old to leave; null = never. */
  validUntil: Date | null;
  webhookId: string | null;
  callbackUrl: string | null;
}

export type NormalisedRecord = { ok: true; record: AcceptableRecord } | { ok: false; problem: RecordProblem };

/** What {@link isStorable} refuses, as JSON spells it. */
const UNSTORABLE_JSON = /\\u(0000|d[89a-f])/;
/** Longer than a header or a short code. */
const LOST_PLUS = /^ \d{9,15}$/;
const MAX_SERVICE_LENGTH = 20;
/** Infobip takes 25 parts, the most of all providers; 4,000 characters are beyond every one of them. */
const MAX_TEXT_LENGTH = 4_000;
const MAX_RECIPIENTS = 1_000;
const MAX_PORT = 65_535;
const TYPES = new Map<unknown, 'unicode' | 'plain'>([
  ['u', 'unicode'],
  ['U', 'unicode'],
  ['n', 'plain'],
  ['N', 'plain'],
]);

const NO: ReadonlySet<unknown> = new Set([false, 0, '0', 'false', 'False', 'FALSE']);

/** A blank behind each comma is how lists are written; one in front of the first number may be a plus sign that was lost. */
function partsOf(list: string): string[] {
  const parts = list.split(',').filter((part) => part.trim() !== '');
  return list.startsWith(' ') ? parts : parts.map((part) => part.trim());
}

/** Raised and caught inside this file only: the first problem of a record ends its reading. */
class Rejected extends Error {
  constructor(readonly problem: RecordProblem) {
    super(problem.message);
  }
}

export function normaliseRecord(
  { values, names, extra, repeated }: NamedValues,
  account: AccountDefaults,
  now: Date,
): NormalisedRecord {
  const reader = new RecordReader(values, names);
  try {
    if (repeated !== undefined) reader.refuseRepeated(repeated);
    const type = readType(reader);
    const templateId = reader.dltId('templateId');
    const asGiven = reader.required('text', 'the text of the message', MAX_TEXT_LENGTH);
    const port = reader.integer('port', 1, MAX_PORT);
    const wanted = { type: type ?? 'auto', port: port !== undefined } as const;
    // A registered text is compared letter by letter.
    const smart = account.smartEncoding === true && templateId === undefined ? smartText(asGiven, wanted) : null;
    const text = smart?.text ?? asGiven;
    const segmentation = smart?.segmentation ?? segment(text, wanted);
    // What no template has taken is kept like what no field has.
    const kept =
      values.variables === undefined ? extra : { ...extra, [names.variables ?? 'variables']: values.variables };
    const options = compact({
      type,
      flash: reader.flag('flash') ? true : undefined,
      port,
      entityId: reader.dltId('entityId'),
      templateId,
      sensitive: reader.yesOrNo('sensitive') ? true : undefined,
      extra: kept !== undefined && UNSTORABLE_JSON.test(JSON.stringify(kept)) ? undefined : kept,
    });
    const record: AcceptableRecord = {
      recipients: reader.recipients(account.country),
      text,
      meta: reader.text('meta', MAX_META_LENGTH) ?? null,
      sender: reader.sender() ?? null,
      service: reader.word('service', MAX_SERVICE_LENGTH) ?? account.service,
      options,
      encoding: segmentation.encoding,
      segments: segmentation.parts,
      dueAt: reader.time('time', account.timezone, now),
      validUntil: reader.time('validUntil', account.timezone, now),
      webhookId: reader.word('webhookId', MAX_META_LENGTH) ?? null,
      callbackUrl: reader.text('callbackUrl', 2_000) ?? null,
    };
    record.validUntil = readAge(reader, record, account, now);
    return { ok: true, record };
  } catch (error) {
    if (error instanceof Rejected) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Mobtexting's `type` U/N/A, or Times Mobile's `unicode` "true"/"false"; other words are a partner's own and mean nothing here. */
function readType(reader: RecordReader): 'unicode' | 'plain' | undefined {
  if (reader.flag('unicode')) return 'unicode';
  // A text that GSM 03.38 lacks would be garbled if "plain" were taken at its word: what is sent is then UCS-2.
  return TYPES.get(reader.raw('type'));
}

/** Until when a record may leave, of all that says something of it. */
function readAge(
  reader: RecordReader,
  { validUntil, dueAt, service }: AcceptableRecord,
  { maxAge, promotionalServices }: AccountDefaults,
  now: Date,
): Date | null {
  const maxAgeSeconds = reader.integer('maxAgeSeconds', 1, MAX_AGE_SECONDS) ?? null;
  const problem = validUntil === null ? null : validUntilProblem(validUntil, dueAt, now);
  if (problem !== null) reader.reject('validUntil', 'invalid-time', problem);
  const leavesAt = dueAt !== null && dueAt > now ? dueAt : now;
  return lastMoment(ageLimit({ maxAgeSeconds, validUntil }, service, maxAge, promotionalServices), leavesAt);
}

function compact(options: MessageOptions): MessageOptions | null {
  for (const value of Object.values(options)) {
    if (value !== undefined) return options;
  }
  return null;
}

class RecordReader {
  constructor(
    private readonly values: Partial<Record<Field, unknown>>,
    private readonly names: Partial<Record<Field, string>>,
  ) {}

  raw(field: Field): unknown {
    return this.values[field];
  }

  /** A string (numbers are spelled out); undefined when absent, empty, or blank, which only a meta may be. */
  text(field: Field, maxLength: number): string | undefined {
    const value = this.values[field];
    if (value === undefined || value === '') return undefined;
    const text = typeof value === 'string' ? value : this.spell(field, value);
    if (field !== 'meta' && isBlank(text)) return undefined;
    const unreplaced = unreplacedToken(text);
    if (unreplaced !== null) this.reject(field, 'unreplaced-token', unreplaced);
    if (!isStorable(text)) this.reject(field, 'invalid-type', UNSTORABLE_MESSAGE);
    if (text.length > maxLength)
      this.reject(field, 'too-long', `has ${text.length} characters; at most ${maxLength} are taken`);
    return text;
  }

  /** A name or an id: blanks around it are none of it. */
  word(field: Field, maxLength: number): string | undefined {
    const text = this.text(field, maxLength);
    return text === undefined ? undefined : withoutBlanks(text);
  }

  /** Of a form whose plus sign was not escaped a number comes with a blank in its place. */
  sender(): string | undefined {
    const value = this.values.sender;
    if (typeof value === 'string' && LOST_PLUS.test(value)) return value.replace(' ', '+');
    return this.word('sender', MAX_SENDER_LENGTH);
  }

  required(field: Field, what: string, maxLength: number): string {
    return this.text(field, maxLength) ?? this.reject(field, 'missing', `is missing: give ${what}`);
  }

  recipients(country: string): string[] {
    const value = this.values.to;
    // A JSON number is one number, and read as such; a text may be a list.
    const parts: (string | number)[] = typeof value === 'number' ? [value] : this.listOfNumbers();
    return parts.map((part) => {
      const number = normaliseMsisdn(part, country);
      if (number.ok) return number.e164;
      return this.reject('to', 'invalid-number', `can’t be read: ${number.listReason ?? number.reason}`);
    });
  }

  private listOfNumbers(): string[] {
    const raw = this.required('to', 'a phone number with country code', MAX_RECIPIENTS * 20);
    const parts = raw.includes(',') ? partsOf(raw) : [raw];
    if (parts.length > MAX_RECIPIENTS)
      this.reject('to', 'too-many', `has ${parts.length} numbers; at most ${MAX_RECIPIENTS} are taken`);
    if (parts.length === 0) this.reject('to', 'missing', 'is missing: give a phone number with country code');
    return parts;
  }

  time(field: 'time' | 'validUntil', zone: string, now: Date): Date | null {
    const raw = this.values[field];
    if (raw === undefined || (typeof raw === 'string' && isBlank(raw))) return null;
    if (typeof raw !== 'string' && typeof raw !== 'number') this.reject(field, 'invalid-time', 'is not a time');
    const parsed = parseSendTime(raw, zone, now);
    if (!parsed.ok) return this.reject(field, 'invalid-time', parsed.reason);
    if (field === 'time' && now.getTime() - parsed.at.getTime() > MAX_LATE_MS) {
      const when = parsed.at.toISOString();
      this.reject(field, 'invalid-time', `is ${when}, more than a day ago: give a time to come, or none to send now`);
    }
    return parsed.at;
  }

  flag(field: Field): boolean {
    const value = this.values[field];
    return (
      value === true || value === 1 || value === '1' || (typeof value === 'string' && value.toLowerCase() === 'true')
    );
  }

  /** As {@link flag}, where what is neither must not be taken for a no. */
  yesOrNo(field: Field): boolean {
    const value = this.values[field];
    if (value === undefined || value === '' || NO.has(value)) return false;
    return this.flag(field) || this.reject(field, 'invalid-type', 'must be true or false');
  }

  integer(field: Field, min: number, max: number): number | undefined {
    const text = this.text(field, 20);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (!Number.isInteger(number) || number < min || number > max) {
      this.reject(
        field,
        'invalid-number',
        `is ${JSON.stringify(maskDigits(text))}; it must be a whole number from ${min} to ${max}`,
      );
    }
    return number;
  }

  /** DLT ids have 19 digits, beyond what a JSON number can hold. */
  dltId(field: Field): string | undefined {
    return this.word(field, 64);
  }

  refuseRepeated(name: string): never {
    const message = `${name} comes twice, with different values, in spellings that differ in case: send it once`;
    throw new Rejected({ code: 'ambiguous', field: name, message });
  }

  private spell(field: Field, value: unknown): string {
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value) || !Number.isInteger(value)) return String(value);
      this.reject(field, 'invalid-type', 'is a number too large for JSON to carry exactly; put it in quotes');
    }
    if (typeof value === 'boolean') return String(value);
    return this.reject(field, 'invalid-type', 'must be a string');
  }

  reject(field: Field, code: RecordProblemCode, message: string): never {
    const name = this.names[field] ?? field;
    throw new Rejected({ code, field: name, message: `${name} ${message}` });
  }
}
