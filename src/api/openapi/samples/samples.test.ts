import { execFileSync } from 'node:child_process';
import { operations } from '../../operations';
import { openApiDocument, type OpenApi } from '../document';
import { inCurl, inNode, inPython, sampleOf, type Place } from './samples';

const api: OpenApi = openApiDocument(operations, { version: '1', serverUrl: 'https://sms.example.com' });
const places: Place[] = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
);
const samples = places.map((place) => sampleOf(place, api));

const post = {
  method: 'POST',
  path: '/api/v1/test-phones',
  asksForKey: true,
  body: { type: 'application/json', text: '{\n  "name": "Asha\'s",\n  "on": true\n}' },
};

test('a curl command says what it sends, whatever quotes are in it', () => {
  expect(inCurl(post)).toBe(
    [
      'curl -s "$HELIOGRAPH/api/v1/test-phones"',
      '-H "Authorization: Bearer $KEY"',
      "-H 'Content-Type: application/json'",
      `--data-binary '{\n  "name": "Asha'\\''s",\n  "on": true\n}'`,
    ].join(' \\\n  '),
  );
  expect(inCurl({ method: 'DELETE', path: '/api/v1/groups/<id>', asksForKey: true })).toContain(
    'curl -s -X DELETE "$HELIOGRAPH/api/v1/groups/<id>"',
  );
});

test('Python writes its own words for true, false and null', () => {
  expect(inPython(post)).toContain('body = {\n    "name": "Asha\'s",\n    "on": True,\n}');
});

test('every operation has a sample that its own language can read', () => {
  expect(samples.length).toBeGreaterThan(100);
  execFileSync('bash', ['-n'], { input: samples.map(inCurl).join('\n') });
  const inFunctions = samples.map((sample) => `async () => {\n${inNode(sample)}\n};`).join('\n');
  execFileSync(process.execPath, ['--check', '-'], { input: inFunctions });
  if (!hasPython()) return;
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
    input: samples.map(inPython).join('\n'),
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('JSON bodies are JSON, with every member that is required', () => {
  const bodies = places.flatMap((place, at) => {
    const { body } = samples[at]!;
    return body?.type === 'application/json' ? [{ place, value: JSON.parse(body.text) as unknown }] : [];
  });
  expect(bodies.length).toBeGreaterThan(40);
  const sends = bodies.find(({ place }) => place.path === '/api/v1/gateways/{id}/test')!;
  expect(sends.value).toMatchObject({ to: '+919800000001' });
});
