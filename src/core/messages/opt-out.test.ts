import { meaningOf } from './opt-out';

it.each([
  ['STOP', 'stop'],
  [' stop ', 'stop'],
  ['Stop.', 'stop'],
  ['STOP please', 'stop'],
  ['opt-out', 'stop'],
  ['stopping by later', 'reply'],
  ['do not stop', 'reply'],
  ['START', 'start'],
  ['Yes!', 'start'],
  ['yes, at nine', 'reply'],
  ['', 'reply'],
  ['ठीक है', 'reply'],
])('%j means %s', (text, meaning) => {
  expect(meaningOf(text)).toBe(meaning);
});
