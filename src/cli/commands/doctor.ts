/** `doctor`: what is wrong, and what to do; also where the API itself is away. */
import type { Finding } from '../../core/deployment/finding';
import type { Command, Context, Outcome } from '../command';
import { CliError, EXIT } from '../exit';
import type { Paper } from '../output/paper';

/** A check of the API's, of this machine's, or whether the API answers at all. */
export interface Check {
  id: Finding['id'] | 'api';
  state: Finding['state'];
  sentence: string;
  remedy: string | null;
}

const DOCTOR_MS = 30_000;
const SHOWN = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const;

interface Asked {
  api: Check;
  checks: Check[];
  /** The API looked at servers and machine, too. */
  isWhole: boolean;
}

/** Asks the API. What it can't say is a check of its own. */
async function ask({ api }: Context): Promise<Asked> {
  try {
    await api.reach();
    const answer = (await api.call('GET', '/api/v1/doctor', { timeoutMs: DOCTOR_MS })) as { checks: Check[] };
    const sentence = `The API answers at ${api.url}.`;
    return {
      api: { id: 'api', state: 'ok', sentence, remedy: null },
      checks: answer.checks,
      isWhole: answer.checks.some(({ id }) => id === 'database'),
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { title, detail, remedy } = error.problem;
    const isAway = error.exitCode === EXIT.unreachable;
    const why = detail === undefined || detail === title ? title : `${title}: ${detail}`;
    const check: Check = {
      id: 'api',
      // A key that may not ask, and a release that can't be asked, are no fault of the deployment.
      state: [EXIT.refused, EXIT.notFound].some((code) => code === error.exitCode) ? 'warn' : 'fail',
      sentence: isAway ? `${why}.` : `The API answers at ${api.url}, and does not say how it is: ${why}.`,
      remedy: isAway
        ? 'Start it: `heliograph up`, or `node dist/main/api.js` in a deployment; --url names another one.'
        : (remedy ?? null),
    };
    return { api: check, checks: [], isWhole: false };
  }
}

async function examine(context: Context): Promise<Outcome> {
  const { local, paper } = context;
  const asked = await ask(context);
  const isHere = await local.isHere();
  const here = isHere ? await local.examine(!asked.isWhole) : [];
  const told = new Set(asked.checks.map(({ id }) => id));
  const checks: Check[] = [asked.api, ...here.filter(({ id }) => !told.has(id)), ...asked.checks];
  const [failed, warned] = (['fail', 'warn'] as const).map(
    (state) => checks.filter((check) => check.state === state).length,
  );
  const lines = [
    ...toLines(checks, paper),
    '',
    failed! + warned! === 0
      ? `All ${checks.length} checks are well.`
      : `${checks.length} checks: ${failed} failed, ${warned} to look at.`,
    ...(asked.isWhole || isHere
      ? []
      : ['Servers and machine were not looked at: that needs an admin key, or to be run where Heliograph runs.']),
  ];
  return { json: { checks }, lines, exitCode: failed! > 0 ? EXIT.failed : EXIT.ok };
}

function toLines(checks: readonly Check[], paper: Paper): string[] {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return checks.flatMap(({ id, state, sentence, remedy }) => [
    `${paper.state(SHOWN[state])}${' '.repeat(4 - SHOWN[state].length)}  ${id.padEnd(width)}  ${sentence}`,
    ...(remedy === null ? [] : [`${' '.repeat(width + 8)}→ ${remedy}`]),
  ]);
}

export const doctor: readonly Command[] = [
  {
    name: 'doctor',
    summary:
      'Says what is wrong with the deployment and the account, and what to do. Ends with 1 when something fails.',
    example: 'heliograph doctor',
    prints: '#Doctor',
    run: examine,
  },
];
