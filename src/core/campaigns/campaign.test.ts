import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  ACTION_STATES,
  actionProblem,
  CAMPAIGN_STATES,
  CAMPAIGN_TRANSITIONS,
  campaignStatesBefore,
  ENDED_STATES,
  hasEnded,
  mayDispatch,
} from './campaign';

const page = readFileSync(path.resolve(__dirname, '../../../docs/campaigns.md'), 'utf8');

test('docs/campaigns.md draws exactly the moves of the table', () => {
  const drawn = [...page.matchAll(/^ {4}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const table = CAMPAIGN_STATES.flatMap((from) => CAMPAIGN_TRANSITIONS[from].map((to) => `${from} ${to}`));
  expect(drawn.sort()).toEqual(table.sort());
});

test('every state but draft is reached, and none leads out of an ended one', () => {
  for (const state of CAMPAIGN_STATES)
    expect([state, campaignStatesBefore(state).length > 0]).toEqual([state, state !== 'draft']);
  for (const state of ENDED_STATES) expect(CAMPAIGN_TRANSITIONS[state]).toEqual([]);
});

test('only a campaign that runs or settles dispatches, and none that has ended', () => {
  expect(CAMPAIGN_STATES.filter(mayDispatch)).toEqual(['running', 'settling']);
  expect(CAMPAIGN_STATES.filter(hasEnded)).toEqual(['finished', 'cancelled', 'failed']);
});

test('an action that makes no sense names both states', () => {
  expect(actionProblem('pause', 'finished')).toBe(
    'The campaign is finished: pause needs one that is scheduled or running or settling or preparing',
  );
  for (const [action, states] of Object.entries(ACTION_STATES)) {
    for (const state of states) expect(actionProblem(action as keyof typeof ACTION_STATES, state)).toBeNull();
  }
});
