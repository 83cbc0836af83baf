import { createLogger } from './logging';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '';
  write(createLogger('api', 'info', { write: (text: string) => void (line += text) }));
  return JSON.parse(line) as Record<string, unknown>;
}

test('a line names its process', () => {
  expect(logged((logger) => logger.info('hello'))).toMatchObject({ process: 'api', msg: 'hello' });
});

test("an error's numbers are masked and its extra properties left out", () => {
  const error = Object.assign(new Error('duplicate key (919800000001)'), {
    code: '23505',
    detail: 'Key (number)=(919800000001) already exists.',
    cause: new Error('to 919800000001'),
  });
  const line = logged((logger) => logger.error({ err: error }, 'failed'));
  expect(line).toMatchObject({ err: { message: 'duplicate key (…01)', code: '23505', cause: { message: 'to …01' } } });
  expect(JSON.stringify(line)).not.toMatch(/9198|detail/);
});
