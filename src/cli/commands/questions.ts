/** `why` and `find`: one question, one answer. */
import { text, type Command, type Context, type Options } from '../command';
import { usage } from '../exit';
import { sentenceOfVerdict, type Verdict } from '../output/verdict';

interface Why {
  verdict: Verdict;
  subject: { kind: string; id: string };
  evidence: { at: string; kind: string; sentence: string }[];
  others: { kind: string; id: string; sentence: string; at: string }[];
}

interface Find {
  items: { kind: string; id: string; title: string; sentence: string; at: string; state?: string }[];
  searched: { what: string; since?: string; skipped?: string }[];
}

const NUMBER = /^\+?[\d\s().-]{7,}$/;
/** Ids as Heliograph makes them: UUIDs, and those that say what they are. */
const ID = /^(cmp|gw|wh|acc|tpl|grp)_\w+$|^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i;

/** What is asked about: as an option says, else by the look of it. @throws CliError */
function subjectOf(word: string | undefined, options: Options): Record<string, string> {
  const named = (['to', 'id', 'meta'] as const).flatMap((name) => {
    const value = text(options, name);
    return value === undefined ? [] : [{ [name]: value }];
  });
  const all = word === undefined ? named : [...named, { [guess(word)]: word }];
  if (all.length === 1) return all[0]!;
  throw usage('why is asked about one thing', 'Give a number, an id or a meta: heliograph why +919800000001');
}

const guess = (word: string): 'to' | 'id' | 'meta' => (ID.test(word) ? 'id' : NUMBER.test(word) ? 'to' : 'meta');

async function why({ api, paper }: Context, [word]: readonly string[], options: Options) {
  const answer = (await api.call('GET', '/api/v1/why', { query: subjectOf(word, options) })) as Why;
  const { verdict, subject, evidence, others } = answer;
  const lines = [
    ...sentenceOfVerdict(verdict, api.url, paper),
    '',
    ...paper.facts([['About', `${subject.kind} ${subject.id}`]]),
  ];
  if (evidence.length > 0) {
    const rows = evidence.map(({ at, kind, sentence }) => [paper.time(at), kind, sentence]);
    lines.push('', ...paper.table(['Time', 'What', 'Evidence'], rows));
  }
  if (others.length > 0) {
    const rows = others.map(({ kind, id, sentence, at }) => [paper.time(at), `${kind} ${id}`, sentence]);
    lines.push('', paper.heading('Also found'), ...paper.table(['Time', 'What', ''], rows));
  }
  return { json: answer, lines };
}

async function find({ api, paper }: Context, [...words]: readonly string[]) {
  const answer = (await api.call('GET', '/api/v1/find', { query: { q: words.join(' ') } })) as Find;
  const rows = answer.items.map(({ kind, id, title, sentence, at, state }) => [
    kind, state, title, sentence, paper.time(at), id,
  ]); // prettier-ignore
  const looked = answer.searched.map(({ what, since, skipped }) => {
    if (skipped !== undefined) return `  not ${what}: ${skipped}`;
    return `  ${what}${since === undefined ? '' : `, back to ${paper.time(since)}`}`;
  });
  const none = ['Nothing was found. Looked for:', ...looked].join('\n');
  return { json: answer, lines: paper.table(['Kind', 'State', 'What', '', 'Time', 'Id'], rows, none) };
}

export const questions: readonly Command[] = [
  {
    name: 'why',
    summary: 'Says why somebody did not get a message, or why something stands still, and who can mend it.',
    args: [
      {
        spec: '[what]',
        description: 'a number, an id (message, campaign, gateway, webhook, upload, request) or a meta',
      },
    ],
    options: [
      { flags: '--to <number>', description: 'a number' },
      { flags: '--id <id>', description: 'an id' },
      { flags: '--meta <meta>', description: 'the caller’s own id, such as CleverTap’s message id' },
    ],
    example: 'heliograph why +919800000001',
    prints: 'GET /api/v1/why',
    run: why,
  },
  {
    name: 'find',
    summary: 'Finds messages, campaigns, refused records and rows of uploads by whatever is known of them.',
    args: [{ spec: '<text...>', description: 'a number or a part of one, a meta, an id, a provider’s id, a name' }],
    example: 'heliograph find 9800000001',
    prints: 'GET /api/v1/find',
    run: find,
  },
];
