/** The legs of a slice: where they come from, how they stand now, and which of them a message may take. */
import { CAPABILITY_NAMES, NONE_MISSING, missingCapabilities, type Capability } from '../../core/gateways/capabilities';
import type { FailureClass } from '../../core/messages/outcome';
import {
  buildLegs,
  nextLeg,
  rankGateways,
  senderLeg,
  senderOn,
  type Leg,
  type RefusedAttempt,
  type SenderLeg,
} from '../../core/gateways/route';
import { headerProblem, INDIA_PREFIX } from '../../core/gateways/header';
import { mayFollow, senderProblem } from '../../core/gateways/sender';
import { isPromotional } from '../../core/messages/service';
import type { Database } from '../../store/database';
import { listGateways } from '../../store/gateways/gateways';
import { findRouteLegs } from '../../store/gateways/routes';
import type { MessageOptions } from '../../store/tables';
import { readDispatchRules, type DispatchRules } from '../../store/gateways/senders';
import { writeLegs, type SealedSlice } from '../../store/messages/slices';
import type { DispatchGateway, Gateways } from './gateways';

/** A leg as it stands now. */
export interface ResolvedLeg extends SenderLeg {
  gateway: DispatchGateway | undefined;
  /** Null when it takes messages, else why it does not. */
  unusable: string | null;
}

/** The legs of a slice as they stand now, and the account's rules for them. */
export interface ResolvedRoute {
  /** The legs as the slice keeps them. */
  plan: readonly Leg[];
  legs: readonly ResolvedLeg[];
  rules: DispatchRules;
  accountId: string;
}

/** A message, as far as it decides which legs it may take. */
export interface RoutedMessage {
  /** The sender ID that it asked for. */
  own: string | null;
  service: string;
  msisdn: string;
  segments: number;
  options: MessageOptions | null;
}

/** Why a message can't take a leg. */
export interface LegMismatch {
  class: FailureClass;
  clevertap: '902' | '904' | '906';
  reason: string;
}

interface RouteDeps {
  database: Database;
  gateways: Gateways;
}

type LegsOf = Pick<SealedSlice, 'id' | 'accountId' | 'routeId'>;

/**
 * Gives legs to a slice that has none yet: those of its route, else of the account's default route, else its gateways by
 * priority. What is read is read at once: a password waits for nothing here but two round trips.
 */
export async function planRoute(deps: RouteDeps, slice: LegsOf): Promise<ResolvedRoute> {
  const { pool } = deps.database;
  const [rules, routed, ranked] = await Promise.all([
    readDispatchRules(pool, slice.accountId),
    findRouteLegs(pool, slice.accountId, slice.routeId),
    rankedLegs(deps.database, slice.accountId),
  ]);
  const legs = routed ?? ranked;
  const [route] = await Promise.all([resolveLegs(deps, slice, legs, rules), writeLegs(pool, slice.id, legs)]);
  return route;
}

async function rankedLegs(database: Database, accountId: string): Promise<Leg[]> {
  const rows = await listGateways(database.db, accountId);
  const gateways = rows.map((row) => ({ ...row, fallbackSender: row.fallback_sender }));
  return buildLegs(rankGateways(gateways, Math.random));
}

/**
 * Looks at a slice's legs as they stand now. When every gateway of theirs was deleted, the account's other gateways are
 * added at the end: what waits must not wait for a gateway that never comes back.
 */
export async function resolveRoute(deps: RouteDeps, slice: LegsOf, legs: readonly Leg[]): Promise<ResolvedRoute> {
  return resolveLegs(deps, slice, legs, readDispatchRules(deps.database.pool, slice.accountId));
}

async function resolveLegs(
  deps: RouteDeps,
  slice: LegsOf,
  legs: readonly Leg[],
  reading: DispatchRules | Promise<DispatchRules>,
): Promise<ResolvedRoute> {
  const [gateways, rules] = await Promise.all([
    deps.gateways.load([...new Set(legs.map((leg) => leg.gatewayId))]),
    reading,
  ]);
  const remains = legs.some((leg) => gateways.get(leg.gatewayId)?.row.deleted_at === null);
  if (!remains && legs.length > 0) {
    const others = await rankedLegs(deps.database, slice.accountId);
    if (others.length > 0) {
      const longer = [...legs, ...others];
      await writeLegs(deps.database.pool, slice.id, longer);
      return resolveRoute(deps, slice, longer);
    }
  }
  const { accountId } = slice;
  return { plan: legs, legs: legs.map((leg) => resolveLeg(leg, gateways.get(leg.gatewayId), rules)), rules, accountId };
}

function resolveLeg(leg: Leg, gateway: DispatchGateway | undefined, rules: DispatchRules): ResolvedLeg {
  const own = senderLeg(leg, gateway?.row);
  const refused = own.imposed ? senderProblem(rules, own.sender, leg.gatewayId) : null;
  const unusable = gateway === undefined ? 'the gateway is gone' : (gateway.unusable ?? refused);
  return { ...own, gateway, unusable };
}

/** The capabilities that a message needs and the gateway of a leg doesn't have. */
export function missingOn(leg: ResolvedLeg, { own, options, segments, msisdn }: RoutedMessage): readonly Capability[] {
  const { gateway } = leg;
  if (gateway === undefined) return NONE_MISSING;
  const { capabilities: has } = gateway.provider;
  const sender = senderOn(leg, own);
  // Asked three times of every message: for what nothing can be missing of, nothing is made.
  if (options === null && segments <= has.maxParts && (sender !== null || has.needsSender !== true))
    return NONE_MISSING;
  return missingCapabilities(has, { options, segments, text: null, sender, recipients: [msisdn] });
}

/** Why a message can't take a leg, or null when it can. A gateway that is merely unusable now is no reason. */
export function legMismatch({ legs, rules }: ResolvedRoute, index: number, message: RoutedMessage): LegMismatch | null {
  const leg = legs[index]!;
  if (isGone(leg)) return { class: 'transient', clevertap: '904', reason: 'not sent: the gateway was deleted' };
  const all = missingOn(leg, message);
  const missing = rules.dropOptions
    ? all.filter((capability) => capability === 'text' || capability === 'sender')
    : all;
  if (missing.length > 0) {
    const what = missing.map((capability) => CAPABILITY_NAMES[capability]).join(', ');
    const reason = `not sent: ${leg.gateway!.provider.label} can’t carry ${what}`;
    if (missing[0] === 'sender') return { class: 'sender', clevertap: '906', reason };
    return { class: 'content', clevertap: '902', reason };
  }
  const problem =
    productProblem(rules, leg, message) ?? senderProblemOf(rules, senderOn(leg, message.own), leg.gatewayId, message);
  return problem === null ? null : { class: 'sender', clevertap: '906', reason: `not sent: ${problem}` };
}

/** Why a message may not leave over its gateway's product; null when it may, or the product is the message's own. */
function productProblem(
  rules: DispatchRules,
  { gateway }: ResolvedLeg,
  { msisdn, service }: RoutedMessage,
): string | null {
  if (!rules.indiaStrict || !msisdn.startsWith(INDIA_PREFIX)) return null;
  const product = gateway?.provider.product?.(gateway.config.credentials);
  if (product === undefined) return null;
  const own = rules.promotionalServices;
  if (isPromotional(product, own) === isPromotional(service, own)) return null;
  return `the gateway sends over the product ${product}, and the message’s service is ${service}`;
}

/** Why a message may not have a sender ID over a gateway; null when it may. */
function senderProblemOf(
  rules: DispatchRules,
  sender: string | null,
  gatewayId: string,
  { msisdn, service, options }: RoutedMessage,
): string | null {
  const problem = senderProblem(rules, sender, gatewayId);
  if (problem !== null || !rules.indiaStrict || !msisdn.startsWith(INDIA_PREFIX)) return problem;
  const use = { service, entityId: options?.entityId ?? null, templateId: options?.templateId ?? null };
  return headerProblem(rules.registered, sender, use, rules.promotionalServices)?.message ?? null;
}

/**
 * The leg that a message goes on to after a refusal, or null: one that can carry it, with a sender ID that may follow
 * the refused one.
 */
export function legAfter(
  route: ResolvedRoute,
  attempt: Omit<RefusedAttempt, 'own'>,
  failure: FailureClass,
  message: RoutedMessage,
): number | null {
  const use = { service: message.service, templateId: message.options?.templateId ?? null };
  const fits = (index: number, sender: string | null): boolean =>
    mayFollow(route.rules, attempt.sender, sender, use) && legMismatch(route, index, message) === null;
  const refused = { ...attempt, own: message.own };
  // One that takes messages now, else one that may do so again: a message is not lost for want of a gateway.
  return (
    nextLeg(route.legs, refused, failure, (index, sender) => takes(route, index) && fits(index, sender)) ??
    nextLeg(route.legs, refused, failure, fits)
  );
}

const takes = ({ legs }: ResolvedRoute, index: number): boolean => legs[index]!.unusable === null;

/** A leg that messages of another one move to. */
export interface LegInstead {
  leg: number;
  /**
   * The gateway of an earlier leg, which may have refused a message already: such a message stays. Null: a later leg.
   */
  notRefusedBy: string | null;
}

/**
 * Where messages go that wait on a leg which takes nothing, in this order: a later leg that does; an earlier one that
 * does again, unless it refused the message before; from a deleted gateway also one that may take messages again. What
 * finds none waits where it is.
 */
export function legsInstead(route: ResolvedRoute, index: number): LegInstead[] {
  const { legs } = route;
  const later = legs.findIndex((_, i) => i > index && takes(route, i));
  if (later >= 0) return [{ leg: later, notRefusedBy: null }];
  const earlier = legs.flatMap(({ gatewayId }, leg): LegInstead[] =>
    leg < index && takes(route, leg) ? [{ leg, notRefusedBy: gatewayId }] : [],
  );
  if (!isGone(legs[index]!)) return earlier;
  const remaining = legs.findIndex((leg, i) => i !== index && !isGone(leg));
  return remaining < 0 ? earlier : [...earlier, { leg: remaining, notRefusedBy: null }];
}

const isGone = ({ gateway }: ResolvedLeg): boolean => gateway === undefined || gateway.row.deleted_at !== null;
