/** A verdict of "why", as people read it. */
import type { Paper } from './paper';

export interface Verdict {
  code: string;
  sentence: string;
  who: 'you' | 'provider' | 'recipient' | 'clevertap' | 'nobody';
  since?: string;
  remedy: {
    sentence: string;
    action?: { method: string; path: string; body?: object };
    command?: string;
    link?: string;
  };
}

const WHO: Record<Verdict['who'], string | undefined> = {
  you: 'You can mend it.',
  provider: 'The provider can mend it.',
  recipient: 'Only the recipient can change it.',
  clevertap: 'It is CleverTap’s to mend.',
  nobody: undefined,
};

/** @param url of the API, whose console the link is in. */
export function sentenceOfVerdict({ sentence, who, since, remedy }: Verdict, url: string, paper: Paper): string[] {
  const told = WHO[who];
  return [
    paper.heading(sentence),
    ...(since === undefined ? [] : [`Since ${paper.time(since)}.`]),
    ...(told === undefined ? [] : [told]),
    `→ ${remedy.sentence}`,
    ...(remedy.command === undefined ? [] : [`  ${remedy.command}`]),
    ...(remedy.command !== undefined || remedy.action === undefined
      ? []
      : [
          `  ${remedy.action.method} ${remedy.action.path}${remedy.action.body === undefined ? '' : ` ${JSON.stringify(remedy.action.body)}`}`,
        ]),
    ...(remedy.link === undefined ? [] : [`  ${url}${remedy.link}`]),
  ];
}
