/** Texts of phones as they are stored: each read by the words of the account that it answers. */
import { TtlCache } from '../core/concurrency/ttl-cache';
import type { CallbackProof } from '../core/gateways/callback-proof';
import { foreignBody, foreignInstant, foreignText } from '../core/messages/foreign';
import { readInboundNumber } from '../core/messages/inbound-number';
import { readReply, vocabularyOf, type OptOutVocabulary, type Reply } from '../core/messages/opt-out';
import { countryOf } from '../core/time/zones';
import type { InboundText } from '../providers/provider';
import type { NumberHash } from '../core/accounts/pseudonyms';
import type { Database } from '../store/database';
import type { GatewayRow } from '../store/gateways/gateways';
import type { InboundDraft } from '../store/messages/opt-outs';
import { readOptOutSettings, type OptOutSettings } from '../store/messages/suppressions';
import { digest } from './drafts';

/** A longer text is stored without its end. */
const MAX_TEXT_BYTES = 16_384;
const MAX_NUMBER_CHARACTERS = 50;
const SETTINGS_CACHE_MS = 2_000;

/** Reads texts as an account does. */
interface Reader {
  /** E.164; null = it is no phone's. @param from as an adapter gives it */
  phone(from: string): string | null;
  /** @param country ISO 3166 alpha-2, of the phone; null = its number doesn't tell. */
  reply(text: string, country: string | null): Reply;
}

/** Puts the words of each country together once. */
function readerOf({ countries, words, optInWords }: OptOutSettings): Reader {
  const [own] = countries;
  const known = new Map<string | null, OptOutVocabulary>();
  const phone = (from: string) => (from.startsWith('+') ? from : readInboundNumber(from, own!));
  const reply: Reader['reply'] = (text, country) => {
    let vocabulary = known.get(country);
    if (vocabulary === undefined) {
      const all = country === null ? countries : [...countries, country];
      vocabulary = vocabularyOf({ countries: all, words, optInWords });
      known.set(country, vocabulary);
    }
    return readReply(text, vocabulary);
  };
  return { phone, reply };
}

/**
 * What a text means: what its vendor has done about it, then its words, then its words without what the vendor takes off.
 * A vendor that opted the person out, or in, goes on so whatever we read.
 */
function meaningOf(
  { text, cleanText, told }: Pick<InboundText, 'text' | 'cleanText' | 'told'>,
  read: (text: string) => Reply,
): Reply & { by?: 'provider' } {
  if (told !== undefined) return { meaning: told, by: 'provider' };
  const reply = read(text);
  return reply.meaning === 'reply' && cleanText !== undefined ? read(cleanText) : reply;
}

/**
 * @returns what makes drafts of a callback's texts, in the order in which they were said as far as the vendor tells. A text
 * whose sender is no phone in the country of the gateway's account is none of them.
 * `proof`: how the callback proved itself, see {@link InboundDraft}.
 */
export function createReplyReader({ database, numberHash }: { database: Database; numberHash: NumberHash }) {
  const readers = new TtlCache<Reader>(SETTINGS_CACHE_MS);
  return async (
    { id, account_id: accountId }: GatewayRow,
    texts: readonly InboundText[],
    proof: CallbackProof | null,
  ): Promise<InboundDraft[]> => {
    const read = await readers.get(accountId, async () => readerOf(await readOptOutSettings(database.db, accountId)));
    const ordered = texts.every(({ at }) => at !== undefined)
      ? texts.toSorted((a, b) => a.at!.getTime() - b.at!.getTime())
      : texts;
    const known = ordered.flatMap((text) => {
      const msisdn = read.phone(text.from);
      return msisdn === null ? [] : [{ ...text, msisdn }];
    });
    return Promise.all(
      known.map(async ({ msisdn, to, text, providerId, at, cleanText, told }) => {
        const { meaning, ...by } = meaningOf({ text, cleanText, told }, (said) => read.reply(said, countryOf(msisdn)));
        return {
          dedupe: digest([id, 'inbound', msisdn, to ?? '', providerId ?? at?.getTime() ?? '', text]),
          toldApart: providerId !== undefined || at !== undefined,
          accountId,
          gatewayId: id,
          msisdn,
          numberHash: await numberHash(msisdn),
          toNumber: foreignText(to ?? null, MAX_NUMBER_CHARACTERS),
          body: foreignBody(text, MAX_TEXT_BYTES),
          meaning,
          proof,
          receivedAt: foreignInstant(at),
          evidence: { gatewayId: id, ...by },
        };
      }),
    );
  };
}
