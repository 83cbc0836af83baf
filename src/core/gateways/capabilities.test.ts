import { missingCapabilities, type MessageCapabilities, type MessageNeeds } from './capabilities';

const ALL: MessageCapabilities = { flash: true, port: true, dlt: true, maxParts: 25, maxCharacters: null };
const NONE: MessageCapabilities = {
  flash: false,
  port: false,
  dlt: false,
  maxParts: 10,
  maxCharacters: 5,
  needsSender: true,
};
const IDS = { entityId: '1001000000000000001', templateId: '1007000000000000001' };

const needs = (over: Partial<MessageNeeds> = {}): MessageNeeds => ({
  options: null,
  segments: 1,
  text: 'Hello',
  sender: 'BRANDA',
  recipients: ['+919800000001'],
  ...over,
});

it.each<[string, MessageCapabilities, Partial<MessageNeeds>, string[]]>([
  ['a plain text', NONE, {}, []],
  ['options that cost nothing', NONE, { options: {} }, []],
  ['flash', NONE, { options: { flash: true } }, ['flash']],
  ['a port', NONE, { options: { port: 16_000 } }, ['port']],
  ['as many parts as it takes', NONE, { segments: 10 }, []],
  ['a part too many', NONE, { segments: 11 }, ['text']],
  ['as many characters as it takes', NONE, { text: '12345' }, []],
  ['a character too many', NONE, { text: '123456' }, ['characters']],
  ['as many, some of two code units', NONE, { text: '😀😀😀😀😀' }, []],
  ['a text that is not known', NONE, { text: null }, []],
  ['no sender ID', NONE, { sender: null }, ['sender']],
  ['no sender ID, where the vendor has one', ALL, { sender: null, text: 'x'.repeat(2_000) }, []],
  ['DLT ids to India', NONE, { options: IDS }, ['entityId', 'templateId']],
  ['DLT ids to elsewhere', NONE, { options: IDS, recipients: ['+15550100123'] }, []],
  [
    'DLT ids to both',
    NONE,
    { options: IDS, recipients: ['+15550100123', '+919800000001'] },
    ['entityId', 'templateId'],
  ],
  [
    'everything',
    NONE,
    { options: { flash: true, port: 1, ...IDS }, segments: 11 },
    ['text', 'flash', 'port', 'entityId', 'templateId'],
  ],
  ['everything, where it can be carried', ALL, { options: { flash: true, port: 1, ...IDS }, segments: 25 }, []],
])('%s', (_, capabilities, over, missing) => {
  expect(missingCapabilities(capabilities, needs(over))).toEqual(missing);
});
