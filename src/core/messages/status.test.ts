import fc from 'fast-check';
import { codeBlocks, readDocument, tableRows } from '../../../test/support/markdown';
import { FINAL_STATES, MESSAGE_STATES, TRANSITIONS, isFinal, statesBefore, type MessageState } from './status';

const page = readDocument('docs/state-machine.md');
const moves = MESSAGE_STATES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} → ${to}`)).sort();

describe('docs/state-machine.md', () => {
  const [diagram = ''] = codeBlocks(page, 'mermaid');
  const arrows = [...diagram.matchAll(/^ *(\S+) --> (\S+)$/gm)].map(([, from, to]) => ({ from: from!, to: to! }));

  it('draws every move there is and no other', () => {
    const drawn = arrows.filter(({ from, to }) => from !== '[*]' && to !== '[*]');
    expect(drawn.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual(moves);
  });

  it('draws nothing that this test can’t read', () => {
    const lines = diagram.split('\n').filter((line) => line.trim() !== '');
    expect(lines).toHaveLength(arrows.length + 1);
    expect(lines[0]).toBe('stateDiagram-v2');
  });

  it('begins with accepted and ends in the final states', () => {
    expect(arrows.filter(({ from }) => from === '[*]').map(({ to }) => to)).toEqual(['accepted']);
    const ends = arrows.filter(({ to }) => to === '[*]').map(({ from }) => from);
    expect(ends.sort()).toEqual([...FINAL_STATES].sort());
  });

  it('has a row for every move and no other, each with who makes it and when', () => {
    const rows = tableRows(page, ['From', 'To', 'Made by', 'When']);
    expect(rows.map(([from, to]) => `${from} → ${to}`).sort()).toEqual(moves);
    for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true);
  });

  it('explains every state once, and says which are final', () => {
    const rows = tableRows(page, ['State', 'Final', 'Meaning']);
    expect(rows.map(([state]) => state)).toEqual([...MESSAGE_STATES]);
    for (const [state, final] of rows) expect(final).toBe(isFinal(state as MessageState) ? 'yes' : 'no');
  });
});

describe('the table', () => {
  it('is the enum of the database', () => {
    const [, values = ''] = /create type message_state as enum \(([^)]*)\)/.exec(
      readDocument('db/migrations/0001_initial.sql'),
    )!;
    expect([...values.matchAll(/'(\w+)'/g)].map(([, state]) => state)).toEqual([...MESSAGE_STATES]);
  });

  it('leads every state that is not final to a final one', () => {
    const ends = new Set<MessageState>(FINAL_STATES);
    for (let before = 0; before !== ends.size;) {
      before = ends.size;
      for (const state of MESSAGE_STATES) if (TRANSITIONS[state].some((to) => ends.has(to))) ends.add(state);
    }
    expect([...ends].sort()).toEqual([...MESSAGE_STATES].sort());
  });

  it('says the same backwards', () => {
    for (const to of MESSAGE_STATES) {
      expect(statesBefore(to)).toEqual(MESSAGE_STATES.filter((from) => moves.includes(`${from} → ${to}`)));
    }
  });

  it('never leaves a final state except for delivered, whatever is tried in whatever order', () => {
    const attempts = fc.array(fc.constantFrom(...MESSAGE_STATES), { maxLength: 60 });
    fc.assert(
      fc.property(attempts, (wanted) => {
        let state: MessageState = 'accepted';
        for (const next of wanted) {
          // As every statement does: a move whose source state is not in the table changes no row.
          if (!statesBefore(next).includes(state)) continue;
          if (isFinal(state)) expect(next).toBe('delivered');
          expect(state).not.toBe('delivered');
          state = next;
        }
      }),
    );
  });
});
