/** `/api/v1/groups/{id}/members`: who is in a group. */
import { z } from 'zod';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import {
  deleteGroupMember,
  findGroup,
  insertGroupMembers,
  listGroupMembers,
  lockGroup,
  type GroupMemberDraft,
  type GroupMemberRow,
} from '../../../store/audience/groups';
import type { RecordProblemCode } from '../../ingress/record-problem';
import { MAX_RECORDS } from '../../clevertap/records';
import { endpoint, reply, type Call, type Endpoint } from '../../endpoint';
import { readJson } from '../../http/fields';
import { isJsonObject } from '../../http/json';
import { pageOf, pageQuery, readCursor } from '../../http/page';
import { readNumber } from '../../http/number';
import { pageFrom } from '../../http/resource';
import { validate } from '../../http/validate';
import { groupResource } from './group';
import { additionAnswer, member, memberAnswer, memberList, toMember } from './schema';

type Addition = z.infer<typeof additionAnswer>;

interface MemberProblem {
  code: RecordProblemCode;
  field: string;
  message: string;
}

const MEMBERS = '/api/v1/groups/:id/members';
const tag = 'Groups';
const ID = /^\d{1,18}$/;
const { found, change } = groupResource;

export const members: Endpoint[] = [
  endpoint(
    {
      id: 'listMembers',
      method: 'get',
      path: MEMBERS,
      tag,
      summary: 'A group’s members, in the order in which they were added.',
      scope: 'read',
      query: pageQuery,
      answers: { 200: { description: 'A page of members.', schema: pageOf(memberAnswer) } },
      errors: ['invalid-request', 'not-found'],
    },
    async ({ deps: { database }, actor: { accountId, scopes }, params, query: { cursor, limit } }) => {
      const [after] = readCursor<[string]>(cursor, 1, ID) ?? [];
      const group = found(await findGroup(database.db, accountId, params.id));
      const rows = await listGroupMembers(database.db, { groupId: group.id, after, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toMember(row, scopes),
        ({ id }) => [id],
      );
    },
  ),
  endpoint(
    {
      id: 'addMembers',
      method: 'post',
      path: MEMBERS,
      tag,
      summary: 'Adds one member, or up to 5,000.',
      description:
        'A list adds what can be added: bad members are rejected alone, with their index, and numbers that the group has ' +
        'are counted as duplicates. A list of which nothing could be read is 400, with the same counts.',
      scope: 'manage',
      takes: { schema: z.union([member, z.strictObject({ members: z.array(member).min(1) })]) },
      answers: {
        200: { description: 'What became of the list.', schema: additionAnswer },
        201: { description: 'The member.', schema: memberAnswer },
      },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'member-exists', 'too-many-records'],
    },
    async (call) => {
      const { deps, actor, request } = call;
      const body = readJson(request);
      const { account } = await deps.accounts.context(actor.accountId);
      if (isJsonObject(body) && Object.hasOwn(body, 'members')) return addList(call, body, account.default_country);
      return reply(201, toMember(await addOne(call, body, account.default_country), actor.scopes));
    },
  ),
  endpoint(
    {
      id: 'deleteMember',
      method: 'delete',
      path: `${MEMBERS}/:memberId`,
      tag,
      summary: 'Takes a member out of a group.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { memberId } = call.params;
      await change(
        call,
        async (tx) => {
          const group = found(await lockGroup(tx, call.actor.accountId, call.params.id));
          const removed = ID.test(memberId) && (await deleteGroupMember(tx, group.id, memberId));
          if (!removed) throw new AppError('not-found', 'The group has no member with this id');
          return group;
        },
        ({ id }) => ({ action: 'group.member-deleted', subject: id, detail: { memberId } }),
      );
    },
  ),
];

/** Adds them under a lock of the group, with an audit row where it changed something. @throws AppError not-found */
function add(call: Call<'id'>, drafts: readonly GroupMemberDraft[]): Promise<GroupMemberRow[]> {
  return change(
    call,
    async (tx) => {
      const { id } = found(await lockGroup(tx, call.actor.accountId, call.params.id));
      return drafts.length === 0 ? [] : insertGroupMembers(tx, id, drafts);
    },
    ({ length: added }) =>
      added === 0 ? null : { action: 'group.members-added', subject: call.params.id, detail: { added } },
  );
}

async function addOne(call: Call<'id'>, body: unknown, country: string): Promise<GroupMemberRow> {
  const { to, name, variables } = validate(member, body);
  const [added] = await add(call, [{ msisdn: readNumber(to, country), name, variables }]);
  if (added === undefined) throw new AppError('member-exists', 'The group has a member with this number');
  return added;
}

async function addList(call: Call<'id'>, body: unknown, country: string): Promise<Addition> {
  const { members: list } = validate(memberList, body);
  checkCount(list.length);
  const rejected: Addition['rejected'] = [];
  const drafts: GroupMemberDraft[] = [];
  for (const [index, one] of list.entries()) {
    const read = readMember(one, country);
    if (read.ok) drafts.push(read.draft);
    else rejected.push({ index, ...read.problem });
  }
  const { length: added } = await add(call, drafts);
  const addition = { added, duplicates: drafts.length - added, rejected };
  if (drafts.length > 0) return addition;
  throw new AppError('invalid-request', 'None of the members can be added: see rejected', {
    problems: rejected.map(({ index, field, message }) => ({ field: `members[${index}].${field}`, message })),
    extra: addition,
  });
}

/** @throws AppError invalid-request, too-many-records */
function checkCount(count: number): void {
  if (count === 0) {
    throw new AppError('invalid-request', 'members is an empty array: send at least one member', {
      problems: [{ field: 'members', message: 'must have at least one member' }],
    });
  }
  if (count > MAX_RECORDS) {
    throw new AppError('too-many-records', `members has ${count} entries: send at most ${MAX_RECORDS} a request`);
  }
}

/** @param country ISO 3166 alpha-2, for numbers without country code. */
function readMember(
  value: unknown,
  country: string,
): { ok: true; draft: GroupMemberDraft } | { ok: false; problem: MemberProblem } {
  const parsed = member.safeParse(value);
  if (!parsed.success) return { ok: false, problem: toProblem(parsed.error.issues[0]!, value) };
  const { to, name, variables } = parsed.data;
  const number = normaliseMsisdn(to, country);
  if (number.ok) return { ok: true, draft: { msisdn: number.e164, name, variables } };
  const problem: MemberProblem = { code: 'invalid-number', field: 'to', message: `can’t be read: ${number.reason}` };
  return { ok: false, problem };
}

function toProblem(issue: z.core.$ZodIssue, value: unknown): MemberProblem {
  const field = issue.path.map(String).join('.') || 'member';
  if (issue.code === 'unrecognized_keys') {
    return { code: 'invalid-type', field: issue.keys[0]!, message: 'is not a field of a member; remove it' };
  }
  const isAbsent = field === 'to' && isJsonObject(value) && (value.to === undefined || value.to === '');
  if (isAbsent) return { code: 'missing', field, message: 'is missing: give a phone number with country code' };
  return { code: issue.code === 'too_big' ? 'too-long' : 'invalid-type', field, message: issue.message };
}
