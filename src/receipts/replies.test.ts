/** What a text of a phone is taken for: what its vendor did, its words, and its words without a keyword. */
import { hashNumber, startStore, storeGateway, type TestStore } from '../../test/support/rows';
import type { InboundText } from '../providers/provider';
import type { GatewayRow } from '../store/gateways/gateways';
import { createReplyReader } from './replies';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

it.each<[string, Partial<InboundText>, string, object]>([
  ['a word', { text: 'STOP' }, 'stop', { word: 'STOP', language: 'en' }],
  ['a word that the vendor acted on', { text: 'STOP', told: 'stop' }, 'stop', { by: 'provider' }],
  ['a word of the vendor’s own', { text: 'NOMORE', told: 'stop' }, 'stop', { by: 'provider' }],
  ['no text at all that the vendor acted on', { text: '', told: 'stop' }, 'stop', { by: 'provider' }],
  ['a yes that the vendor took for START', { text: 'Yes', told: 'start' }, 'start', { by: 'provider' }],
  ['a word that the vendor took for HELP', { text: 'STOP', told: 'reply' }, 'reply', { by: 'provider' }],
  ['a keyword before a word', { text: 'BRAND STOP', cleanText: 'STOP' }, 'stop', { word: 'STOP', language: 'en' }],
  ['a keyword before another', { text: 'BRAND hello', cleanText: 'hello' }, 'reply', {}],
  ['a word that is no keyword', { text: 'STOP', cleanText: '' }, 'stop', { word: 'STOP', language: 'en' }],
  ['a START behind a keyword', { text: 'BRAND START', cleanText: 'START' }, 'start', { word: 'START', language: 'en' }],
])('%s', async (_label, said, meaning, by) => {
  const read = createReplyReader({ database: store, numberHash: hashNumber });
  const text = { from: '+919800000001', text: '', ...said };
  const [draft] = await read(gateway, [text], 'signature');
  expect(draft).toMatchObject({ meaning, body: text.text });
  expect(draft!.evidence).toEqual({ gatewayId: gateway.id, ...by });
});
