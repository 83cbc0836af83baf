import { aimLines } from './aims';
import { emptyFigures } from './figures';

it('shows what was measured and has an aim, with its bound and whether it is met', () => {
  const figures = { ...emptyFigures(), raw_per_s: 40_000, loop_ratio: 0.4996, loop50_ratio: 0.85, lost: 0, kill_in_doubt: 201, full_cycle_cpu_us: { api: 100, worker: 151, sum: 251 } }; // prettier-ignore
  expect(aimLines(figures)).toEqual([
    'figure             here      aim',
    'loop_ratio          0.5   >= 0.5  missed',
    'loop50_ratio       0.85  >= 0.85  met',
    'full_cycle_cpu_us   251   <= 250  missed',
    'kill_in_doubt       201   <= 200  missed',
    'lost                  0     <= 0  met',
  ]);
});

it('says nothing of a run that measured nothing with an aim', () => {
  expect(aimLines({ ...emptyFigures(), raw_per_s: 40_000 })).toEqual([]);
});
