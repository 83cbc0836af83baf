import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SEARCH_ATTRIBUTES } from './attributes';

const textOf = (file: string): string => readFileSync(path.join(__dirname, '../..', file), 'utf8');

test('compose and the operator’s page register every attribute, and no other', () => {
  const wanted = Object.entries(SEARCH_ATTRIBUTES);
  const compose = [...textOf('docker-compose.yml').matchAll(/(Heliograph\w+):(\w+)/g)];
  expect(compose.map(([, name, type]) => [name, type])).toEqual(wanted);
  const page = [...textOf('docs/operations.md').matchAll(/search-attribute create --name (\w+) --type (\w+)/g)];
  expect(page.map(([, name, type]) => [name, type])).toEqual(wanted);
});
