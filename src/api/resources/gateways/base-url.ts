/** Where a gateway's credentials go: only over TLS, only to public hosts, and nowhere else than who gave them has said. */
import { AppError } from '../../../errors';
import { providerNamed } from '../../../providers/registry';
import { checkStandardUrl } from '../../../webhooks/target';
import type { GatewayDraft, GatewayRow } from '../../../store/gateways/gateways';
import { invalidField } from '../../http/invalid';

/**
 * @param outboundAllow `host[:port]` that may be private, and without TLS.
 * @throws AppError invalid-request when credentials may not go there.
 */
export function checkBaseUrl(baseUrl: string | null | undefined, outboundAllow: readonly string[]): void {
  if (baseUrl === null || baseUrl === undefined) return;
  const allowed = new Set(outboundAllow.map((host) => host.toLowerCase()));
  const problem = checkStandardUrl(baseUrl, allowed) ?? restProblem(new URL(baseUrl));
  if (problem !== null) throw invalidField('baseUrl', problem);
}

/** Vendors' own paths are appended. */
function restProblem({ search, hash }: URL): string | null {
  return search === '' && hash === '' ? null : 'must end with its path: give it without a query and a fragment';
}

/** A change of where the credentials go, by their origins. */
export interface Move {
  from: string;
  to: string;
}

/**
 * The move that a change would be; null when the credentials stay where they are.
 * @throws AppError credentials-required: whoever wants them elsewhere has to know them.
 */
export function checkMove(current: GatewayRow, draft: Partial<GatewayDraft>): Move | null {
  if (draft.baseUrl === undefined) return null;
  const standard = providerNamed(current.provider)?.defaultBaseUrl;
  const [from, to] = [current.base_url ?? standard, draft.baseUrl ?? standard].map((url) => normalised(url ?? ''));
  if (from === to) return null;
  const move = { from: originOf(from!), to: originOf(to!) };
  if (draft.credentials === undefined) {
    const message = `must come with another baseUrl (${move.from} becomes ${move.to}): the stored ones don’t go there`;
    throw new AppError('credentials-required', `credentials ${message}`, {
      problems: [{ field: 'credentials', message }],
    });
  }
  return move;
}

const normalised = (url: string): string =>
  (URL.canParse(url) ? withoutLogin(new URL(url).href) : url).replace(/\/+$/, '');

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

/** The URL as it is called: a login in it is never sent. What a query has is hidden. */
export function withoutLogin(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '' && parsed.search === '') return url;
  const query = parsed.search === '' ? '' : '?hidden';
  return `${parsed.origin}${parsed.pathname}${query}`.replace(/\/+$/, '');
}
