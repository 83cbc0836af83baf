import { indexRegistrations, type Registration } from '../../core/gateways/sender';
import { providers } from '../../providers/registry';
import type { DispatchGateway } from './gateways';
import { legAfter, legsInstead, legMismatch, type ResolvedRoute, type ResolvedLeg, type RoutedMessage } from './route';

const TEMPLATE = '1007000000000000001';

const gateway = (provider: string, over: object = {}) =>
  ({ provider: providers[provider]!, row: { deleted_at: null }, ...over }) as DispatchGateway;

const leg = (gatewayId: string, over: Partial<ResolvedLeg> = {}): ResolvedLeg => ({
  gatewayId,
  imposed: false,
  sender: null,
  gateway: gateway('infobip'),
  unusable: null,
  ...over,
});

const imposing = (gatewayId: string, sender: string): ResolvedLeg => leg(gatewayId, { imposed: true, sender });

function routeOf(legs: ResolvedLeg[], registrations: Partial<Registration>[] = [], over: object = {}): ResolvedRoute {
  const filled = registrations.map((registration) => ({
    sender: 'BRANDA',
    class: 'transactional' as const,
    approved: true,
    entityId: null,
    templates: [],
    gatewayIds: [],
    ...registration,
  }));
  const rules = {
    indiaStrict: false,
    promotionalServices: [],
    approvedOnly: false,
    dropOptions: false,
    caps: null,
    optOuts: { shared: false, promotional: [] },
    senderRates: new Map<string, number>(),
    registered: indexRegistrations(filled),
    ...over,
  };
  return { plan: [], legs, rules, accountId: 'default' };
}

const message = (over: Partial<RoutedMessage> = {}): RoutedMessage => ({
  own: 'BRANDA',
  service: 'T',
  msisdn: '+919800000001',
  segments: 1,
  options: null,
  ...over,
});

describe('legAfter', () => {
  const legs = [leg('gw_a'), imposing('gw_a', 'BRANDB'), imposing('gw_b', 'BRANDC'), imposing('gw_c', 'BRANDD')];
  const from = { leg: 0, sender: 'BRANDA' };

  it('a refused sender ID goes on to the next of the same class', () => {
    const route = routeOf(legs, [
      { sender: 'BRANDA' },
      { sender: 'BRANDB', class: 'service' },
      { sender: 'BRANDC', class: 'promotional' },
      { sender: 'BRANDD' },
    ]);
    expect(legAfter(route, from, 'sender', message())).toBe(3);
    // A gateway that failed says nothing of sender IDs, but the message may not change its class on the way either.
    expect(legAfter(route, from, 'account', message())).toBe(3);
  });

  it('and fails where there is none', () => {
    const others = ['BRANDB', 'BRANDC', 'BRANDD'].map((sender) => ({ sender, class: 'service' as const }));
    expect(legAfter(routeOf(legs, [{ sender: 'BRANDA' }, ...others]), from, 'sender', message())).toBeNull();
  });

  it('the template of the message is linked to the sender ID that follows', () => {
    const route = routeOf(legs, [
      { sender: 'BRANDA', templates: [TEMPLATE] },
      { sender: 'BRANDB', templates: ['1007000000000000002'] },
      { sender: 'BRANDC', templates: [TEMPLATE] },
    ]);
    expect(legAfter(route, from, 'sender', message({ options: { templateId: TEMPLATE } }))).toBe(2);
  });

  it('an unregistered one is used as given; an unapproved one is not where approval is asked for', () => {
    expect(legAfter(routeOf(legs), from, 'sender', message())).toBe(1);
    const approved = [{ sender: 'BRANDA' }, { sender: 'BRANDB', approved: false }, { sender: 'BRANDC' }];
    expect(
      legAfter(
        routeOf(legs, approved, { indiaStrict: false, promotionalServices: [], approvedOnly: true }),
        from,
        'sender',
        message(),
      ),
    ).toBe(2);
  });

  it('skips gateways that are gone, and those that can’t carry the message, but not those that are merely paused', () => {
    const flash = message({ options: { flash: true } });
    const rest = [
      leg('gw_b', { gateway: undefined }),
      leg('gw_c', { gateway: gateway('twilio') }),
      leg('gw_d', { unusable: 'the gateway is paused' }),
    ];
    expect(legAfter(routeOf([leg('gw_a'), ...rest]), from, 'account', flash)).toBe(3);
    expect(legAfter(routeOf([leg('gw_a'), ...rest]), from, 'account', message())).toBe(2);
    expect(legAfter(routeOf([leg('gw_a'), ...rest], [], { dropOptions: true }), from, 'account', flash)).toBe(2);
  });
});

describe('legMismatch', () => {
  const twilio = routeOf([leg('gw_a', { gateway: gateway('twilio') })]);

  it('names what the gateway can’t carry', () => {
    const reason = 'not sent: Twilio can’t carry flash, a port';
    const wanted = message({ options: { flash: true, port: 16_000 } });
    expect(legMismatch(twilio, 0, wanted)).toEqual({ class: 'content', clevertap: '902', reason });
    expect(legMismatch(twilio, 0, message())).toBeNull();
  });

  it('with unsupported options dropped, only a text of too many parts is one', () => {
    const dropping = { ...twilio, rules: { ...twilio.rules, dropOptions: true } };
    expect(legMismatch(dropping, 0, message({ options: { flash: true } }))).toBeNull();
    expect(legMismatch(dropping, 0, message({ segments: 25 }))?.reason).toBe(
      'not sent: Twilio can’t carry so many parts',
    );
  });

  it('DLT ids are for India: elsewhere a gateway without a place for them lacks nothing', () => {
    const options = { templateId: TEMPLATE };
    expect(legMismatch(twilio, 0, message({ options }))?.reason).toBe('not sent: Twilio can’t carry a DLT template id');
    expect(legMismatch(twilio, 0, message({ options, msisdn: '+15550100123' }))).toBeNull();
  });

  it.each([
    ['MKT', 'promo', true],
    ['MKT', 'T', false],
    ['T', 'T', true],
    ['OTP', 'T', true],
    ['T', 'P', false],
    ['OFFERS', 'P', true],
  ])('strict: over the product %s a message of the service %s leaves: %s', (product, service, leaves) => {
    const legs = [leg('gw_a', { gateway: gateway('mobtexting', { config: { credentials: { service: product } } }) })];
    const registrations = [{ sender: 'BRANDA' }, { sender: 'BRANDA', class: 'promotional' as const }];
    const strict = routeOf(legs, registrations, { indiaStrict: true, promotionalServices: ['offers'] });
    expect(legMismatch(strict, 0, message({ service })) === null).toBe(leaves);
    expect(legMismatch(strict, 0, message({ service, msisdn: '+447700900123' }))).toBeNull();
    expect(legMismatch(routeOf(legs), 0, message({ service }))).toBeNull();
  });

  it('strict: a header that is not approved for the class of the message', () => {
    const strict = (own: Partial<Registration>) => routeOf([leg('gw_a')], [own], { indiaStrict: true });
    expect(legMismatch(strict({}), 0, message())).toBeNull();
    expect(legMismatch(strict({}), 0, message({ service: 'MKT' }))?.reason).toMatch(/transactional messages only/);
    expect(legMismatch(strict({ approved: false }), 0, message())).toMatchObject({ clevertap: '906' });
    expect(legMismatch(strict({ sender: 'BRANDB' }), 0, message())?.reason).toMatch(/BRANDA is not approved/);
    expect(legMismatch(strict({}), 0, message({ own: 'ANY', msisdn: '+447700900123' }))).toBeNull();
  });

  it('a sender ID that is registered with other gateways', () => {
    const bound = routeOf([leg('gw_a')], [{ gatewayIds: ['gw_b'] }]);
    expect(legMismatch(bound, 0, message())).toMatchObject({ class: 'sender', clevertap: '906' });
  });
});

describe('legsInstead', () => {
  const paused = { unusable: 'the gateway is paused' };
  const gone = {
    unusable: 'the gateway was deleted',
    gateway: gateway('infobip', { row: { deleted_at: new Date(0) } }),
  };

  it.each<[string, Partial<ResolvedLeg>[], number, number[]]>([
    ['a later leg that takes messages', [paused, paused, {}], 0, [2]],
    ['a later leg rather than an earlier one', [{}, paused, {}], 1, [2]],
    ['back to earlier ones that take messages again, each for what it has not refused', [{}, {}, paused], 2, [0, 1]],
    ['an earlier one when the gateway is gone', [{}, gone], 1, [0]],
    ['else one that may come back', [paused, gone], 1, [0]],
    ['nowhere while none takes messages', [paused, paused], 1, []],
    ['nowhere when all are gone', [gone, gone], 0, []],
  ])('%s', (_, legs, index, expected) => {
    const route = routeOf(legs.map((over, i) => leg(`gw_${i}`, over)));
    const moves = legsInstead(route, index);
    // Where there is no other, it goes back in the end whatever was refused.
    expect([...new Set(moves.map((move) => move.leg))]).toEqual(expected);
    for (const { leg: to, notRefusedBy } of moves) {
      if (to < index && legs[to]!.unusable === undefined && legs[index] !== gone) expect(notRefusedBy).toBe(`gw_${to}`);
    }
  });

  it('a refused message goes to a leg that takes messages now, before one that may do so again', () => {
    const route = routeOf([leg('gw_0'), leg('gw_1', paused), leg('gw_2')]);
    const message = { own: null, service: 'T', msisdn: '+919800000001', segments: 1, options: null };
    expect(legAfter(route, { leg: 0, sender: null }, 'transient', message)).toBe(2);
    const waiting = routeOf([leg('gw_0'), leg('gw_1', paused)]);
    expect(legAfter(waiting, { leg: 0, sender: null }, 'transient', message)).toBe(1);
  });
});
