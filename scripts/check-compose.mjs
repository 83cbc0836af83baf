/**
 * Checks docker-compose.yml and the Dockerfile without Docker: every service is built or has a pinned image, waits for
 * services that exist in a way that they support, runs an entry point that exists, and sets only variables that
 * src/config.ts reads.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const yaml = require('js-yaml');
const { describeEnvironment, readConfig } = require(path.join(root, 'dist', 'config.js'));

const OWN = ['migrate', 'api', 'worker'];
const EXPECTED = ['postgres', 'temporal', 'temporal-ui', ...OWN];
const SERVICE_KEYS = [
  ...['build', 'command', 'depends_on', 'entrypoint', 'environment', 'healthcheck', 'image', 'ports', 'restart'],
  ...['volumes', 'stop_grace_period', 'read_only', 'cap_drop', 'security_opt', 'tmpfs', 'mem_limit', 'pids_limit'],
  ...['networks', 'shm_size', 'user'],
];
const TOP_KEYS = ['services', 'volumes', 'networks', 'name'];

const problems = [];
const compose = yaml.load(readFileSync(path.join(root, 'docker-compose.yml'), 'utf8'));
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
const known = new Set(describeEnvironment().map(({ name }) => name));

for (const key of Object.keys(compose)) {
  if (!TOP_KEYS.includes(key) && !key.startsWith('x-')) problems.push(`docker-compose.yml: unknown key ${key}`);
}
const services = compose.services ?? {};
for (const name of EXPECTED)
  if (!(name in services)) problems.push(`docker-compose.yml: the service ${name} is missing`);
for (const [name, service] of Object.entries(services)) checkService(name, service);
checkDockerfile();

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function checkService(name, service) {
  const report = (text) => problems.push(`docker-compose.yml: ${name}: ${text}`);
  for (const key of Object.keys(service)) if (!SERVICE_KEYS.includes(key)) report(`unknown key ${key}`);
  if (service.build === undefined && !/:[\w.-]*\d/.test(service.image ?? '')) report('needs an image with a version');
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    const target = services[other];
    if (target === undefined) report(`depends on ${other}, which does not exist`);
    else if (condition === 'service_healthy' && !target.healthcheck?.test) report(`${other} has no health check`);
    else if (condition === 'service_completed_successfully' && /always|unless/.test(target.restart ?? '')) {
      report(`waits for ${other} to end, which is restarted for ever`);
    }
  }
  for (const volume of service.volumes ?? []) {
    const source = volume.split(':')[0];
    if (!/^[./]/.test(source)) {
      if (!(source in (compose.volumes ?? {}))) report(`volume ${source} is not declared`);
    } else if (!existsSync(path.join(root, source))) report(`mounts ${source}, which does not exist`);
  }
  if (service.build !== undefined) checkOwnService(service, report);
}

function checkOwnService(service, report) {
  const environment = service.environment ?? {};
  for (const variable of Object.keys(environment)) {
    if (!known.has(variable)) report(`sets ${variable}, which src/config.ts does not read`);
  }
  const [program, ...words] = service.command ?? [];
  const entry = words.find((word) => !word.startsWith('--'));
  const source = entry?.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
  if (program !== 'node' || !source || !existsSync(path.join(root, source)))
    report(`command has no entry point: ${entry}`);
  // As the containers will see it, with what .env must give.
  const given = {
    HELIOGRAPH_MASTER_KEY: randomBytes(32).toString('base64'),
    HELIOGRAPH_ADMIN_KEY: randomBytes(32).toString('base64'),
    HELIOGRAPH_PUBLIC_URL: 'https://sms.example.com',
  };
  const effective = Object.entries(environment).map(([variable, value]) => [
    variable,
    interpolate(String(value), given),
  ]);
  try {
    const purpose = entry?.endsWith('/migrate.js') ? 'migrate' : 'serve';
    readConfig({ NODE_ENV: 'production', ...Object.fromEntries(effective) }, purpose);
  } catch (error) {
    report(error.message);
  }
}

/** Compose's `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(text, given) {
  return text.replace(
    /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
    (match, name, rest) => given[name] ?? (match.includes(':-') ? rest : 'given'),
  );
}

function checkDockerfile() {
  const report = (text) => problems.push(`Dockerfile: ${text}`);
  for (const wanted of [/^USER (?!root)/m, /^HEALTHCHECK/m, /\/healthz/, /npm ci --omit=dev/, /^ENTRYPOINT .*tini/m]) {
    if (!wanted.test(dockerfile)) report(`has nothing like ${wanted}`);
  }
  for (const [, from, sources] of dockerfile.matchAll(/^COPY (--from=\S+ )?(.+) \S+$/gm)) {
    if (from !== undefined) continue;
    for (const file of sources.split(' '))
      if (!existsSync(path.join(root, file))) report(`copies ${file}, which does not exist`);
  }
}
