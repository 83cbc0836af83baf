/** The providers a gateway can have. Adding one is its folder and a line here. */
import { clickatell } from './clickatell';
import { clickatellLegacy } from './clickatell-legacy';
import { genericHttp } from './generic-http';
import { infobip } from './infobip';
import { mobtexting } from './mobtexting';
import { pingbix } from './pingbix';
import { timesMobile } from './times-mobile';
import { twilio } from './twilio';
import type { Provider } from './provider';

export const providers: Readonly<Record<string, Provider>> = {
  clickatell,
  'clickatell-legacy': clickatellLegacy,
  http: genericHttp,
  infobip,
  mobtexting,
  pingbix,
  'times-mobile': timesMobile,
  twilio,
};

/** The provider of this name; undefined when there is none. */
export function providerNamed(name: string): Provider | undefined {
  return Object.hasOwn(providers, name) ? providers[name] : undefined;
}

export { NO_VENDOR } from './provider';
export type { Provider } from './provider';
export { credentialForms, letterLogo } from './shared/form';
export type { CredentialField } from './shared/form';
