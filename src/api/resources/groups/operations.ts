/** What is said of the routes of groups and members. */
import { z } from 'zod';
import type { Operation } from '../../operation';
import { pageOf, pageQuery } from '../../http/page';
import { additionAnswer, group, groupAnswer, groupPatch, member, memberAnswer } from './schema';

const GROUPS = '/api/v1/groups';
const tag = 'Groups';

export const operations: Operation[] = [
  {
    id: 'listGroups',
    method: 'get',
    path: GROUPS,
    tag,
    summary: 'The account’s groups, by name.',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page of groups.', schema: pageOf(groupAnswer) } },
    errors: ['invalid-request'],
  },
  {
    id: 'createGroup',
    method: 'post',
    path: GROUPS,
    tag,
    summary: 'Makes a group.',
    scope: 'manage',
    body: { schema: group },
    answers: { 201: { description: 'The group, without members.', schema: groupAnswer } },
    errors: ['malformed-body', 'invalid-request'],
  },
  {
    id: 'getGroup',
    method: 'get',
    path: `${GROUPS}/:id`,
    tag,
    summary: 'One group.',
    scope: 'read',
    answers: { 200: { description: 'The group.', schema: groupAnswer } },
    errors: ['not-found'],
  },
  {
    id: 'updateGroup',
    method: 'patch',
    path: `${GROUPS}/:id`,
    tag,
    summary: 'Changes what the body names.',
    scope: 'manage',
    body: { schema: groupPatch },
    answers: { 200: { description: 'The group as it is now.', schema: groupAnswer } },
    errors: ['malformed-body', 'invalid-request', 'not-found'],
  },
  {
    id: 'deleteGroup',
    method: 'delete',
    path: `${GROUPS}/:id`,
    tag,
    summary: 'Deletes a group with its members.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found', 'group-in-use'],
  },
  {
    id: 'listMembers',
    method: 'get',
    path: `${GROUPS}/:id/members`,
    tag,
    summary: 'A group’s members, in the order in which they were added.',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page of members.', schema: pageOf(memberAnswer) } },
    errors: ['invalid-request', 'not-found'],
  },
  {
    id: 'addMembers',
    method: 'post',
    path: `${GROUPS}/:id/members`,
    tag,
    summary: 'Adds one member, or up to 5,000.',
    description:
      'A list adds what can be added: bad members are rejected alone, with their index, and numbers that the group has ' +
      'are counted as duplicates. A list of which nothing could be read is 400, with the same counts.',
    scope: 'manage',
    body: { schema: z.union([member, z.strictObject({ members: z.array(member).min(1) })]) },
    answers: {
      200: { description: 'What became of the list.', schema: additionAnswer },
      201: { description: 'The member.', schema: memberAnswer },
    },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'member-exists', 'too-many-records'],
  },
  {
    id: 'deleteMember',
    method: 'delete',
    path: `${GROUPS}/:id/members/:memberId`,
    tag,
    summary: 'Takes a member out of a group.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found'],
  },
];
