/** Which addresses outgoing requests may reach: the guard against a URL that points into our own network. */
import dns from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** The code of the error that {@link publicLookup} fails with. */
export const NOT_PUBLIC = 'ERR_ADDRESS_NOT_PUBLIC';

/** Everything in the IANA special-purpose registries that is not the public internet. */
const RESERVED_V4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4',
]; // prettier-ignore
/** Only 2000::/3 is global unicast; within it these carry other addresses inside or are for documentation. */
const RESERVED_WITHIN_2000_3 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const reserved = new BlockList();
const globalV6 = new BlockList();
for (const subnet of RESERVED_V4) add(reserved, subnet, 'ipv4');
for (const subnet of RESERVED_WITHIN_2000_3) add(reserved, subnet, 'ipv6');
add(globalV6, '2000::/3', 'ipv6');

function add(list: BlockList, subnet: string, family: 'ipv4' | 'ipv6'): void {
  const [network, bits] = subnet.split('/') as [string, string];
  list.addSubnet(network, Number(bits), family);
}

/** Whether an IP address belongs to the public internet. IPv6 that wraps IPv4 (mapped, 6to4, Teredo, NAT64) never does. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !reserved.check(address, 'ipv4');
    case 6:
      return globalV6.check(address, 'ipv6') && !reserved.check(address, 'ipv6');
    default:
      return false;
  }
}

/**
 * `dns.lookup` that knows public addresses only. It is used by the socket itself, so the address that was checked is the
 * address that is connected to, and a name that changes its answer between check and use gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const addresses = found.filter(({ address }) => isPublicAddress(address));
    const first = addresses[0];
    if (!first) return callback(Object.assign(new Error('no public address'), { code: NOT_PUBLIC }), '', 0);
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
