/**
 * What waits most comes first: files of `chaos`, `browser` and `flows` wait for time to pass, and one of them that began
 * last would keep the whole run waiting. Those that wait for minutes are spread among those that wait for seconds, so that
 * the machine is neither idle at first nor crowded later. Within a project Jest's own order holds: the longest first.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const MINUTES = ['browser', 'chaos'];
const SECONDS = ['flows'];
/** Before those that need the processor only. */
const MOMENTS = ['store'];

module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const of = (projects) => sorted.filter((test) => projects.includes(nameOf(test)));
    const waiting = [...spread(of(MINUTES), of(SECONDS)), ...of(MOMENTS)];
    return [...waiting, ...sorted.filter((test) => !waiting.includes(test))];
  }
};

const nameOf = ({ context }) => context.config.displayName.name;

/** Both lists in their order, each evenly over the whole; the first of `few` begins. */
function spread(few, many) {
  const placed = (list, offset) => list.map((test, i) => ({ test, at: (i + offset) / list.length }));
  return [...placed(few, 0), ...placed(many, 0.5)].sort((a, b) => a.at - b.at).map(({ test }) => test);
}
