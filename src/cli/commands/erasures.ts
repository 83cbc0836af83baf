/** `erase`: forgetting a person. */
import { confirm, given, YES } from '../ask';
import { text, type Command, type Context, type Options, type Outcome } from '../command';
import { usage } from '../exit';
import { watch } from '../wait';

const ERASURES = '/api/v1/erasures';

interface Erasure {
  id: string;
  kind: string;
  state: string;
  counts: Record<string, number>;
  waiting: number;
  createdAt: string;
}

async function erase(context: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const { api, paper } = context;
  const body = given({
    to: text(options, 'to'),
    meta: text(options, 'meta'),
    accounts: options.allAccounts === true ? 'all' : undefined,
  });
  if ((body.to === undefined) === (body.meta === undefined)) {
    throw usage('Who is to be forgotten is given once', 'Give --to with a number, or --meta.');
  }
  await confirm(context, options, 'Erase all that is known of this person? It can’t be undone.');
  const begun = (await api.call('POST', ERASURES, { body })) as Erasure;
  if (options.wait !== true) {
    return {
      json: begun,
      lines: [`The erasure ${begun.id} is under way: it takes minutes at most, unless something is on its way.`],
    };
  }
  const { value } = await watch<Erasure>(context, {
    look: async () => (await api.call('GET', `${ERASURES}/${begun.id}`)) as Erasure,
    isOver: ({ state }) => state === 'done',
    line: ({ state, waiting }) => `${state}, ${waiting} messages are still to be blanked`,
  });
  return { json: value, lines: paper.facts(Object.entries(value.counts)) };
}

export const erasures: readonly Command[] = [
  {
    name: 'erase',
    summary: 'Erases a person, or one record, everywhere.',
    options: [
      { flags: '--to <number>', description: 'the person’s number' },
      { flags: '--meta <meta>', description: 'the meta of one record' },
      { flags: '--all-accounts', description: 'in all accounts (with an admin key)' },
      { flags: '--wait', description: 'wait until it is done' },
      YES,
    ],
    example: 'heliograph erase --to +919800000001 --yes',
    prints: 'POST /api/v1/erasures',
    run: erase,
  },
];
