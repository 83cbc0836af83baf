import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Capabilities } from './provider';
import { credentialForms, letterLogo, providerNamed, providers } from './registry';

describe('the registry', () => {
  it('finds a provider by its own name', () => {
    for (const [name, provider] of Object.entries(providers)) {
      expect(provider.name).toBe(name);
      expect(providerNamed(name)).toBe(provider);
    }
    expect(providerNamed('infobip')?.label).toBe('Infobip');
  });

  it.each(['', 'nobody', 'Infobip', 'constructor', '__proto__'])('knows no %j', (name) => {
    expect(providerNamed(name)).toBeUndefined();
  });
});

const yes = (can: boolean) => (can ? 'yes' : 'no');
const count = (number: number) => number.toLocaleString('en-US');

/** The row of the page's table. */
function rowOf(can: Capabilities): string {
  const { batchSize, lookupBatch, maxParts, maxCharacters } = can;
  const lookup = lookupBatch > 1 ? `${lookupBatch} at once` : yes(can.lookup);
  const rest = [can.flash, can.port, can.dlt, can.validity, can.schedule].map(yes);
  const text = maxCharacters === null ? 'by parts' : count(maxCharacters);
  return [count(batchSize), yes(can.idempotentById), lookup, ...rest, count(maxParts), text].join(' | ');
}

it.each(Object.values(providers))(
  'docs/providers/$name.md has the capabilities of the code',
  ({ name, capabilities }) => {
    const page = readFileSync(join(__dirname, `../../docs/providers/${name}.md`), 'utf8').replace(/ +/g, ' ');
    expect(page).toContain(`| ${rowOf(capabilities)} |`);
  },
);

describe('the form of credentials', () => {
  /** A login as it would be entered, for each way of each provider; `secret` is in every value that must not show. */
  const LOGINS: Record<string, object[]> = {
    clickatell: [{ apiKey: 'secret-1' }],
    'clickatell-legacy': [{ username: 'u', password: 'secret-1', apiId: '7' }],
    http: [{ path: '/', format: 'form', fields: { to: '{to}' }, secrets: { key: 'secret-1' } }],
    infobip: [{ apiKey: 'secret-1', secretKey: 'secret-2' }],
    mobtexting: [{ token: 'secret-1', service: 'T', webhookId: 'w' }],
    pingbix: [{ userId: 'u', password: 'secret-1' }, { apiKey: 'secret-1' }],
    'times-mobile': [{ username: 'u', password: 'secret-1' }],
    twilio: [{ accountSid: 'AC1', authToken: 'secret-1' }],
  };

  it.each(Object.values(providers))('of $name names every member, and hides exactly the secrets', (provider) => {
    const forms = credentialForms(provider);
    const logins = LOGINS[provider.name]!;
    expect(forms).toHaveLength(logins.length);
    forms.forEach((fields, i) => {
      const login = logins[i] as Record<string, unknown>;
      const known = fields.map(({ name }) => name);
      expect(known).toEqual(expect.arrayContaining(Object.keys(login)));
      for (const { name, title, required } of fields) {
        expect(title).not.toBe(name);
        if (required) expect(login).toHaveProperty(name);
      }
      const hidden = fields.filter(({ secret, name }) => secret && name in login).map(({ name }) => login[name]);
      const secrets = provider.secrets(provider.credentialsSchema.parse(login));
      expect(
        JSON.stringify(hidden)
          .match(/secret-\d/g)
          ?.sort(),
      ).toEqual([...secrets].sort());
    });
  });

  it('tells what kind of value each is', () => {
    const fields = credentialForms(providers['http']!)[0]!;
    expect(fields.find(({ name }) => name === 'method')).toEqual({
      name: 'method',
      title: 'Method',
      description: null,
      secret: false,
      required: false,
      type: 'choice',
      choices: ['GET', 'POST'],
      default: 'POST',
    });
    expect(fields.find(({ name }) => name === 'path')).toMatchObject({ type: 'text', required: true, default: null });
    expect(fields.find(({ name }) => name === 'fields')).toMatchObject({ type: 'json', required: true });
    expect(fields.find(({ name }) => name === 'secrets')).toMatchObject({ type: 'json', secret: true });
  });
});

it.each(Object.values(providers))('$name has a word of advice and a picture', (provider) => {
  expect(provider.docs.length).toBeGreaterThan(20);
  expect(provider.color).toMatch(/^#[0-9a-f]{6}$/);
  const logo = letterLogo(provider);
  expect(decodeURIComponent(logo)).toContain(`>${provider.label[0]}</text>`);
  expect(logo.length).toBeLessThan(1_000);
});
