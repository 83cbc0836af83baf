/** Where a request comes from, as shares and budgets are counted: told by the socket, or by a proxy that is trusted. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { createAddressList, plainAddress } from '../../receipts/address-list';

export interface ClientAddresses {
  /** The client's address, IPv4 as IPv4; empty when it is gone. See {@link partyOf} for whom that is asked of. */
  addressOf(request: Pick<IncomingMessage, 'socket' | 'headers'>): string;
  /**
   * The client's IPv4 address, or the /64 network of its IPv6 address, which is what one customer of a provider has.
   * `X-Forwarded-For` is read from the right, past trusted proxies, as long as who tells it is one of them.
   */
  partyOf(request: Pick<IncomingMessage, 'socket' | 'headers'>): string;
  /** Whether a connection comes from a trusted proxy, which brings many clients. */
  isProxy(socket: Socket): boolean;
}

/** @param trusted addresses and CIDR blocks of proxies, such as `10.0.0.0/8`. */
export function createClientAddresses(trusted: readonly string[]): ClientAddresses {
  const trusts = createAddressList(trusted);

  function addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    let address = plain(socket.remoteAddress ?? '');
    if (!trusts(address)) return address;
    const told = String(headers['x-forwarded-for'] ?? '').split(',');
    while (trusts(address)) {
      const next = withoutPort(told.pop()?.trim() ?? '');
      if (isIP(next) === 0) break;
      address = plain(next);
    }
    return address;
  }

  return {
    addressOf,
    partyOf: (request) => network(addressOf(request)),
    isProxy: (socket) => trusts(plain(socket.remoteAddress ?? '')),
  };
}

/** Some proxies name the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (text: string): string =>
  /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

/** An IPv4 address that came over an IPv6 socket, as itself; without the zone of a link. */
const plain = (address: string): string => plainAddress(address).replace(/%.*$/, '');

/** The first 64 bits of an IPv6 address, written out; anything else as it is. */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address at its end stands for two groups.
  const written = before.length + after.length + (address.includes('.') ? 1 : 0);
  const groups = tail === undefined ? before : [...before, ...Array<string>(8 - written).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
