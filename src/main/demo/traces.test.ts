import { summariseLegs } from './traces';

test('attempts are counted by leg, sender ID and outcome', () => {
  const delivered = { no: 1, leg: 0, sender: 'A', state: 'delivered' };
  const refused = { no: 1, leg: 0, sender: 'A', state: 'refused', class: 'sender' };
  const fallback = { no: 2, leg: 1, sender: 'B', state: 'delivered' };
  const other = { no: 1, leg: 0, sender: null, state: 'delivered' };
  const traces = [[delivered], [refused, fallback], [other], [delivered]].map((attempts) => ({
    state: 'delivered',
    attempts,
  }));
  expect(summariseLegs(traces)).toEqual([
    { leg: 0, sender: 'A', attempts: 3, outcomes: { delivered: 2, 'refused: sender': 1 } },
    { leg: 0, sender: '(none)', attempts: 1, outcomes: { delivered: 1 } },
    { leg: 1, sender: 'B', attempts: 1, outcomes: { delivered: 1 } },
  ]);
});
