/**
 * What waits most comes first: the files of `chaos` and `flows` wait for time to pass, and one of them that began last
 * would keep the whole run waiting. Within a project Jest's own order holds: the longest first.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const ORDER = ['browser', 'chaos', 'flows', 'store', 'unit'];
const rank = ({ context }) => ORDER.indexOf(context.config.displayName.name);

module.exports = class extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
