/** What a notification to groups may say, and what is said of its routes. */
import { z } from 'zod';
import { campaign } from '../campaigns/schema';
import type { Operation } from '../../operation';
import { storableName } from '../../http/text';
import { variables } from '../../http/variables';

export const MAX_NOTIFICATIONS = 100;

const { message, templateId, sender, time } = campaign.shape;

/** Checked alone, so that a bad one is rejected alone. */
export const notification = z.strictObject({
  groupId: storableName(64),
  /** Send the group's own template. */
  useTemplate: z.boolean().default(false),
  templateId,
  message,
  variables: variables.default({}),
  sender,
  time,
});

export type Notification = z.output<typeof notification>;

const result = z.object({
  /** As it was given; null when it was none. */
  groupId: z.string().nullable(),
  status: z.enum(['accepted', 'rejected']),
  /** Members that it will be sent to. */
  accepted: z.int().min(0),
  campaignId: z.string().optional(),
  error: z.string().optional(),
});

export type NotificationResult = z.input<typeof result>;

const operation = (id: string, path: string): Operation => ({
  id,
  method: 'post',
  path,
  tag: 'Groups',
  summary: 'Sends to groups: a text, or a template with variables.',
  description:
    'Each entry becomes a campaign of its own. A bad entry is rejected alone; when none was accepted, the status is 400 ' +
    'with the same list.',
  scope: 'send',
  body: { schema: z.array(notification).min(1).max(MAX_NOTIFICATIONS) },
  answers: {
    200: { description: 'What became of each entry, in order.', schema: z.array(result) },
    400: { description: 'The same, when none was accepted.', schema: z.array(result) },
  },
  errors: ['malformed-body', 'invalid-request', 'too-many-records'],
});

export const operations: Operation[] = [
  operation('notifyGroups', '/api/v1/send'),
  operation('notifyGroupsShort', '/send'),
];
