/** `npm run demo` as a visitor runs it: a process of its own, which brings and stops its whole stack. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { drawFreePort, portIsFree } from '../../src/main/embedded/ports';
import { temporaryFolder } from '../support/servers';

const ENTRY = path.resolve(__dirname, '../../dist/main/demo.js');
const dataDir = temporaryFolder();
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function demoEnvironment(): Promise<Record<string, string>> {
  const names = ['PORT', 'SIMULATOR_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'METRICS_PORT'];
  const ports: Record<string, string> = {};
  for (const name of names) ports[`HELIOGRAPH_${name}`] = String(await drawFreePort());
  return ports;
}

interface Run {
  code: number | null;
  output: string;
}

function runDemo(env: NodeJS.ProcessEnv): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

const count = (output: string, name: string): number => Number(new RegExp(`^  ${name} +(\\d+)`, 'm').exec(output)?.[1]);

test('the demo starts a stack, adds up, stops what it started, and can be run again', async () => {
  const ports = await demoEnvironment();
  const { TEMPORAL_ADDRESS: _, DATABASE_URL: __, ...inherited } = process.env;
  const env = { ...inherited, ...ports, HELIOGRAPH_DATA_DIR: dataDir };
  for (const round of [1, 2]) {
    const { code, output } = await runDemo(env);
    expect({ round, code, output }).toEqual({ round, code: 0, output: expect.stringContaining('Everything adds up') });
    const accepted = count(output, 'accepted');
    expect(accepted).toBe(3_003);
    expect(count(output, 'delivered') + count(output, 'failed')).toBe(accepted);
    expect(count(output, 'open')).toBe(0);
    // Refused sender IDs and bad numbers are part of the show.
    expect(count(output, 'failed')).toBeGreaterThan(10);
    expect(output).toMatch(/^ {2}HELIOB +[1-9]\d* +leg 2, the fallback · \d+ delivered/m);
    expect(output).toMatch(/^Scheduled send\n {2}reached the provider \d+ ms after its time/m);
    expect(output).toContain('2002 rows in the list: 2000 good, 1 twice, 1 bad');
    expect(output).toMatch(
      /^Scheduled campaign\n {2}finished; its first message reached the provider \d+ ms after its time\n {2}2000 = /m,
    );
  }
  for (const port of Object.values(ports)) expect(await portIsFree(Number(port))).toBe(true);
}, 420_000);

test('a wrong setting ends it with one sentence', async () => {
  const { code, output } = await runDemo({
    ...process.env,
    HELIOGRAPH_SIMULATOR_PORT: 'off',
    HELIOGRAPH_DATA_DIR: dataDir,
  });
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('give HELIOGRAPH_SIMULATOR_PORT a port instead of "off"'),
  });
});
