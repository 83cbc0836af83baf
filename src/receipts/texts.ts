/** Texts of phones on their way to the store: what each means, by the words of its account. */
import type { NumberHash } from '../core/accounts/number-hash';
import { TtlCache } from '../core/concurrency/ttl-cache';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import { readReply, vocabularyOf, type OptOutVocabulary, type Reply } from '../core/messages/opt-out';
import { countryOf } from '../core/time/zones';
import type { InboundText } from '../providers/provider';
import type { Database } from '../store/database';
import type { InboundDraft } from '../store/messages/opt-outs';
import { readOptOutSettings, type OptOutSettings } from '../store/messages/suppressions';
import { digest } from './drafts';

/** Inbound texts are short messages of some parts. */
const MAX_TEXT_BYTES = 16_384;
const MAX_NUMBER_CHARACTERS = 50;
/** A changed setting of an account is seen this much later at most. */
const SETTINGS_CACHE_MS = 2_000;

export interface TextDrafterDeps {
  database: Database;
  /** Of the phone, for records of consent. */
  numberHash: NumberHash;
}

/**
 * Makes drafts of a callback's texts, in the order in which they were said, as far as the vendor tells.
 * @param authentic whether it is proven who sent the callback.
 */
export type TextDrafter = (
  gateway: { id: string; account_id: string },
  texts: readonly InboundText[],
  authentic: boolean,
) => Promise<InboundDraft[]>;

export function createTextDrafter({ database, numberHash }: TextDrafterDeps): TextDrafter {
  const readers = new TtlCache<ReplyReader>(SETTINGS_CACHE_MS);
  const readerOf = (accountId: string): Promise<ReplyReader> =>
    readers.get(accountId, async () => replyReader(await readOptOutSettings(database.db, accountId)));

  return async ({ id, account_id: accountId }, texts, authentic) => {
    const read = await readerOf(accountId);
    return inOrder(texts).map(({ from, to, text, providerId, at }) => {
      const { meaning, ...by } = read(text, countryOf(from));
      return {
        dedupe: digest([id, 'inbound', from, to ?? '', providerId ?? at?.getTime() ?? '', text]),
        toldApart: providerId !== undefined || at !== undefined,
        accountId,
        gatewayId: id,
        msisdn: from,
        numberHash: numberHash(from),
        toNumber: foreignText(to ?? null, MAX_NUMBER_CHARACTERS),
        body: foreignBody(text, MAX_TEXT_BYTES),
        meaning,
        receivedAt: foreignInstant(at),
        authentic,
        evidence: { gatewayId: id, ...by },
      };
    });
  };
}

/** By their times where each has one; else as they came. */
const inOrder = (texts: readonly InboundText[]): readonly InboundText[] =>
  texts.every(({ at }) => at !== undefined) ? texts.toSorted((a, b) => a.at!.getTime() - b.at!.getTime()) : texts;

/** Reads texts as an account does. @param country ISO 3166 alpha-2, of the phone; null = its number doesn't tell. */
type ReplyReader = (text: string, country: string | null) => Reply;

/** @returns a reader that puts the words of each country together once. */
function replyReader({ countries, words, optInWords }: OptOutSettings): ReplyReader {
  const known = new Map<string | null, OptOutVocabulary>();
  return (text, country) => {
    let vocabulary = known.get(country);
    if (vocabulary === undefined) {
      const all = country === null ? countries : [...countries, country];
      vocabulary = vocabularyOf({ countries: all, words, optInWords });
      known.set(country, vocabulary);
    }
    return readReply(text, vocabulary);
  };
}
