import { providerNamed, providers } from './registry';

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
