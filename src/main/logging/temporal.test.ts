import { createLogger } from '../logging';
import { temporalLogger } from './temporal';

test('warns as Temporal does, but not of workers that have one kind of task because that is what they are for', () => {
  const lines: string[] = [];
  const logger = createLogger('worker', 'info', { destination: { write: (line: string) => void lines.push(line) } });
  const temporal = temporalLogger(logger);
  temporal.warn('No workflows registered, not polling for workflow tasks');
  temporal.warn('No activities registered, not polling for activity tasks');
  temporal.warn('Something else is the matter');
  temporal.error('No workflows registered, not polling for workflow tasks');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'Something else is the matter',
    'No workflows registered, not polling for workflow tasks',
  ]);
});
