import { indexRegistrations, type Registration } from '../gateways/sender';
import { checkDltMessage, type DltMessage, type RegisteredText } from './dlt';

const ENTITY = '1001000000000000001';
const OTHER = '1001000000000000002';
const TEMPLATE = '1007000000000000001';
const header: Registration = {
  sender: 'BRANDA', class: 'transactional', approved: true, entityId: null, templates: [], gatewayIds: [],
}; // prettier-ignore
const promotional: Registration = { ...header, sender: 'PROMOS', class: 'promotional' };
const registered: RegisteredText = {
  templateId: TEMPLATE,
  entityId: ENTITY,
  text: 'Order {#var#} left.',
  class: 'service',
};
const message: DltMessage = {
  service: 'T',
  sender: 'BRANDA',
  entityId: ENTITY,
  templateId: TEMPLATE,
  text: 'Order 17 left.',
};
const check = (
  over: Partial<DltMessage> = {},
  texts: RegisteredText[] = [registered],
  senders: Registration[] = [header, promotional],
) => checkDltMessage({ ...message, ...over }, { senders: indexRegistrations(senders), texts, promotionalServices: [] });

describe('passes', () => {
  test.each<[string, Partial<DltMessage>, RegisteredText[]?, Registration[]?]>([
    ['as it is registered', {}],
    ['without an entity, which its template tells', { entityId: null }],
    [
      'without one, which its header tells',
      { entityId: null },
      [{ ...registered, entityId: null }],
      [{ ...header, entityId: ENTITY }],
    ],
    ['where another registration of its id fits', {}, [{ ...registered, text: 'Something else' }, registered]],
    [
      'promotional, with a header of that class',
      { service: 'P', sender: 'PROMOS' },
      [{ ...registered, class: 'promotional' }],
    ],
    ['when its texts are compared elsewhere', { text: null }],
    ['where the template does not tell its class', {}, [{ ...registered, class: null }]],
  ])('%s', (...[, over, texts, senders]) => {
    expect(check(over, texts, senders)).toEqual({ ok: true, entityId: ENTITY });
  });
});

describe('is refused', () => {
  test.each<[string, Partial<DltMessage>, string, string, RegExp, RegisteredText[]?]>([
    ['without a template id', { templateId: null }, 'dlt-template', 'templateId', /is missing/],
    ['with one that nobody knows', {}, 'dlt-template', 'templateId', /no template of the account has/, []],
    [
      'with a template without its text',
      {},
      'dlt-template',
      'templateId',
      /no dltText/,
      [{ ...registered, text: null }],
    ],
    ['with another text', { text: 'Order 17 is lost.' }, 'dlt-mismatch', 'text', /differs from the registered text/],
    [
      'without an entity that anybody tells',
      { entityId: null },
      'dlt-entity',
      'entityId',
      /is missing/,
      [{ ...registered, entityId: null }],
    ],
    ['with another entity than its template', { entityId: OTHER }, 'dlt-entity', 'entityId', /registered for/],
    [
      'promotional by its template, and labelled T',
      {},
      'service-class',
      'service',
      /send it as P/,
      [{ ...registered, class: 'promotional' }],
    ],
    [
      'with a header that is not registered',
      { sender: 'BRANDX' },
      'sender-not-approved',
      'sender',
      /BRANDX is not approved/,
    ],
    [
      'promotional with a transactional header',
      { service: 'MKT' },
      'header-mismatch',
      'sender',
      /transactional messages only/,
    ],
    [
      'with a promotional header for a password',
      { sender: 'PROMOS' },
      'header-mismatch',
      'sender',
      /promotional messages only/,
    ],
    ['without a header', { sender: null }, 'sender-not-approved', 'sender', /no header/],
  ])('%s', (...[, over, code, field, problem, texts]) => {
    expect(check(over, texts)).toEqual({ ok: false, code, field, message: expect.stringMatching(problem) });
  });
});
