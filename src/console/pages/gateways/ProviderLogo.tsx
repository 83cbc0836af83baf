/** A gateway's own logo, else a mark with its provider's letters: drawn here, no vendor's property. */

/** Ground and letters with a contrast of 4.5:1 or more. */
const MARKS: Record<string, readonly [letters: string, ground: string]> = {
  infobip: ['ib', '#b3410b'],
  twilio: ['tw', '#a8192e'],
  clickatell: ['ck', '#2e6b12'],
  'clickatell-legacy': ['ck', '#4d5d2a'],
  'times-mobile': ['tm', '#8a1538'],
  mobtexting: ['mt', '#1450a3'],
  pingbix: ['pb', '#5b2a9d'],
  http: ['{ }', '#3d4b5c'],
};

export interface ProviderLogoProps {
  provider: string;
  /** A `data:` URL that somebody uploaded. */
  logo?: string | null;
  small?: boolean;
}

export function ProviderLogo({ provider, logo, small = false }: ProviderLogoProps) {
  const shape = small ? 'provider-logo small' : 'provider-logo';
  if (logo !== undefined && logo !== null) return <img class={shape} src={logo} alt="" />;
  const [letters, ground] = MARKS[provider] ?? [provider.slice(0, 2), '#3d4b5c'];
  return (
    <svg class={shape} viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <rect width="40" height="40" rx="6" fill={ground} />
      <text x="20" y="26" text-anchor="middle" font-size="17" font-weight="600" fill="#ffffff">
        {letters}
      </text>
    </svg>
  );
}
