/** The admin key of this machine's deployment, for its own operator. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isKeyItself } from '../../core/accounts/admin-key';

/** As the environment has it, else the data folder; null where neither has the key itself, or this user may not read it. */
export function findAdminKey(env: NodeJS.ProcessEnv): string | null {
  const configured = env.HELIOGRAPH_ADMIN_KEY ?? '';
  if (configured !== '') return isKeyItself(configured) ? configured : null;
  try {
    return readFileSync(path.join(env.HELIOGRAPH_DATA_DIR || '.heliograph', 'admin.key'), 'utf8').trim();
  } catch {
    return null;
  }
}
