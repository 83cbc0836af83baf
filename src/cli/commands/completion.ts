/** `completion`: scripts by which shells know the commands and their options. */
import type { Command, Outcome } from '../command';
import { usage } from '../exit';

const GLOBAL = ['--url', '--key-file', '--account', '--zone', '--json', '--help'];
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What may follow some words: further words, or options. */
interface Place {
  words: string;
  next: string[];
}

const flagOf = (flags: string): string => /--[\w-]+/.exec(flags)![0];

function placesOf(commands: readonly Command[]): Place[] {
  const places = new Map<string, Set<string>>([['', new Set()]]);
  for (const { name, options = [] } of commands) {
    const words = name.split(' ');
    words.forEach((word, i) => {
      const before = words.slice(0, i).join(' ');
      places.set(before, (places.get(before) ?? new Set()).add(word));
    });
    places.set(name, new Set([...options.map(({ flags }) => flagOf(flags)), ...GLOBAL]));
  }
  const extra: Record<string, string[]> = { completion: [...SHELLS], open: ['console', 'docs', 'temporal'] };
  return [...places].map(([words, next]) => ({ words, next: [...(extra[words] ?? []), ...next] }));
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ words, next }) => `    "${words}") next="${next.join(' ')}" ;;`);
  return `# heliograph completion bash: source it, or put it into ~/.local/share/bash-completion/completions/heliograph
_heliograph() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="" next="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ $word == -* ]] && break
    _heliograph_next "\${words:+$words }$word" || break
    words="\${words:+$words }$word"
  done
  _heliograph_next "$words"
  COMPREPLY=($(compgen -W "$next" -- "$current"))
}
_heliograph_next() {
  next=""
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}
complete -o default -F _heliograph heliograph
`;
}

/** zsh understands bash's. */
const zsh = (places: readonly Place[]): string =>
  `#compdef heliograph\n# heliograph completion zsh: source it from ~/.zshrc\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;

function fish(commands: readonly Command[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const groups = [...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]!] : [])))];
  const lines = commands.flatMap(({ name, summary, options = [] }) => {
    const [first, second] = name.split(' ') as [string, string?];
    const isSeen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    return [
      second === undefined
        ? `complete -c heliograph -f -n __fish_use_subcommand -a ${first} -d ${quote(summary)}`
        : `complete -c heliograph -f -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${quote(summary)}`,
      ...options.map(
        ({ flags, description }) =>
          `complete -c heliograph -n ${quote(isSeen)} -l ${flagOf(flags).slice(2)} -d ${quote(description)}`,
      ),
    ];
  });
  const shared = GLOBAL.map((flag) => `complete -c heliograph -l ${flag.slice(2)}`);
  return [
    '# heliograph completion fish: put it into ~/.config/fish/completions/heliograph.fish',
    ...groups.map((group) => `complete -c heliograph -f -n __fish_use_subcommand -a ${group}`),
    ...lines,
    ...shared,
    '',
  ].join('\n');
}

/** @param all every command, this one included. */
export const completion = (all: () => readonly Command[]): readonly Command[] => [
  {
    name: 'completion',
    summary: 'Prints the script by which a shell completes the commands.',
    args: [{ spec: '<shell>', description: 'bash, zsh or fish' }],
    example: 'source <(heliograph completion bash)',
    prints: '#Completion',
    run: (_, [shell]): Promise<Outcome> => {
      const places = placesOf(all());
      const scripts: Record<string, string> = { bash: bash(places), zsh: zsh(places), fish: fish(all()) };
      const script = scripts[shell!];
      if (script === undefined)
        return Promise.reject(usage(`There is no completion for ${shell}`, `Name ${SHELLS.join(', ')}.`));
      return Promise.resolve({ json: { shell: shell!, script }, lines: [script.trimEnd()] });
    },
  },
];
