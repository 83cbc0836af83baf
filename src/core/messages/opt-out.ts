/** What a person's answer to a message means (Twilio's and AWS's published keywords). */

const STOP = new Set([
  'STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'OPT-OUT', 'REMOVE', 'ARRET', 'TD',
]); // prettier-ignore
const START = new Set(['START', 'UNSTOP', 'YES']);

/** `stop` and `start` change what may be sent to the number; everything else is just a reply. */
export type ReplyMeaning = 'stop' | 'start' | 'reply';

/** The whole text decides, or its first word when it is a stop word: "Stop please" is meant as it sounds. */
export function meaningOf(text: string): ReplyMeaning {
  const words = text.trim().toUpperCase().split(/\s+/);
  const first = words[0]!.replace(/[^A-Z-]+$/, '');
  if (STOP.has(first)) return 'stop';
  return words.length === 1 && START.has(first) ? 'start' : 'reply';
}
