import { buildLegs, nextLeg, type Leg } from './route';

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
