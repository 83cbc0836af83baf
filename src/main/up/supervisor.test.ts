import { pino } from 'pino';
import { until } from '../../../test/support/until';
import { restartDelayMs, Supervisor, type RunningService, type Service } from './supervisor';

const QUICK = { firstDelayMs: 1, maxDelayMs: 4, healthyMs: 60_000 };

/** Collects the pauses that the supervisor announces. */
function recorder() {
  const delays: number[] = [];
  const write = (line: string) => void delays.push((JSON.parse(line) as { delayMs: number }).delayMs);
  return { delays, logger: pino({ level: 'error' }, { write }) };
}

/** A service without a process: `die` ends the current run, `log` tells what happened to it. */
function fakeService(name: string, log: string[] = []) {
  let die: (reason: string) => void = () => undefined;
  let starts = 0;
  const service: Service = {
    name,
    start: async () => {
      starts++;
      const exited = new Promise<string>((resolve) => (die = resolve));
      log.push(`start ${name}`);
      const stop = async () => {
        log.push(`stop ${name}`);
        die('stopped');
      };
      return { pid: starts, exited, stop };
    },
  };
  return { service, die: () => die('SIGKILL'), starts: () => starts };
}

test('the pause doubles up to 30 s, and the first ones keep a restart below 2 s', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map((restarts) => restartDelayMs(restarts))).toEqual([
    250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('a service that keeps dying is restarted with growing pauses', async () => {
  const { delays, logger } = recorder();
  const supervisor = new Supervisor(logger, QUICK);
  const fake = fakeService('worker');
  await supervisor.start(fake.service);
  for (const run of [2, 3, 4, 5]) {
    fake.die();
    await until(`run ${run}`, () => fake.starts() === run);
  }
  await supervisor.stop();
  expect(delays).toEqual([1, 2, 4, 4]);
});

test('after a healthy run the pauses begin anew', async () => {
  const { delays, logger } = recorder();
  const supervisor = new Supervisor(logger, { ...QUICK, healthyMs: 0 });
  const fake = fakeService('worker');
  await supervisor.start(fake.service);
  for (const run of [2, 3, 4]) {
    fake.die();
    await until(`run ${run}`, () => fake.starts() === run);
  }
  await supervisor.stop();
  expect(delays).toEqual([1, 1, 1]);
});

test('a restart that fails is tried again', async () => {
  const { delays, logger } = recorder();
  const supervisor = new Supervisor(logger, QUICK);
  const fake = fakeService('postgres');
  let failures = 2;
  const start = async () => {
    if (fake.starts() === 1 && failures-- > 0) throw new Error('not now');
    return fake.service.start();
  };
  await supervisor.start({ name: 'postgres', start });
  fake.die();
  await until('the second run', () => fake.starts() === 2);
  await supervisor.stop();
  expect(delays).toEqual([1, 2, 4]);
});

test('services are stopped in reverse order of their start, each after the one before is gone', async () => {
  const log: string[] = [];
  const supervisor = new Supervisor(recorder().logger, QUICK);
  for (const name of ['postgres', 'temporal', 'worker', 'api']) await supervisor.start(fakeService(name, log).service);
  log.length = 0;
  await Promise.all([supervisor.stop(), supervisor.stop()]);
  expect(log).toEqual(['stop api', 'stop worker', 'stop temporal', 'stop postgres']);
});

test('the running processes are reported at each change', async () => {
  const reports: string[] = [];
  const report = async (running: { name: string; pid: number }[]) =>
    void reports.push(running.map(({ name, pid }) => `${name}:${pid}`).join(' '));
  const supervisor = new Supervisor(recorder().logger, QUICK, report);
  const worker = fakeService('worker');
  await supervisor.start(worker.service);
  await supervisor.start(fakeService('api').service);
  worker.die();
  await until('the second run', () => worker.starts() === 2);
  await supervisor.stop();
  expect(reports.slice(0, 4)).toEqual(['worker:1', 'worker:1 api:1', 'api:1', 'worker:2 api:1']);
  expect(reports.at(-1)).toBe('');
});

test('a service has started once that is reported; where it can’t be, the start fails and the service is stopped', async () => {
  const reports: { done: () => void; fail: (error: Error) => void }[] = [];
  const report = () => new Promise<void>((done, fail) => reports.push({ done, fail }));
  const supervisor = new Supervisor(recorder().logger, QUICK, report);
  const log: string[] = [];
  const worker = supervisor.start(fakeService('worker', log).service).then(() => log.push('worker has started'));
  await until('the report', () => reports.length === 1);
  expect(log).toEqual(['start worker']);
  reports[0]!.done();
  await worker;
  const api = supervisor.start(fakeService('api', log).service);
  await until('the report', () => reports.length === 2);
  reports[1]!.fail(new Error('no space left'));
  await expect(api).rejects.toThrow('no space left');
  const stopped = supervisor.stop();
  await until('the report', () => reports.length === 3);
  reports[2]!.done();
  await stopped;
  expect(log).toEqual(['start worker', 'worker has started', 'start api', 'stop api', 'stop worker']);
});

test('a service that runs again is kept, though that can’t be reported', async () => {
  let isFull = false;
  const supervisor = new Supervisor(recorder().logger, QUICK, () =>
    isFull ? Promise.reject(new Error('no space left')) : Promise.resolve(),
  );
  const fake = fakeService('worker');
  await supervisor.start(fake.service);
  isFull = true;
  for (const run of [2, 3]) {
    fake.die();
    await until(`run ${run}`, () => fake.starts() === run);
  }
  await supervisor.stop();
});

test('a stop during a pause starts nothing any more', async () => {
  const supervisor = new Supervisor(recorder().logger, { ...QUICK, firstDelayMs: 30_000, maxDelayMs: 30_000 });
  const fake = fakeService('worker');
  await supervisor.start(fake.service);
  fake.die();
  await supervisor.stop();
  expect(fake.starts()).toBe(1);
  await expect(supervisor.start(fake.service)).rejects.toThrow('stopped');
});

test('a process that is just being started when the stop comes is stopped too', async () => {
  const log: string[] = [];
  const supervisor = new Supervisor(recorder().logger, QUICK);
  const fake = fakeService('worker', log);
  let letStart: (running: RunningService) => void = () => undefined;
  const starting = supervisor.start({ name: 'worker', start: () => new Promise((resolve) => (letStart = resolve)) });
  const stopped = supervisor.stop();
  letStart(await fake.service.start());
  await expect(starting).rejects.toThrow('stopped');
  await stopped;
  expect(log).toEqual(['start worker', 'stop worker']);
});
