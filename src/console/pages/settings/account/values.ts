/** What the form of an account holds, as text under the API's own names, and what the API is sent of it. */
import type { Schemas } from '../../../api';

export type Account = Schemas['Account'];
export type Values = Record<string, string>;

const TEXTS = ['name', 'timezone', 'defaultCountry', 'defaultService', 'unsupportedOptions', 'clickTracking', 'promotionalOutsideWindow'] as const; // prettier-ignore
const FLAGS = ['requireApprovedSenders', 'indiaStrict', 'smartEncoding'] as const;
const LISTS = ['callbackHosts', 'promotionalServices'] as const;
const SERVICES = ['T', 'P', 'S'] as const;
const LIMITS = [
  'duplicateContentMinutes',
  'autoPauseFailureShare',
  'maxCampaignRecipients',
  'maxCampaignCost',
] as const;
const FLOOR_FLAGS = ['requireApprovedSenders', 'indiaStrict'] as const;

export const WINDOW_COLUMNS = ['country', 'start', 'end', 'timezone'] as const;
export const KEY_COLUMNS = ['version', 'key'] as const;

const flag = (isOn: boolean | undefined): string => (isOn === true ? 'true' : '');
const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
/** Words of an answer have blanks in them. */
const phrases = (text: string): string[] => text.split(',').map((word) => word.trim()).filter(Boolean); // prettier-ignore

/** How many rows the form has of a list. */
export const rowsOf = (values: Values, name: string): number => Number(values[`${name}.length`] ?? 0);

/** A list of things in the form: `windows.0.country`. */
export function rowValues(name: string, rows: readonly object[], columns: readonly string[]): Values {
  const values: Values = { [`${name}.length`]: String(rows.length) };
  rows.forEach((row, i) => {
    for (const column of columns)
      values[`${name}.${i}.${column}`] = String((row as Record<string, unknown>)[column] ?? '');
  });
  return values;
}

const readRows = (values: Values, name: string, columns: readonly string[]): Record<string, string>[] =>
  Array.from({ length: rowsOf(values, name) }, (_, i) =>
    Object.fromEntries(columns.map((column) => [column, (values[`${name}.${i}.${column}`] ?? '').trim()])),
  );

/** The form at first. */
export function valuesOf(account: Account): Values {
  const { safety, floors, optOut, maxAgeSeconds, encryption } = account;
  const values: Values = {
    retentionDays: String(account.retentionDays ?? ''),
    duplicateWindowMinutes: String(account.duplicateWindowMinutes),
    'safety.frequencyCap.count': String(safety.frequencyCap?.count ?? ''),
    'safety.frequencyCap.hours': String(safety.frequencyCap?.hours ?? ''),
    'optOut.scope': optOut.scope,
    'optOut.classes': optOut.classes,
    'optOut.words': optOut.words.join(', '),
    'optOut.optInWords': optOut.optInWords.join(', '),
    'floors.promotionalOutsideWindow': floors.promotionalOutsideWindow ?? '',
    'encryption.encoding': encryption?.encoding ?? 'base64',
    ...rowValues('windows', account.windows, WINDOW_COLUMNS),
    ...rowValues('floors.windows', floors.windows ?? [], WINDOW_COLUMNS),
    ...rowValues('encryption.keys', encryption?.keys ?? [], KEY_COLUMNS),
  };
  for (const name of TEXTS) values[name] = account[name];
  for (const name of FLAGS) values[name] = flag(account[name]);
  for (const name of LISTS) values[name] = account[name].join(', ');
  for (const name of SERVICES) values[`maxAgeSeconds.${name}`] = String(maxAgeSeconds[name] ?? '');
  for (const name of LIMITS) values[`safety.${name}`] = String(safety[name] ?? '');
  for (const name of FLOOR_FLAGS) values[`floors.${name}`] = floors[name] === undefined ? '' : String(floors[name]);
  return values;
}

const numbers = (values: Values, of: string, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.flatMap((name) => (values[`${of}.${name}`] === '' ? [] : [[name, Number(values[`${of}.${name}`])]]))); // prettier-ignore

function floorsIn(values: Values): object {
  const windows = readRows(values, 'floors.windows', WINDOW_COLUMNS);
  const outside = values['floors.promotionalOutsideWindow'];
  return {
    ...(windows.length === 0 ? {} : { windows }),
    ...(outside === '' ? {} : { promotionalOutsideWindow: outside }),
    ...Object.fromEntries(FLOOR_FLAGS.flatMap((name) => (values[`floors.${name}`] === '' ? [] : [[name, values[`floors.${name}`] === 'true']]))), // prettier-ignore
  };
}

/** A key that is not written stays as it is; no version = no encryption. */
function encryptionIn(values: Values): object | null {
  const keys = readRows(values, 'encryption.keys', KEY_COLUMNS);
  if (keys.length === 0) return null;
  return {
    keys: keys.map(({ version, key }) => (key === '' ? { version } : { version, key })),
    encoding: values['encryption.encoding'],
  };
}

/** Only what was changed is sent: what an admin has fixed would be refused, also unchanged. */
export function bodyOf(values: Values, account: Account): Partial<Account> {
  const cap = numbers(values, 'safety.frequencyCap', ['count', 'hours']);
  const wanted: Record<string, unknown> = {
    retentionDays: values.retentionDays === '' ? null : Number(values.retentionDays),
    duplicateWindowMinutes: Number(values.duplicateWindowMinutes),
    windows: readRows(values, 'windows', WINDOW_COLUMNS),
    maxAgeSeconds: numbers(values, 'maxAgeSeconds', SERVICES),
    safety: {
      ...numbers(values, 'safety', LIMITS),
      ...(Object.keys(cap).length === 0 ? {} : { frequencyCap: cap }),
    },
    optOut: {
      scope: values['optOut.scope'],
      classes: values['optOut.classes'],
      words: phrases(values['optOut.words']!),
      optInWords: phrases(values['optOut.optInWords']!),
    },
    floors: floorsIn(values),
    encryption: encryptionIn(values),
  };
  for (const name of TEXTS) wanted[name] = values[name]!.trim();
  wanted.defaultCountry = values.defaultCountry!.trim().toUpperCase();
  for (const name of FLAGS) wanted[name] = values[name] === 'true';
  for (const name of LISTS) wanted[name] = list(values[name]!);
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !isSame(value, account[name as keyof Account])),
  );
}

/** Whatever the order of members, which Postgres chooses. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame((one as Values)[name], (other as Values)[name]));
}
