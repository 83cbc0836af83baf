/** Which vendor, account and vendor's own path a URL means. */
import type { Protocol } from './protocol';

/** A route of one vendor. Without `account` the vendor knows no such path, or takes no such method there. */
export type Route =
  | { protocol: Protocol; account: string; path: string; isLookup: boolean }
  | { protocol: Protocol; account?: undefined };

interface Entry {
  protocol: Protocol;
  paths: { pattern: RegExp; methods: readonly string[]; isLookup: boolean }[];
}

/** The vendor's path behind an optional account; `*` stands for one segment. */
function patternOf(path: string): RegExp {
  const own = path.replaceAll('.', '\\.').replaceAll('*', '[^/]+');
  return new RegExp(`^(?:/([A-Za-z0-9_-]{1,64}))?(${own})$`);
}

export class Routes {
  private readonly entries: Map<string, Entry>;

  constructor(protocols: readonly Protocol[]) {
    this.entries = new Map(
      protocols.map((protocol) => {
        const paths = Object.entries(protocol.paths).map(([path, methods]) => ({
          pattern: patternOf(path),
          methods,
          isLookup: false,
        }));
        for (const path of protocol.lookup?.paths ?? [])
          paths.push({ pattern: patternOf(path), methods: ['GET'], isLookup: true });
        return [protocol.name, { protocol, paths }];
      }),
    );
  }

  /**
   * Splits `/infobip/alpha/sms/3/messages` into vendor, account and path; an unnamed account has the vendor's name.
   * @returns nothing when no vendor is called so.
   */
  find(method: string, url: string): Route | undefined {
    const end = url.indexOf('/', 1);
    const name = end < 0 ? url.slice(1) : url.slice(1, end);
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    const { protocol } = entry;
    const rest = url.slice(name.length + 1);
    for (const { pattern, methods, isLookup } of entry.paths) {
      const [, account = name, path] = pattern.exec(rest) ?? [];
      if (path !== undefined && methods.includes(method)) return { protocol, account, path, isLookup };
    }
    return { protocol };
  }
}
