import { buildLegs, nextLeg, rankGateways, senderLeg, senderOn, type RankedGateway, type SenderLeg } from './route';

describe('rankGateways', () => {
  const gateway = (id: string, over: Partial<RankedGateway> = {}): RankedGateway => ({
    id,
    fallbackSender: null,
    priority: 100,
    weight: 1,
    demo: false,
    ...over,
  });
  /** A chance that comes out as told, in turn. */
  const chance = (...numbers: number[]) => {
    let at = 0;
    return () => numbers[at++ % numbers.length]!;
  };
  const order = (gateways: RankedGateway[], random: () => number) => rankGateways(gateways, random).map(({ id }) => id);

  it('goes by priority, whatever the weights and the chance', () => {
    const gateways = [
      gateway('c', { priority: 3, weight: 1_000 }),
      gateway('a', { priority: 1 }),
      gateway('b', { priority: 2 }),
    ];
    for (const random of [chance(0.01), chance(0.99), chance(0.99, 0.01, 0.5)]) {
      expect(order(gateways, random)).toEqual(['a', 'b', 'c']);
    }
  });

  it('shares among equals by weight', () => {
    const gateways = [gateway('light'), gateway('heavy', { weight: 3 })];
    // Every pair of a grid of chances: no luck in this test.
    const grid = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
    const firsts = grid.flatMap((a) => grid.map((b) => order(gateways, chance(a, b))[0]));
    expect(firsts.filter((id) => id === 'heavy').length / firsts.length).toBeCloseTo(0.75, 1);
  });

  it('tries a degraded one after the others of its priority, whatever the weights and the chance', () => {
    const gateways = [
      gateway('slow', { weight: 1_000, degraded: true }),
      gateway('well'),
      gateway('last', { priority: 200 }),
    ];
    for (const random of [chance(0.01), chance(0.99), chance(0.99, 0.01, 0.5)]) {
      expect(order(gateways, random)).toEqual(['well', 'slow', 'last']);
    }
  });

  it('leaves a demo gateway out once there is a real one', () => {
    expect(order([gateway('demo', { demo: true, priority: 1 })], chance(0.5))).toEqual(['demo']);
    expect(order([gateway('demo', { demo: true, priority: 1 }), gateway('real')], chance(0.5))).toEqual(['real']);
  });
});

describe('buildLegs', () => {
  it('goes through the gateways in the order given, the requested sender ID before the fallback', () => {
    const legs = buildLegs([
      { id: 'a', fallbackSender: 'BRANDB' },
      { id: 'b', fallbackSender: null },
      { id: 'c', fallbackSender: 'BRANDC' },
    ]);
    expect(legs.map(({ gatewayId, sender }) => `${gatewayId} ${sender}`)).toEqual([
      'a requested',
      'a fallback',
      'b requested',
      'c requested',
      'c fallback',
    ]);
  });

  it('has no leg without a gateway', () => {
    expect(buildLegs([])).toEqual([]);
  });
});

describe('senderLeg and senderOn', () => {
  const gateway = { default_sender: 'DEFALT', fallback_sender: 'FALLBK' };

  it.each([
    ['requested', 'BRANDA', 'BRANDA'],
    ['requested', null, 'DEFALT'],
    ['fallback', 'BRANDA', 'FALLBK'],
    [{ name: 'ROUTED' }, 'BRANDA', 'ROUTED'],
    [{ name: 'fallback' }, null, 'fallback'],
  ] as const)('a leg of %j gives a message that asked for %s the sender ID %s', (sender, own, expected) => {
    expect(senderOn(senderLeg({ gatewayId: 'a', sender }, gateway), own)).toBe(expected);
  });

  it('a gateway that is gone has no sender ID to give', () => {
    expect(senderOn(senderLeg({ gatewayId: 'a', sender: 'requested' }, undefined), null)).toBeNull();
    expect(senderOn(senderLeg({ gatewayId: 'a', sender: 'fallback' }, undefined), 'BRANDA')).toBeNull();
  });
});

describe('nextLeg', () => {
  const legs: SenderLeg[] = [
    { gatewayId: 'a', imposed: false, sender: 'DEFALT' },
    { gatewayId: 'a', imposed: true, sender: 'BRANDB' },
    { gatewayId: 'b', imposed: false, sender: null },
    { gatewayId: 'b', imposed: true, sender: 'BRANDC' },
  ];
  /** The leg after each, for a message that asked for `own`. */
  const after = (failure: Parameters<typeof nextLeg>[2], own: string | null) =>
    legs.map((leg, i) => nextLeg(legs, { leg: i, sender: senderOn(leg, own), own }, failure));

  it.each([
    ['sender', [1, 2, 3, null]],
    ['account', [2, 2, null, null]],
    ['transient', [2, 2, null, null]],
    ['recipient', [null, null, null, null]],
    ['content', [null, null, null, null]],
    ['unknown', [null, null, null, null]],
  ] as const)('after a refused %s', (failure, expected) => {
    expect(after(failure, 'BRANDA')).toEqual(expected);
  });

  it('does not try a refused sender ID again over its gateway, but does over another', () => {
    expect(after('sender', 'BRANDB')).toEqual([2, 2, 3, null]);
    expect(after('sender', 'BRANDC')).toEqual([1, 2, null, null]);
  });

  it('a provider’s own default is not known to be the same as itself', () => {
    const unnamed = [0, 1].map(() => ({ gatewayId: 'a', imposed: false, sender: null }));
    expect(nextLeg(unnamed, { leg: 0, sender: null, own: null }, 'sender')).toBe(1);
  });

  it('asks whether the message may take a leg, with the sender ID that it would have there', () => {
    const asked: unknown[] = [];
    const attempt = { leg: 0, sender: 'BRANDA', own: 'BRANDA' };
    const next = nextLeg(legs, attempt, 'sender', (...of) => asked.push(of) === 3);
    expect(next).toBe(3);
    expect(asked).toEqual([
      [1, 'BRANDB'],
      [2, 'BRANDA'],
      [3, 'BRANDC'],
    ]);
  });

  it('goes nowhere from a leg that is not there', () => {
    const attempt = { sender: null, own: null };
    expect(nextLeg(legs, { leg: 4, ...attempt }, 'sender')).toBeNull();
    expect(nextLeg([], { leg: 0, ...attempt }, 'account')).toBeNull();
  });
});
