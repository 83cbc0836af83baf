/** Workflows of an earlier release go on under this one: its histories replay without a difference. */
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { WORKFLOW_TYPES } from '../../src/workflows/contract';
import { WORKFLOW_BUNDLE } from '../support/servers';
import { quietTemporal } from '../support/temporal';

const fileOf = (type: string): string => path.join(__dirname, `${type}.json`);
beforeAll(quietTemporal);

test.each(Object.values(WORKFLOW_TYPES))('the recorded history of %s replays', async (type) => {
  const history: unknown = JSON.parse(fs.readFileSync(fileOf(type), 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: WORKFLOW_BUNDLE }, history);
});

test('a history that differs is refused', async () => {
  const history = JSON.parse(fs.readFileSync(fileOf(WORKFLOW_TYPES.send), 'utf8')) as {
    events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
  };
  const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
  scheduled!.activityTaskScheduledEventAttributes!.activityType.name = 'another';
  await expect(Worker.runReplayHistory({ workflowBundle: WORKFLOW_BUNDLE }, history)).rejects.toThrow(/[Nn]ondetermin/);
});

test('histories carry ids and counters: no number, no text, no sender ID', () => {
  for (const type of Object.values(WORKFLOW_TYPES)) {
    const text = fs.readFileSync(fileOf(type), 'utf8');
    const payloads = [...text.matchAll(/"data":\s*"([^"]+)"/g)].map((match) =>
      Buffer.from(match[1]!, 'base64').toString(),
    );
    for (const payload of payloads) expect(payload).not.toMatch(/9198|Hello|BRANDA|HELIO/);
  }
});
