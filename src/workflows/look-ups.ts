/** Asking providers what became of attempts, beside everything else that a workflow does. */
import { proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { TASK_QUEUES } from './contract';

type LookUpInput = Parameters<Activities['lookUp']>[0];

/** The look-ups of one workflow: one activity at a time, which nothing waits for. */
export class LookUps {
  private readonly lookUp: Activities['lookUp'];
  private underWay = false;
  private next: LookUpInput | null = null;

  /** @param onDone called when the answers are on the rows. */
  constructor(
    accountId: string | undefined,
    private readonly onDone: () => void,
  ) {
    ({ lookUp: this.lookUp } = proxyActivities<Activities>({
      taskQueue: TASK_QUEUES.lookups,
      startToCloseTimeout: '10 minutes',
      heartbeatTimeout: '1 minute',
      retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes' },
      priority: { fairnessKey: accountId },
    }));
  }

  /** Asks about these; when it is under way already, about these next. */
  start(input: LookUpInput): void {
    if (this.underWay) this.next = input;
    else void this.run(input);
  }

  private async run(first: LookUpInput): Promise<void> {
    this.underWay = true;
    for (let input: LookUpInput | null = first; input !== null;) {
      this.next = null;
      const { againMs }: Awaited<ReturnType<Activities['lookUp']>> = await this.lookUp(input);
      this.onDone();
      if (againMs !== null) await sleep(againMs, { summary: 'asks providers again what became of attempts' });
      input = this.next ?? (againMs === null ? null : input);
    }
    this.underWay = false;
  }
}
