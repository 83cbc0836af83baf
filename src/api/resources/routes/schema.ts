/** What a route may be given, and how it is shown. */
import { z } from 'zod';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import type { RouteRow } from '../../../store/gateways/routes';
import { storableName } from '../../http/text';

/** A message's leg is a small number, and twenty refusals are enough for anybody. */
const MAX_LEGS = 20;
const MAX_ID_LENGTH = 40;
const MAX_NAME_LENGTH = 100;

const leg = z.strictObject({
  gatewayId: storableName(MAX_ID_LENGTH),
  sender: storableName(MAX_SENDER_LENGTH).nullable().default(null),
});

export const route = z.strictObject({
  name: storableName(MAX_NAME_LENGTH),
  legs: z.array(leg).min(1, 'must have at least one leg').max(MAX_LEGS, `must have at most ${MAX_LEGS} legs`),
  isDefault: z.boolean().default(false),
  failoverOnNoReceipt: z.boolean().default(false),
});

export const routePatch = z.strictObject({
  name: route.shape.name.optional(),
  legs: route.shape.legs.optional(),
  isDefault: z.boolean().optional(),
  failoverOnNoReceipt: z.boolean().optional(),
});

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

export const routeAnswer = z
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
