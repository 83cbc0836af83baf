/** A login of each vendor that has an adapter of its own, as its gateways are made with; the word `secret` is in what is one. */
export const LOGINS = {
  clickatell: { apiKey: 'clickatell-secret' },
  'clickatell-legacy': { username: 'user', password: 'legacy-secret', apiId: '7' },
  infobip: { apiKey: 'infobip-secret' },
  mobtexting: { token: 'mobtexting-secret' },
  pingbix: { userId: 'user', password: 'pingbix-secret' },
  'times-mobile': { username: 'user', password: 'times-secret' },
  twilio: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'twilio-secret' },
} as const satisfies Record<string, Record<string, unknown>>;
