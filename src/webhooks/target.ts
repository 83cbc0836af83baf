/** Where callbacks and events may be sent to. */
import { isIP } from 'node:net';
import { isPublicAddress } from '../outbound/addresses';

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };
/** Names that never leave a network (RFC 6761, RFC 6762, and what clouds and routers use). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|test|invalid|home\.arpa)$/;

/**
 * Null when something may be sent to `url`, else why not: over TLS, without credentials, to a host that may be called.
 * @param allowed `host` or `host:port` that may be called in any case, and without TLS.
 * @param hostProblem why another host may not be called; null when it may.
 */
export function checkTarget(
  url: string,
  allowed: ReadonlySet<string>,
  hostProblem: (hostname: string) => string | null,
): string | null {
  if (!URL.canParse(url)) return 'is not an absolute URL';
  const { protocol, hostname, port, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'must not carry credentials';
  if (!/^https?:$/.test(protocol)) return 'must start with https://';
  if (allowed.has(`${hostname}:${port || DEFAULT_PORTS[protocol]}`) || allowed.has(hostname)) return null;
  if (protocol !== 'https:') return 'must start with https://';
  return hostProblem(hostname);
}

/**
 * Null when events may go to `url`, else why not. Any public host will do; what a name resolves to is looked at when it
 * is called, so this only refuses what is plainly private.
 * @param allowed `host` or `host:port` that may be private, and without TLS.
 */
export function checkStandardUrl(url: string, allowed: ReadonlySet<string>): string | null {
  return checkTarget(url, allowed, privateHostProblem);
}

function privateHostProblem(hostname: string): string | null {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isPrivate = isIP(host) > 0 ? !isPublicAddress(host) : PRIVATE_NAME.test(host) || !host.includes('.');
  return isPrivate ? `has the private host ${hostname}: list it in HELIOGRAPH_OUTBOUND_ALLOW to reach it` : null;
}
