/** What an account may be given, and how it is shown. */
import { z } from 'zod';
import { PAYLOAD_ENCODINGS, PAYLOAD_KEY_BYTES, parsePayloadKey } from '../../../core/accounts/payload-encryption';
import { OUTSIDE_WINDOW } from '../../../core/accounts/floors';
import { MAX_AGE_SECONDS, type MaxAge } from '../../../core/messages/age';
import { normaliseWord } from '../../../core/messages/opt-out';
import { SUPPRESSED_CLASSES } from '../../../core/messages/suppression';
import { openEncryption, type EncryptionSetting } from '../../../store/accounts/account-encryption';
import { complianceOf, type Account } from '../../../store/accounts/accounts';
import type { Sealer } from '../../../store/seal';
import { MAX_DUPLICATE_MINUTES } from '../../../store/messages/records';
import { pageQuery } from '../../http/page';
import { invalidField } from '../../http/invalid';
import { ianaTimezone, storable, storableName } from '../../http/text';

const MAX_HOURS = 8_760;
const MAX_MINUTES = MAX_HOURS * 60;
const MAX_KEY_VERSIONS = 20;
const MAX_WINDOWS = 250;
const MAX_SERVICES = 50;
const MAX_WORDS = 100;
const MAX_WORD_LENGTH = 60;

const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code such as IN');
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 10:00');
const share = z.number().gt(0).max(1);

const safety = z.strictObject({
  duplicateContentMinutes: z.int().min(1).max(MAX_MINUTES).optional(),
  frequencyCap: z.strictObject({ count: z.int().min(1).max(10_000), hours: z.int().min(1).max(MAX_HOURS) }).optional(),
  autoPauseFailureShare: share.optional(),
  maxCampaignRecipients: z.int().min(1).optional(),
  maxCampaignCost: z.number().positive().optional(),
});

const window = z
  .strictObject({ country, start: clock, end: clock, timezone: ianaTimezone })
  .refine(({ start, end }) => start < end, { path: ['end'], message: 'must be later than start' });

const windows = z
  .array(window)
  .max(MAX_WINDOWS)
  .refine((list) => new Set(list.map((one) => one.country)).size === list.length, 'must have one window per country');

const seconds = z.int().min(1).max(MAX_AGE_SECONDS);
const secondsOrNone = seconds.nullish();
const SERVICES = ['T', 'P', 'S'] as const;

/** By service; null says as much as nothing. */
const maxAgeSeconds = z
  .strictObject({ T: secondsOrNone, P: secondsOrNone, S: secondsOrNone })
  .transform((given): MaxAge => {
    const kept: MaxAge = {};
    for (const service of SERVICES) {
      const age = given[service];
      if (age != null) kept[service] = age;
    }
    return kept;
  });

const outsideWindow = z.enum(OUTSIDE_WINDOW);

/** Minimums of an operator: below them no setting of an account can lie. */
export const floors = z.strictObject({
  windows: windows.optional(),
  promotionalOutsideWindow: outsideWindow.optional(),
  indiaStrict: z.boolean().optional(),
  requireApprovedSenders: z.boolean().optional(),
});
/** A word or phrase as a person may answer; what is no word at all could never be meant. */
const answer = storable(1, MAX_WORD_LENGTH).refine(
  (word) => normaliseWord(word) !== '',
  'must have a letter or a digit: punctuation and blanks are left out when answers are compared',
);
const answers = z.array(answer).max(MAX_WORDS);

const optOut = z
  .strictObject({
    scope: z.enum(['account', 'deployment']).optional(),
    classes: z.enum(SUPPRESSED_CLASSES).optional(),
    words: answers.optional(),
    optInWords: answers.optional(),
  })
  .superRefine(({ words = [], optInWords = [] }, context) => {
    const stops = new Set(words.map(normaliseWord));
    optInWords.forEach((word, i) => {
      if (!stops.has(normaliseWord(word))) return;
      context.addIssue({
        code: 'custom',
        path: ['optInWords', i],
        message: 'is one of words too: it can mean one thing',
      });
    });
  });

const encryption = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        version: storableName(100),
        /** Left out for a version that the account has: its key stays. */
        key: z
          .string()
          .refine((text) => parsePayloadKey(text) !== null, `must be ${PAYLOAD_KEY_BYTES} bytes in base64 or hex`)
          .optional(),
      }),
    )
    .min(1)
    .max(MAX_KEY_VERSIONS)
    .refine((keys) => new Set(keys.map(({ version }) => version)).size === keys.length, 'must not repeat a version'),
  encoding: z.enum(PAYLOAD_ENCODINGS).default('base64'),
});

const duplicateWindow = z.int().min(0).max(MAX_DUPLICATE_MINUTES);

export const account = z.strictObject({
  name: storableName(100),
  timezone: ianaTimezone.optional(),
  defaultCountry: country.optional(),
  defaultService: storableName(20).optional(),
  requireApprovedSenders: z.boolean().optional(),
  callbackHosts: z
    .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/, 'must be a host such as hooks.example.com, or *.example.com'))
    .max(100)
    .optional(),
  encryption: encryption.nullable().optional(),
  retentionDays: z.int().min(1).max(36_500).nullable().optional(),
  unsupportedOptions: z.enum(['refuse', 'drop']).optional(),
  clickTracking: z.enum(['off', 'count', 'report']).optional(),
  safety: safety.optional(),
  windows: windows.optional(),
  maxAgeSeconds: maxAgeSeconds.optional(),
  promotionalOutsideWindow: outsideWindow.nullable().optional(),
  promotionalServices: z.array(storableName(20)).max(MAX_SERVICES).optional(),
  indiaStrict: z.boolean().optional(),
  floors: floors.optional(),
  optOut: optOut.optional(),
  duplicateWindowMinutes: duplicateWindow.optional(),
  smartEncoding: z.boolean().optional(),
});
export const accountPatch = account.partial();

export const accountsQuery = z.strictObject({
  cursor: storable(1, 100).optional(),
  limit: pageQuery.shape.limit,
});

/**
 * The keys as they are used; undefined when none are given, null when encryption is to be off.
 * @param known what the account has: a version that comes without its key keeps it.
 * @throws AppError invalid-request
 */
export function readEncryption(
  given: z.output<typeof encryption> | null | undefined,
  known: EncryptionSetting | null,
): EncryptionSetting | null | undefined {
  if (given == null) return given;
  const keys = given.keys.map(({ version, key }, i) => {
    const bytes = key === undefined ? known?.keys.find((one) => one.version === version)?.key : parsePayloadKey(key);
    if (bytes) return { version, key: bytes };
    throw invalidField(
      `encryption.keys.${i}.key`,
      `is missing: the account has no key of the version ${JSON.stringify(version)} yet`,
    );
  });
  return { keys, encoding: given.encoding };
}

/** An account as answered; of encryption keys their versions only. */
export function toAccount(row: Account, sealer: Sealer): z.input<typeof accountAnswer> {
  const setting = openEncryption(sealer, row);
  return {
    id: row.id,
    name: row.name,
    timezone: row.timezone,
    defaultCountry: row.default_country,
    defaultService: row.default_service,
    requireApprovedSenders: row.require_approved_senders,
    callbackHosts: row.callback_hosts,
    encryption:
      setting === null ? null : { keys: setting.keys.map(({ version }) => ({ version })), encoding: setting.encoding },
    retentionDays: row.retention_days,
    unsupportedOptions: row.unsupported_options,
    clickTracking: row.click_tracking,
    safety: row.safety,
    windows: row.windows,
    maxAgeSeconds: row.max_age,
    promotionalOutsideWindow: complianceOf(row).promotionalOutsideWindow,
    promotionalServices: row.promotional_services,
    indiaStrict: row.india_strict,
    floors: row.floors as z.input<typeof floorsAnswer>,
    optOut: {
      scope: row.opt_out_scope,
      classes: row.opt_out_classes,
      words: row.opt_out_words,
      optInWords: row.opt_in_words,
    },
    duplicateWindowMinutes: row.duplicate_window_minutes,
    smartEncoding: row.smart_encoding,
    createdAt: row.created_at.toISOString(),
  };
}

const windowsAnswer = z.array(
  z.object({ country: z.string(), start: z.string(), end: z.string(), timezone: z.string() }),
);

export const floorsAnswer = z
  .object({
    windows: windowsAnswer.optional(),
    promotionalOutsideWindow: outsideWindow.optional(),
    indiaStrict: z.boolean().optional(),
    requireApprovedSenders: z.boolean().optional(),
  })
  .meta({ id: 'Floors', description: 'Minimums that an operator has set; what is absent has none.' });

export const accountAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    timezone: z.string(),
    defaultCountry: z.string(),
    defaultService: z.string(),
    requireApprovedSenders: z.boolean(),
    callbackHosts: z.array(z.string()),
    encryption: z
      .object({ keys: z.array(z.object({ version: z.string() })), encoding: z.enum(PAYLOAD_ENCODINGS) })
      .nullable(),
    retentionDays: z.int().nullable(),
    unsupportedOptions: z.enum(['refuse', 'drop']),
    clickTracking: z.enum(['off', 'count', 'report']),
    safety,
    windows: windowsAnswer,
    maxAgeSeconds: z.object({ T: seconds.optional(), P: seconds.optional(), S: seconds.optional() }),
    promotionalOutsideWindow: outsideWindow,
    promotionalServices: z.array(z.string()),
    indiaStrict: z.boolean(),
    floors: floorsAnswer,
    optOut: z.object({
      scope: z.enum(['account', 'deployment']),
      classes: z.enum(SUPPRESSED_CLASSES),
      words: z.array(z.string()),
      optInWords: z.array(z.string()),
    }),
    duplicateWindowMinutes: duplicateWindow.describe(
      'How long a record (meta, number and text) makes those like it duplicates, which send nothing; 0 = not at all.',
    ),
    smartEncoding: z
      .boolean()
      .describe('Curly quotes, dashes and their like become GSM letters where that makes a whole text GSM-7.'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
