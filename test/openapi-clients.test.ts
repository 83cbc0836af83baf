/** What others make of the OpenAPI document: a linter, and clients in strict TypeScript. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { operations } from '../src/api/operations';
import { committedDocument } from '../src/api/openapi/committed';
import type { OpenApi } from '../src/api/openapi/document';

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const BIN = path.join(ROOT, 'node_modules', '.bin');
/** Generators and the compiler are other processes, on a machine that has more to do. */
const GENERATED_MS = 300_000;

const text = committedDocument(operations);
let folder: string;
let file: string;
beforeAll(async () => {
  await mkdir(path.join(ROOT, 'node_modules', '.cache'), { recursive: true });
  folder = await mkdtemp(path.join(ROOT, 'node_modules', '.cache', 'clients-'));
  file = path.join(folder, 'openapi.json');
  await writeFile(file, text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Redocly's recommended rules say of a document. */
async function lint(document: string): Promise<{ rule: string; severity: string; at: string }[]> {
  const script = `
    const { createConfig, lintFromString } = require('@redocly/openapi-core');
    const { readFileSync } = require('node:fs');
    (async () => {
      const config = await createConfig({ extends: ['recommended'] });
      const problems = await lintFromString({ source: readFileSync(process.argv[1], 'utf8'), absoluteRef: process.argv[1], config });
      console.log(JSON.stringify(problems.map((p) => ({
        rule: p.ruleId, severity: p.severity, at: p.location[0]?.pointer ?? '',
      }))));
    })();`;
  const copy = path.join(folder, 'linted.json');
  await writeFile(copy, document);
  const { stdout } = await run(process.execPath, ['-e', script, copy], { cwd: ROOT });
  return JSON.parse(stdout) as Awaited<ReturnType<typeof lint>>;
}

test(
  'a linter finds nothing but a redirect, which has no 2xx',
  async () => {
    expect(await lint(text)).toEqual([
      { rule: 'operation-2xx-response', severity: 'warn', at: '#/paths/~1l~1{code}/get/responses' },
    ]);
  },
  GENERATED_MS,
);

test(
  'and it would find a word that is none, and a group that nobody describes',
  async () => {
    const document = JSON.parse(text) as OpenApi;
    Object.assign(Object.values(document.components.schemas)[0]!, { secret: true });
    delete document.tags[0]!.description;
    const rules = (await lint(JSON.stringify(document))).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['struct', 'tag-description']));
  },
  GENERATED_MS,
);

/** Compiles files under `strict`, declarations of libraries included. */
async function compile(name: string, main: string): Promise<string> {
  const config = {
    compilerOptions: {
      strict: true, skipLibCheck: false, noEmit: true,
      target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [],
    },
    include: [`${name}/**/*.ts`, main],
  }; // prettier-ignore
  const project = path.join(folder, `${name}.json`);
  await writeFile(project, JSON.stringify(config));
  return run(process.execPath, [path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], {
    cwd: folder,
  }).then(
    () => '',
    ({ stdout, message }: { stdout?: string; message: string }) => stdout ?? message,
  );
}

test(
  'openapi-typescript makes types that compile, and that know the routes',
  async () => {
    await mkdir(path.join(folder, 'types'));
    await run(path.join(BIN, 'openapi-typescript'), [file, '-o', path.join(folder, 'types', 'api.ts')], {
      cwd: folder,
    });
    const main = `
    import type { components, operations, paths } from './types/api';
    type Made = operations['createCampaign']['responses'][201]['content']['application/json'];
    type Fields = Extract<NonNullable<operations['createGateway']['requestBody']>['content']['application/json']['credentials'], { url: string }>;
    export const idOf = (made: Made): string => made.id;
    export const rejectedOf = (made: Made): number => made.audience.rejected;
    export const path: keyof paths = '/api/v1/campaigns/{id}/rejected';
    export const code = (problem: components['schemas']['Problem']): string => problem.code;
    export const fields = (of: Fields): unknown => of;
    // @ts-expect-error there is no such state
    export const state: Made['state'] = 'gone';`;
    await writeFile(path.join(folder, 'types-main.ts'), main);
    expect(await compile('types', 'types-main.ts')).toBe('');
    expect(await readFile(path.join(folder, 'types', 'api.ts'), 'utf8')).not.toContain('Recursive');
  },
  GENERATED_MS,
);

test(
  'hey-api makes a client that compiles, with a function for each operation',
  async () => {
    const output = path.join(folder, 'client');
    const arguments_ = ['-i', file, '-o', output, '-c', '@hey-api/client-fetch', '--no-log-file'];
    await run(path.join(BIN, 'openapi-ts'), arguments_, { cwd: folder });
    const main = `
    import { createCampaign, pauseCampaign } from './client';
    export const launch = async (): Promise<string | undefined> => {
      const { data } = await createCampaign({
        body: { name: 'Sale', message: 'Hello', audience: { recipients: [{ to: '+919800000001' }] } },
      });
      return data?.id;
    };
    export const pause = (id: string) => pauseCampaign({ path: { id } });`;
    await writeFile(path.join(folder, 'client-main.ts'), main);
    expect(await compile('client', 'client-main.ts')).toBe('');
    const made = await readFile(path.join(output, 'sdk.gen.ts'), 'utf8');
    expect(operations.filter(({ id }) => !made.includes(`export const ${id} =`)).map(({ id }) => id)).toEqual([]);
    expect((await readdir(output)).length).toBeGreaterThan(2);
  },
  GENERATED_MS,
);
