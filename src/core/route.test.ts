import { buildLegs, nextLeg, rankGateways, type Leg, type RankedGateway } from './route';

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

describe('nextLeg', () => {
  const legs: Leg[] = [
    { gatewayId: 'a', sender: 'requested' },
    { gatewayId: 'a', sender: 'fallback' },
    { gatewayId: 'b', sender: 'requested' },
    { gatewayId: 'b', sender: 'fallback' },
  ];

  it.each([
    ['sender', [1, 2, 3, null]],
    ['account', [2, 2, null, null]],
    ['transient', [2, 2, null, null]],
    ['recipient', [null, null, null, null]],
    ['content', [null, null, null, null]],
    ['unknown', [null, null, null, null]],
  ] as const)('after a refused %s', (failure, expected) => {
    expect(legs.map((_, from) => nextLeg(legs, from, failure))).toEqual(expected);
  });

  it('goes nowhere from a leg that is not there', () => {
    expect(nextLeg(legs, 4, 'sender')).toBeNull();
    expect(nextLeg([], 0, 'account')).toBeNull();
  });
});
