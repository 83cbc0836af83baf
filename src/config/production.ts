/**
 * What a deployment may not be: each problem names its setting and the remedy. Only `NODE_ENV=production` asks; on a
 * developer's machine all of it is allowed.
 */
import { BlockList, isIP } from 'node:net';
import { adminKeyWeakness, masterKeyWeakness } from './key-strength';

/** Something about one setting, as the end of a sentence that begins with its name. */
export interface Problem {
  name: string;
  message: string;
}

/** What HELIOGRAPH_ALLOW_INSECURE may name. */
export const INSECURE = ['http-public-url', 'plain-database'] as const;
export type Insecure = (typeof INSECURE)[number];

/** Settings as they were given; what is malformed has been told already and is left out. */
export interface Given {
  /** Each with the variable that it came from, and its id in a ring. */
  masterKeys: readonly { name: string; id?: string; key: Uint8Array }[];
  adminKey?: string;
  publicUrl?: string;
  /** Connection strings by their variables. */
  databases: readonly { name: string; url: string }[];
  outboundAllow?: readonly string[];
  /** True = a port was named. */
  isSimulatorOn: boolean;
  logLevel?: string;
  allowed: readonly string[];
}

/** @param purpose a migration needs the database alone. */
export function productionProblems(given: Given, purpose: 'serve' | 'migrate'): Problem[] {
  return [
    ...(purpose === 'serve' ? [...masterKeyProblems(given.masterKeys), ...publicUrlProblems(given)] : []),
    ...adminKeyProblems(given.adminKey),
    ...databaseProblems(given),
    ...outboundProblems(given.outboundAllow ?? []),
    ...simulatorProblems(given.isSimulatorOn),
    ...logProblems(given.logLevel),
  ];
}

/** Nothing to seal with is a problem too. */
export function masterKeyProblems(keys: Given['masterKeys']): Problem[] {
  if (keys.length === 0) {
    return [
      { name: 'HELIOGRAPH_MASTER_KEY', message: 'is required with NODE_ENV=production: openssl rand -base64 32' },
    ];
  }
  return keys.flatMap(({ name, id, key }) => {
    const weakness = masterKeyWeakness(key);
    const which = id === undefined ? '' : `: the key ${id}`;
    return weakness === null
      ? []
      : [{ name, message: `${which} ${weakness}: draw one by openssl rand -base64 32`.trim() }];
  });
}

function adminKeyProblems(key: string | undefined): Problem[] {
  const weakness = key === undefined ? null : adminKeyWeakness(key);
  if (weakness === null) return [];
  const message = `${weakness}: draw one by openssl rand -base64 32, or give its hash, sha256:<64 hexadecimal digits>`;
  return [{ name: 'HELIOGRAPH_ADMIN_KEY', message }];
}

function publicUrlProblems({ publicUrl, allowed }: Given): Problem[] {
  if (publicUrl?.startsWith('https:')) return [];
  if (publicUrl !== undefined && allowed.includes('http-public-url')) return [];
  const message =
    publicUrl === undefined
      ? 'is required with NODE_ENV=production: the https address that providers reach this at'
      : 'must be https, or reports of providers come in clear: put TLS in front, or say HELIOGRAPH_ALLOW_INSECURE=http-public-url';
  return [{ name: 'HELIOGRAPH_PUBLIC_URL', message }];
}

function databaseProblems({ databases, allowed }: Given): Problem[] {
  if (allowed.includes('plain-database')) return [];
  return databases
    .filter(({ url }) => isPlain(url))
    .map(({ name }) => ({
      name,
      message:
        'leads to another host without TLS that checks whom it talks to: add ?sslmode=verify-full, or say HELIOGRAPH_ALLOW_INSECURE=plain-database where the network between is your own',
    }));
}

/**
 * `sslmode` as pg-connection-string reads it: these check the server's certificate. `require` does so unless the meaning
 * of libpq is asked for (`uselibpqcompat`); `prefer`, `allow` and `disable` may do without TLS, `no-verify` trusts anybody.
 */
const CHECKED_MODES = ['verify-ca', 'verify-full'];

/** Whether what is asked and answered can be read or changed on the way. A URL that can't be read counts as such. */
function isPlain(url: string): boolean {
  const parsed = parseUrl(url);
  if (parsed === null) return true;
  const { searchParams } = parsed;
  const mode = searchParams.get('sslmode');
  if (mode !== null && CHECKED_MODES.includes(mode)) return false;
  const isCompatible = searchParams.get('uselibpqcompat') === 'true';
  if (!isCompatible && (mode === 'require' || (mode === null && searchParams.get('ssl') === 'true'))) return false;
  const host = (searchParams.get('host') ?? decodeURIComponent(parsed.hostname)).replace(/^\[|\]$/g, '');
  // A folder is that of a Unix socket.
  return !(host === '' || host.startsWith('/') || isLoopback(host));
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string): boolean => host.toLowerCase() === 'localhost' || isIn(loopback, host);

/** Where clouds tell a machine its credentials, and addresses that only mean something on one network segment. */
const metadata = new BlockList();
// RFC 3927 and RFC 4291; AWS, Azure, Google and Oracle's older service are 169.254.169.254.
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addSubnet('fe80::', 10, 'ipv6');
// AWS, "Use the Instance Metadata Service": its IPv6 address.
metadata.addAddress('fd00:ec2::254', 'ipv6');
// Google Cloud, "About VM metadata": its IPv6 address.
metadata.addAddress('fd20:ce::254', 'ipv6');
// Alibaba Cloud, "Instance metadata".
metadata.addAddress('100.100.100.200', 'ipv4');
// Microsoft, "What is IP address 168.63.129.16?".
metadata.addAddress('168.63.129.16', 'ipv4');
const METADATA_NAMES = /^(metadata|metadata\.google\.internal|metadata\.goog|instance-data(\..+)?)$/;

function outboundProblems(hosts: readonly string[]): Problem[] {
  const forbidden = hosts.filter((host) => isMetadata(host));
  if (forbidden.length === 0) return [];
  const message = `may not name ${forbidden.join(', ')}: a link-local or metadata address, which gives away the credentials of this machine; take it out`;
  return [{ name: 'HELIOGRAPH_OUTBOUND_ALLOW', message }];
}

/** @param entry `host` or `host:port`, an IPv6 address with or without brackets, in any spelling that a URL may have. */
function isMetadata(entry: string): boolean {
  const host = isIP(entry) === 6 ? `[${entry}]` : entry;
  const name = (parseUrl(`http://${host}`)?.hostname ?? host).replace(/^\[|\]$|\.$/g, '');
  return METADATA_NAMES.test(name) || isIn(metadata, name);
}

/** Also true for an IPv4 address inside an IPv6 one (`::ffff:a9fe:a9fe`). */
function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function simulatorProblems(isOn: boolean): Problem[] {
  if (!isOn) return [];
  const message =
    'may not be a port with NODE_ENV=production: every account could send to it; set it to off, or leave it out';
  return [{ name: 'HELIOGRAPH_SIMULATOR_PORT', message }];
}

function logProblems(level: string | undefined): Problem[] {
  if (level !== 'trace' && level !== 'debug') return [];
  return [
    {
      name: 'LOG_LEVEL',
      message: 'must be info or above with NODE_ENV=production: what these levels tell is not for keeping',
    },
  ];
}
