import type { IncomingMessage } from 'node:http';
import { createClientAddresses } from './client-address';

const request = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
])('%s is counted as %s', (address, party) => {
  expect(createClientAddresses([]).partyOf(request(address))).toBe(party);
});

describe('X-Forwarded-For', () => {
  const addresses = createClientAddresses(['127.0.0.1', '10.0.0.0/8', '2001:db8:ffff::/48']);

  test.each([
    ['from a stranger it counts for nothing', '203.0.113.5', '192.0.2.7', '203.0.113.5'],
    ['from a proxy it does', '127.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['its last address that is no proxy of ours', '127.0.0.1', '192.0.2.1, 192.0.2.7, 10.1.2.3, 2001:db8:ffff::7', '192.0.2.7'],
    ['all of them proxies: the first', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['with a port', '127.0.0.1', '192.0.2.7:4711', '192.0.2.7'],
    ['IPv6 with a port', '127.0.0.1', '[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
    ['what is no address ends it', '127.0.0.1', '192.0.2.7, unknown', '127.0.0.1'],
    ['a proxy that tells none', '10.0.0.1', undefined, '10.0.0.1'],
  ])('%s', (_, socket, forwarded, party) => {
    expect(addresses.partyOf(request(socket, forwarded))).toBe(party);
  }); // prettier-ignore

  test('a proxy’s connections are known as such', () => {
    expect(['127.0.0.1', '::ffff:10.9.9.9', '192.0.2.7'].map((remoteAddress) => addresses.isProxy({ remoteAddress } as never))).toEqual([true, true, false]);
  }); // prettier-ignore
});
