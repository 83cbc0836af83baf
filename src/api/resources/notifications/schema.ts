/** What a notification to groups may say, and how it is answered. */
import { z } from 'zod';
import { campaign } from '../campaigns/schema';
import { storableName } from '../../http/text';
import { variables } from '../../http/variables';

export const MAX_NOTIFICATIONS = 100;

const { message, templateId, sender, time, maxAgeSeconds, validUntil, sensitive } = campaign.shape;

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
  maxAgeSeconds,
  validUntil,
  sensitive,
});

export type Notification = z.output<typeof notification>;

export const result = z.object({
  /** As it was given; null when it was none. */
  groupId: z.string().nullable(),
  status: z.enum(['accepted', 'rejected']),
  heldUntil: z.iso.datetime().optional().describe('When the window opens that holds it; absent = none does.'),
  /** Members that it will be sent to. */
  accepted: z.int().min(0),
  campaignId: z.string().optional(),
  error: z.string().optional(),
});

export type NotificationResult = z.input<typeof result>;
