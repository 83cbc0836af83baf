/** The duty `erasures`: each as far as it can go now, those that wait longest first. */
import { advanceErasure } from '../../store/accounts/erase';
import { hasDueErasures, takeDueErasures, type ErasureKeys } from '../../store/accounts/erasures';
import type { Database } from '../../store/database';
import type { Workflows } from '../../workflows/client';
import type { Turn } from './turn';

const PAGE = 20;
/** Of one erasure in a turn, in milliseconds: the others get theirs. */
const AT_ONCE_MS = 2_000;

export interface ErasureDeps {
  database: Database;
  keys: ErasureKeys;
  workflows: Pick<Workflows, 'wake' | 'wakeRelays'>;
}

/** @returns whether something is left to do now. */
export async function carryOutErasures(
  { database: { pool }, keys, workflows }: ErasureDeps,
  turn: Turn,
): Promise<boolean> {
  const due = (await turn.step('take', () => takeDueErasures(pool, PAGE))) ?? [];
  await turn.each(
    due,
    ({ id }) => `erasure ${id}`,
    async (erasure) => {
      const endAtMs = performance.now() + AT_ONCE_MS;
      const { settlement } = await advanceErasure(
        { pool, keys },
        erasure,
        () => turn.over || performance.now() > endAtMs,
      );
      workflows.wake(settlement.slices);
      workflows.wakeRelays(settlement.webhookIds);
    },
  );
  return (await turn.step('look again', () => hasDueErasures(pool))) === true && turn.progressed;
}
