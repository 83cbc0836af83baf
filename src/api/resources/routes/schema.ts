/** What a route may be given, and how it is shown. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import type { RouteDraft, RouteRow } from '../../../store/gateways/routes';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { storableName } from '../../http/text';
import { validate } from '../../http/validate';

/** A message's leg is a small number, and twenty refusals are enough for anybody. */
const MAX_LEGS = 20;
const MAX_ID_LENGTH = 40;
const MAX_NAME_LENGTH = 100;

const leg = z.strictObject({
  gatewayId: storableName(MAX_ID_LENGTH),
  sender: storableName(MAX_SENDER_LENGTH).nullable().default(null),
});

const route = z.strictObject({
  name: storableName(MAX_NAME_LENGTH),
  legs: z.array(leg).min(1, 'must have at least one leg').max(MAX_LEGS, `must have at most ${MAX_LEGS} legs`),
  isDefault: z.boolean().default(false),
  failoverOnNoReceipt: z.boolean().default(false),
});

const patch = z.strictObject({
  name: route.shape.name.optional(),
  legs: route.shape.legs.optional(),
  isDefault: z.boolean().optional(),
  failoverOnNoReceipt: z.boolean().optional(),
});

/** @throws AppError invalid-request */
export const readRoute = (body: unknown): RouteDraft => validate(route, body);

/** @throws AppError invalid-request */
export const readRoutePatch = (body: unknown): Partial<RouteDraft> => validate(patch, body);

export function toRoute(row: RouteRow): z.infer<typeof routeAnswer> {
  return {
    id: row.id,
    name: row.name,
    legs: row.legs,
    isDefault: row.is_default,
    failoverOnNoReceipt: row.failover_on_no_receipt,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const routeAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    legs: z.array(z.strictObject({ gatewayId: z.string(), sender: z.string().nullable() })),
    isDefault: z.boolean(),
    failoverOnNoReceipt: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Route' });

const tag = 'Routes';
const one = { description: 'The route.', schema: routeAnswer };

export const operations: Operation[] = [
  {
    id: 'listRoutes',
    method: 'get',
    path: '/api/v1/routes',
    tag,
    summary: 'Routes of the account, by id.',
    scope: 'read',
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of routes.',
        schema: pageOf(routeAnswer),
      },
    },
    errors: ['invalid-request'],
  },
  {
    id: 'createRoute',
    method: 'post',
    path: '/api/v1/routes',
    tag,
    summary: 'Makes a route: legs in the order in which they are tried.',
    description:
      'A leg without a sender sends with the message’s own sender ID, else with the gateway’s default. The default route takes the place of the gateways’ priorities.',
    scope: 'manage',
    body: { schema: route },
    answers: { 201: one },
    errors: ['invalid-request', 'malformed-body', 'name-taken'],
  },
  {
    id: 'getRoute',
    method: 'get',
    path: '/api/v1/routes/:id',
    tag,
    summary: 'One route.',
    scope: 'read',
    answers: { 200: one },
    errors: ['not-found'],
  },
  {
    id: 'updateRoute',
    method: 'patch',
    path: '/api/v1/routes/:id',
    tag,
    summary: 'Changes what the body names, for messages that dispatch has not begun with.',
    scope: 'manage',
    body: { schema: patch },
    answers: { 200: one },
    errors: ['invalid-request', 'malformed-body', 'not-found', 'name-taken'],
  },
  {
    id: 'deleteRoute',
    method: 'delete',
    path: '/api/v1/routes/:id',
    tag,
    summary: 'Deletes a route; what was sent over it goes on over its legs.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found'],
  },
];
