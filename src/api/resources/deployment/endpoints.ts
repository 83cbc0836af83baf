/** `/api/v1/deployment`: where this Heliograph is. */
import { z } from 'zod';
import { endpoint, type Endpoint } from '../../endpoint';
import { version } from '../../http/version';

const deploymentAnswer = z
  .object({
    version: z.string(),
    publicUrl: z
      .string()
      .describe('Where CleverTap and providers reach it (HELIOGRAPH_PUBLIC_URL), without a trailing slash.'),
    temporalUiUrl: z
      .string()
      .nullable()
      .describe('The list of its workflows in the Temporal UI; null without TEMPORAL_UI_URL.'),
  })
  .meta({ id: 'Deployment' });

export const deployment: Endpoint[] = [
  endpoint(
    {
      id: 'getDeployment',
      method: 'get',
      path: '/api/v1/deployment',
      tag: 'Health',
      summary: 'Where this Heliograph is: its public URL, and its workflows in the Temporal UI.',
      scope: 'read',
      answers: { 200: { description: 'Its addresses.', schema: deploymentAnswer } },
    },
    ({ deps }) => Promise.resolve({ version, publicUrl: deps.publicUrl, temporalUiUrl: deps.workflowsUrl ?? null }),
  ),
];
