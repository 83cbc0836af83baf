/** What a group and its members may be given, and how they are shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { MAX_SENDER_LENGTH } from '../../../core/gateways/sender';
import type { GroupMemberRow, GroupRow } from '../../../store/audience/groups';
import { phoneNumber } from '../../http/number';
import { storable, storableName } from '../../http/text';
import { variables } from '../../http/variables';

const id = storableName(64).nullable();

const fields = {
  name: storableName(100),
  level: z.enum(['Critical', 'Error', 'Warning', 'Info']),
  templateId: id,
  sender: storableName(MAX_SENDER_LENGTH).nullable(),
  routeId: id,
  gatewayId: id,
  description: storable(0, 1_000).nullable(),
};

export const group = z.strictObject({
  name: fields.name,
  level: fields.level.default('Critical'),
  templateId: fields.templateId.default(null),
  sender: fields.sender.default(null),
  routeId: fields.routeId.default(null),
  gatewayId: fields.gatewayId.default(null),
  description: fields.description.default(null),
});

/** Defaults are for creation only: what a patch does not name stays as it is. */
export const groupPatch = z.strictObject(fields).partial();

export const member = z.strictObject({
  to: phoneNumber,
  name: storableName(100).nullable().default(null),
  variables: variables.default({}),
});

/** A list is checked member by member, so that a bad one is rejected alone. */
export const memberList = z.strictObject({ members: z.array(z.unknown()) });

export const groupAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    level: fields.level,
    templateId: z.string().nullable(),
    sender: z.string().nullable(),
    routeId: z.string().nullable(),
    gatewayId: z.string().nullable(),
    description: z.string().nullable(),
    /** How many it has. */
    members: z.int().min(0),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Group' });

export function toGroup(row: GroupRow): z.input<typeof groupAnswer> {
  return {
    id: row.id,
    name: row.name,
    level: row.level,
    templateId: row.template_id,
    sender: row.sender,
    routeId: row.route_id,
    gatewayId: row.gateway_id,
    description: row.description,
    members: row.members,
    createdAt: row.created_at.toISOString(),
  };
}

export const memberAnswer = z
  .object({
    id: z.string(),
    /** Masked unless the key has the scope `manage`. */
    to: z.string(),
    name: z.string().nullable(),
    variables: z.record(z.string(), z.string()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'GroupMember' });

/** @param scopes full numbers are shown to `manage` only. */
export function toMember(row: GroupMemberRow, scopes: readonly Scope[]): z.input<typeof memberAnswer> {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    id: row.id,
    to: whole ? row.msisdn : maskMsisdn(row.msisdn),
    name: row.name,
    variables: row.variables,
    createdAt: row.created_at.toISOString(),
  };
}

/** What became of a list of members. */
export const additionAnswer = z.object({
  added: z.int().min(0),
  /** Numbers that the group had, or that came before in the list. */
  duplicates: z.int().min(0),
  rejected: z.array(z.object({ index: z.int().min(0), code: z.string(), field: z.string(), message: z.string() })),
});
