import { existsSync } from 'node:fs';
import path from 'node:path';
import { providers } from '../../../providers/registry';
import { ROOT } from '../../../../test/support/markdown';
import { toProvider } from './schema';

const catalogue = Object.values(providers).map(toProvider);
const fieldsOf = (name: string) => catalogue.find((entry) => entry.name === name)!.credentials;

test.each(catalogue)('$name says what a gateway of it needs', (entry) => {
  expect(entry.signupLink).toMatch(/^https:\/\//);
  expect(existsSync(path.join(ROOT, entry.docs))).toBe(true);
  expect(entry.credentials.length).toBeGreaterThan(0);
  // Somewhere it must be proven who sends.
  expect(entry.credentials.some(({ secret }) => secret)).toBe(true);
  expect(entry.sendingPatterns.includes('batch')).toBe(entry.capabilities.batchSize !== 1);
});

test('fields are those of the adapter’s schema; secrets are those that it hides', () => {
  expect(fieldsOf('clickatell-legacy')).toEqual([
    { name: 'username', title: expect.any(String), secret: false, required: true },
    { name: 'password', title: expect.any(String), secret: true, required: true },
    { name: 'apiId', title: expect.any(String), secret: false, required: true },
  ].map((field) => expect.objectContaining(field))); // prettier-ignore
  expect(fieldsOf('infobip')).toContainEqual(
    expect.objectContaining({ name: 'secretKey', secret: true, required: false }),
  );
});

test('a choice between credentials asks for none of them whatever the other says', () => {
  const fields = fieldsOf('pingbix');
  for (const name of ['userId', 'password', 'apiKey']) {
    expect(fields).toContainEqual(expect.objectContaining({ name, required: false }));
  }
  expect(fields.filter(({ secret }) => secret).map(({ name }) => name).sort()).toEqual(['apiKey', 'password']); // prettier-ignore
});

test('the generic provider has no host of its own', () => {
  expect(catalogue.find(({ name }) => name === 'http')).toMatchObject({ baseUrl: null });
});
