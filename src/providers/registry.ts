/** The providers a gateway can have. Adding one is its folder and a line here. */
import { infobip } from './infobip';
import type { Provider } from './provider';

export const providers: Readonly<Record<string, Provider>> = {
  infobip,
};

/** The provider of this name; undefined when there is none. */
export function providerNamed(name: string): Provider | undefined {
  return Object.hasOwn(providers, name) ? providers[name] : undefined;
}
