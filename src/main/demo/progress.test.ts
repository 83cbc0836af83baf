import { Progress, progressLine, waitsFor } from './progress';

const ledger = (part: object) => ({
  ...{ accepted: 0, delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0 },
  ...part,
});

test.each([
  ['nothing sent yet', ledger({}), `[${'░'.repeat(30)}]   0 %  0 of 1000 · delivered 0 · failed 0 · open 1000`],
  [
    'half of it',
    ledger({ accepted: 1_000, delivered: 480, failed: 20, open: 500 }),
    `[${'█'.repeat(15)}${'░'.repeat(15)}]  50 %  500 of 1000 · delivered 480 · failed 20 · open 500`,
  ],
  [
    'all but one is not all',
    ledger({ accepted: 1_000, delivered: 999, open: 1 }),
    `[${'█'.repeat(29)}░]  99 %  999 of 1000 · delivered 999 · failed 0 · open 1`,
  ],
  [
    'everything, with an outcome that is neither',
    ledger({ accepted: 1_000, delivered: 990, failed: 6, expired: 4 }),
    `[${'█'.repeat(30)}] 100 %  1000 of 1000 · delivered 990 · failed 6 · other 4 · open 0`,
  ],
  [
    'messages of before that ended meanwhile do not overfill the bar',
    ledger({ accepted: 1_000, delivered: 1_002, open: -2 }),
    `[${'█'.repeat(30)}] 100 %  1000 of 1000 · delivered 1002 · failed 0 · open 0`,
  ],
])('%s', (_, change, line) => {
  expect(progressLine(change, 1_000)).toBe(line);
});

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('a terminal shows one line, redrawn', () => {
  const terminal = screen(true);
  const progress = new Progress(terminal);
  progress.show('one', 0);
  progress.show('two', 1);
  progress.end('three');
  expect(terminal.written).toEqual(['\r\x1b[2K  one', '\r\x1b[2K  two', '\r\x1b[2K  three\n']);
});

test('a file gets a line for each change, every two seconds at most, and the last state once', () => {
  const file = screen(false);
  const progress = new Progress(file);
  progress.show('one', 10_000);
  progress.show('two', 11_999);
  progress.show('three', 12_000);
  progress.show('three', 14_000);
  progress.show('three', 16_000);
  progress.end('three');
  expect(file.written).toEqual(['  one\n', '  three\n']);
});

test.each([
  [{ open: 12, untold: 0, campaignState: 'running' }, 'waits for 12 messages to end'],
  [
    { open: 1, untold: 3, campaignState: 'running' },
    'waits for 1 message to end and for CleverTap to hear of 3 outcomes',
  ],
  [{ open: 0, untold: 1, campaignState: 'finished' }, 'waits for CleverTap to hear of 1 outcome'],
  [{ open: 0, untold: 0, campaignState: 'running' }, 'waits for the campaign, which is running, to finish'],
  [{ open: 0, untold: 0, campaignState: 'finished' }, ''],
])('what is awaited is said: %j', (awaited, words) => {
  expect(waitsFor(awaited)).toBe(words);
});
