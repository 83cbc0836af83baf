/** The sums of a forecast, gathered while an audience is read. */
import { charactersBeyondGsm, type Segmentation } from '../../core/messages/segments';
import type { CampaignProblem } from '../../store/tables';

const MAX_PROBLEMS = 100;
const MAX_SURPRISES = 20;

/** Adds up an audience, recipient by recipient. */
export class ForecastSums {
  recipients = 0;
  suppressed = 0;
  rejected = 0;
  segments = 0;
  readonly problems: CampaignProblem[] = [];
  readonly byParts = new Map<number, number>();
  readonly encodings = { gsm7: 0, ucs2: 0 };
  /** What smart encoding saves, or would save where it is off. */
  readonly smart: { on: boolean; messages: number; segments: number };
  private readonly characters = new Map<string, number>();

  constructor(smartEncoding = false) {
    this.smart = { on: smartEncoding, messages: 0, segments: 0 };
  }

  /** @param smart what the text takes with smart encoding, where that makes it GSM-7. */
  add({ text, segmentation, smart }: { text: string; segmentation: Segmentation; smart?: Segmentation }): void {
    if (smart !== undefined) {
      this.smart.messages++;
      this.smart.segments += segmentation.parts - smart.parts;
    }
    const { encoding, parts } = this.smart.on ? (smart ?? segmentation) : segmentation;
    this.recipients++;
    this.segments += parts;
    this.byParts.set(parts, (this.byParts.get(parts) ?? 0) + 1);
    this.encodings[encoding]++;
    if (encoding === 'gsm7') return;
    for (const character of charactersBeyondGsm(text)) {
      this.characters.set(character, (this.characters.get(character) ?? 0) + 1);
    }
  }

  reject(problem: CampaignProblem): void {
    this.rejected++;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
  }

  /** Characters that make messages UCS-2, the commonest first. */
  get surprises(): { character: string; messages: number }[] {
    return [...this.characters]
      .map(([character, messages]) => ({ character, messages }))
      .sort((a, b) => b.messages - a.messages)
      .slice(0, MAX_SURPRISES);
  }
}
