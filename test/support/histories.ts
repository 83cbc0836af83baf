/** Everything that Temporal keeps of a namespace, as it keeps it and decoded: for tests of what may not be in there. */
import type { Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** What was found of one workflow or schedule. */
export interface Kept {
  /** `campaign/cmp_1 history`. */
  name: string;
  /** Every text and every byte of it, as Latin-1. */
  raw: string;
  /** The same with its payloads decoded. */
  decoded: string;
  /** `metadata.encoding` of its payloads. */
  encodings: string[];
}

/** Histories and descriptions of all workflows, and descriptions of all schedules. */
export async function readAll(client: Client, codec: PayloadCodec): Promise<Kept[]> {
  const { workflowService, options } = client;
  const { namespace } = options;
  const found: [name: string, value: unknown][] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const execution = { workflowId, runId };
    const described = await workflowService.describeWorkflowExecution({ namespace, execution });
    found.push([`${workflowId} description`, described]);
    const history: unknown[] = [];
    for (let nextPageToken: Uint8Array | null | undefined; ;) {
      const page = await workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken });
      history.push(page.history);
      ({ nextPageToken } = page);
      if (nextPageToken == null || nextPageToken.length === 0) break;
    }
    found.push([`${workflowId} history`, history]);
  }
  for await (const { scheduleId } of client.schedule.list()) {
    found.push([`${scheduleId} schedule`, await workflowService.describeSchedule({ namespace, scheduleId })]);
  }
  const kept: Kept[] = [];
  for (const [name, value] of found) {
    const payloads: Payload[] = [];
    const raw = textOf(value, payloads);
    const decoded = (await codec.decode(payloads)).map((payload) => textOf(payload, []));
    kept.push({ name, raw, decoded: [raw, ...decoded].join('\n'), encodings: payloads.map(encodingOf) });
  }
  return kept;
}

const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata?.encoding ?? []).toString();

const isPayload = (value: object): value is Payload =>
  'metadata' in value && 'data' in value && (value as Payload).metadata?.encoding !== undefined;

/** @param payloads what of it is one is added here. */
function textOf(value: unknown, payloads: Payload[]): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : '';
  if (isPayload(value)) payloads.push(value);
  return Object.entries(value)
    .map(([name, member]) => `${name} ${textOf(member, payloads)}`)
    .join('\n');
}
