/** Lists of IP addresses and ranges, as people write them: `198.51.100.7`, `203.0.113.0/24`, `2001:db8::/32`. */
import { BlockList, isIP } from 'node:net';

/** Bits of an address, by the version that `isIP` tells. */
const BITS: Record<number, number> = { 4: 32, 6: 128 };
const FAMILY = { 4: 'ipv4', 6: 'ipv6' } as const;

/** Null when `text` is an address or a range (CIDR), else what is wrong with it. */
export function addressRangeProblem(text: string): string | null {
  const [address = '', bits, ...rest] = text.split('/');
  const most = BITS[isIP(address)];
  if (most === undefined || rest.length > 0) return 'must be an IP address or a range such as 203.0.113.0/24';
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return `must end in /0 to /${most}`;
  return null;
}

/**
 * Tells whether an address is in any of these ranges. IPv4 that is written as IPv6 (`::ffff:198.51.100.7`) counts as IPv4.
 * @param ranges each without an {@link addressRangeProblem}.
 */
export function createAddressList(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, bits] = range.split('/') as [string, string?];
    const version = isIP(address) as 4 | 6;
    if (bits === undefined) list.addAddress(address, FAMILY[version]);
    else list.addSubnet(address, Number(bits), FAMILY[version]);
  }
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, FAMILY[version as 4 | 6]);
  };
}

/** An address as its own version writes it: what a socket that takes both tells of IPv4 is unwrapped. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
