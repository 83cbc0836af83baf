/** `/api/v1/groups/{id}/members`: who is in a group. */
import type { Router } from 'express';
import type { z } from 'zod';
import { isJsonObject } from '../../http/json';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { audited, type Actor } from '../../../store/accounts/audit';
import {
  deleteGroupMember,
  findGroup,
  insertGroupMembers,
  listGroupMembers,
  lockGroup,
  type GroupMemberDraft,
  type GroupMemberRow,
  type GroupRow,
} from '../../../store/audience/groups';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { RecordProblemCode } from '../../clevertap/normalise';
import { MAX_RECORDS } from '../../clevertap/records';
import type { ApiDeps } from '../../deps';
import { pageQuery, readCursor, toCursor } from '../../http/page';
import { isStorable } from '../../http/text';
import { validate } from '../../http/validate';
import { member, memberList, toMember, type additionAnswer } from './schema';

type Addition = z.infer<typeof additionAnswer>;

interface MemberProblem {
  code: RecordProblemCode;
  field: string;
  message: string;
}

const ID = /^\d{1,18}$/;

export function memberRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  /** Adds them under a lock of the group, with an audit row where it changed something. @throws AppError not-found */
  function add(actor: Actor, groupId: string, drafts: readonly GroupMemberDraft[]): Promise<GroupMemberRow[]> {
    return audited(
      db,
      actor,
      async (tx) => {
        const { id } = foundGroup(isStorable(groupId) ? await lockGroup(tx, actor.accountId, groupId) : null);
        return drafts.length === 0 ? [] : insertGroupMembers(tx, id, drafts);
      },
      ({ length: added }) =>
        added === 0 ? null : { action: 'group.members-added', subject: groupId, detail: { added } },
    );
  }

  async function addOne(actor: Actor, groupId: string, body: unknown, country: string): Promise<GroupMemberRow> {
    const { to, name, variables } = validate(member, body);
    const number = normaliseMsisdn(to, country);
    if (!number.ok) {
      throw new AppError('invalid-request', `to: ${number.reason}`, {
        problems: [{ field: 'to', message: number.reason }],
      });
    }
    const [added] = await add(actor, groupId, [{ msisdn: number.e164, name, variables }]);
    if (added === undefined) throw new AppError('member-exists', 'The group has a member with this number');
    return added;
  }

  async function addList(actor: Actor, groupId: string, body: unknown, country: string): Promise<Addition> {
    const { members } = validate(memberList, body);
    checkCount(members.length);
    const rejected: Addition['rejected'] = [];
    const drafts: GroupMemberDraft[] = [];
    for (const [index, one] of members.entries()) {
      const read = readMember(one, country);
      if (read.ok) drafts.push(read.draft);
      else rejected.push({ index, ...read.problem });
    }
    const { length: added } = await add(actor, groupId, drafts);
    return { added, duplicates: drafts.length - added, rejected };
  }

  router.get('/api/v1/groups/:id/members', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(pageQuery, fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1, ID) ?? [];
    const { id } = request.params;
    const group = foundGroup(isStorable(id) ? await findGroup(db, accountId, id) : null);
    const rows = await listGroupMembers(db, { groupId: group.id, after, limit });
    const nextCursor = rows.length === limit ? toCursor([rows.at(-1)!.id]) : null;
    response.json({ items: rows.map((row) => toMember(row, scopes)), nextCursor });
  });

  router.post('/api/v1/groups/:id/members', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const body = readJson(request);
    const { account } = await deps.accounts.context(actor.accountId);
    const { id } = request.params;
    if (!isJsonObject(body) || !Object.hasOwn(body, 'members')) {
      response.status(201).json(toMember(await addOne(actor, id, body, account.default_country), actor.scopes));
      return;
    }
    const addition = await addList(actor, id, body, account.default_country);
    if (addition.added + addition.duplicates === 0) {
      throw new AppError('invalid-request', 'None of the members can be added: see rejected', {
        problems: addition.rejected.map(({ index, field, message }) => ({
          field: `members[${index}].${field}`,
          message,
        })),
        extra: addition,
      });
    }
    response.json(addition);
  });

  router.delete('/api/v1/groups/:id/members/:memberId', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id, memberId } = request.params;
    await audited(
      db,
      actor,
      async (tx) => {
        const group = foundGroup(isStorable(id) ? await lockGroup(tx, actor.accountId, id) : null);
        const removed = ID.test(memberId) && (await deleteGroupMember(tx, group.id, memberId));
        if (!removed) throw new AppError('not-found', 'The group has no member with this id');
      },
      () => ({ action: 'group.member-deleted', subject: id, detail: { memberId } }),
    );
    response.status(204).end();
  });
}

/** @throws AppError not-found */
export function foundGroup(row: GroupRow | null): GroupRow {
  if (row === null) throw new AppError('not-found', 'The account has no group with this id');
  return row;
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
