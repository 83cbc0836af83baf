/** Words of vendors that no table has: people are told of each once, so that a row can be added for it. */
import type { CallbackResult } from '../providers/provider';

/** Words come from whoever has the URL. */
const MAX_WORDS = 100;
const MAX_GATEWAYS = 10_000;
const MAX_CHARACTERS = 60;

export class UnlistedWords {
  private readonly known = new Map<string, Set<string>>();

  /** @param tell once for each gateway and word, while this process lives. */
  constructor(private readonly tell: (gatewayId: string, word: string) => void) {}

  /** Looks for such words in what was made of a callback. */
  note(gatewayId: string, result: CallbackResult): void {
    if (result.kind !== 'receipts' && result.kind !== 'inbound') return;
    const said = result.kind === 'receipts' ? result.receipts : result.texts;
    for (const { unlisted } of said) if (unlisted !== undefined) this.noteWord(gatewayId, unlisted);
  }

  private noteWord(gatewayId: string, unlisted: string): void {
    const word = unlisted.slice(0, MAX_CHARACTERS);
    let words = this.known.get(gatewayId);
    if (words === undefined) {
      if (this.known.size >= MAX_GATEWAYS) return;
      words = new Set();
      this.known.set(gatewayId, words);
    }
    if (words.has(word) || words.size >= MAX_WORDS) return;
    words.add(word);
    this.tell(gatewayId, word);
  }
}
