/** Levels of groups, as they are shown. */
import type { Schemas } from '../../api';
import type { Tone } from '../../parts';

export const TONES: Record<Schemas['Group']['level'], Tone> = {
  Critical: 'warn',
  Error: 'warn',
  Warning: 'idle',
  Info: 'idle',
};
