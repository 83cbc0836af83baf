/** What a machine is checked for before anything is installed on it. */
import { createServer, type AddressInfo } from 'node:net';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './support/markdown';

/** Loads the module in a Node of its own, as `npm start` does, and prints what `expression` makes of it. */
function evaluate(expression: string, env: NodeJS.ProcessEnv = {}): unknown {
  const script = `import * as preflight from ${JSON.stringify(path.join(ROOT, 'scripts', 'preflight.mjs'))};
    console.log(JSON.stringify(await (${expression}) ?? null));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, ROOT, ...env },
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

test.each([
  ['20.19.0', null],
  ['22.0.0', null],
  ['20.18.9', 'Heliograph needs Node 20.19 or newer, this is v20.18.9: install a newer one.'],
  ['18.20.0', 'Heliograph needs Node 20.19 or newer, this is v18.20.0: install a newer one.'],
])('Node %s', (version, problem) => {
  expect(evaluate(`preflight.nodeProblem('${version}')`)).toBe(problem);
});

test('a full disk is named with what is free and what is needed', () => {
  expect(evaluate(`preflight.diskProblem('/data', 200 * 1048576)`)).toBe(
    'The disk of /data has 200 MB free; installing and starting take 1500 MB: make room.',
  );
  expect(evaluate(`preflight.diskProblem('/data', 3e9)`)).toBeNull();
});

test('ports come from the environment, else from the configuration’s defaults, without those of other machines', () => {
  const ports = (env: object) => evaluate(`preflight.wantedPorts(process.env.ROOT, ${JSON.stringify(env)})`);
  expect(Object.fromEntries(ports({ HELIOGRAPH_PORT: '9001' }) as [string, number][])).toEqual({
    HELIOGRAPH_PORT: 9001,
    HELIOGRAPH_TEMPORAL_PORT: 7233,
    HELIOGRAPH_TEMPORAL_UI_PORT: 8233,
    HELIOGRAPH_SIMULATOR_PORT: 8090,
    HELIOGRAPH_METRICS_PORT: 9464,
  });
  const elsewhere = { TEMPORAL_ADDRESS: 'temporal.example.com:7233', HELIOGRAPH_SIMULATOR_PORT: 'off' };
  expect(Object.fromEntries(ports(elsewhere) as [string, number][])).toEqual({
    HELIOGRAPH_PORT: 8080,
    HELIOGRAPH_METRICS_PORT: 9464,
  });
});

test('a clone whose port is taken says so before it installs or compiles anything; .env counts', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clone = mkdtempSync(path.join(tmpdir(), 'heliograph-fresh-'));
  try {
    for (const file of ['scripts', '.env.example', 'package.json', 'package-lock.json']) {
      cpSync(path.join(ROOT, file), path.join(clone, file), { recursive: true });
    }
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      path.join(clone, '.env'),
      `HELIOGRAPH_SIMULATOR_PORT=off\nHELIOGRAPH_METRICS_PORT=${port}\nHELIOGRAPH_PORT=1\n`,
    );
    const start = () =>
      spawnSync(process.execPath, [path.join(clone, 'scripts', 'setup.mjs'), 'start'], {
        env: { PATH: process.env.PATH, TEMPORAL_ADDRESS: 'x:1', HELIOGRAPH_PORT: String(port) },
        encoding: 'utf8',
      });
    const taken = (name: string) => `port ${port} (${name}) is taken; stop what uses it or set ${name}`;
    const told = [taken('HELIOGRAPH_PORT'), taken('HELIOGRAPH_METRICS_PORT')];
    for (const installed of [false, true]) {
      if (installed) {
        mkdirSync(path.join(clone, 'node_modules'));
        writeFileSync(path.join(clone, 'node_modules', '.package-lock.json'), '{}');
      }
      const { status, stderr } = start();
      expect({ installed, status, lines: stderr.trim().split('\n') }).toEqual({ installed, status: 1, lines: told });
    }
    // What an earlier start has left is stopped by the next one, which knows its ports.
    mkdirSync(path.join(clone, '.heliograph'));
    writeFileSync(path.join(clone, '.heliograph', 'supervisor.json'), '{}');
    expect(start().stderr).not.toContain('is taken');
  } finally {
    server.close();
    rmSync(clone, { recursive: true });
  }
});
