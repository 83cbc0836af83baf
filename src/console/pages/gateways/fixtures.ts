/** Gateways and providers as the API answers them. */
export const page = (query = '') => ({ params: { id: 'gw_1' }, query: new URLSearchParams(query) });

export const gateway = (over: object = {}) => ({
  id: 'gw_1',
  provider: 'infobip',
  name: 'Infobip I',
  credentials: { apiKey: '••••1234', secretKey: '••••9876' },
  callbackAuth: null,
  callbackUrl: 'https://sms.example.com/callbacks/token',
  callbackAllow: [],
  callbackAuthenticated: true,
  baseUrl: null,
  sendingPattern: 'batch',
  status: 'active',
  priority: 100,
  weight: 1,
  defaultSender: 'TXTSMS',
  fallbackSender: 'TXTALT',
  ratePerSecond: 50,
  maxInFlight: 64,
  batchSize: null,
  receiptDeadlineSeconds: 86_400,
  failoverAfterSeconds: null,
  validitySeconds: null,
  providerIdBase: null,
  smartEncoding: false,
  description: null,
  signupLink: null,
  logo: null,
  pricePerSegment: null,
  currency: null,
  demo: false,
  health: { state: 'up', breaker: 'closed', acceptRate: 0.98, deliveryRate: 0.9, p95Ms: 120 },
  createdAt: '2026-11-29T10:00:00Z',
  ...over,
});
export const twilio = gateway({
  id: 'gw_2',
  provider: 'twilio',
  name: 'Twilio',
  credentials: { accountSid: 'AC00', authToken: '••••aaaa' },
  sendingPattern: 'loop',
});

export const provider = (name: string, label: string, credentials: object[], over: object = {}) => ({
  name, label, signupLink: `https://${name}.example`, docs: `docs/providers/${name}.md`, baseUrl: `https://api.${name}.example`,
  sendingPatterns: ['batch', 'loop'], capabilities: { batchSize: 100, validity: true }, credentials,
  credentialsSchema: { properties: Object.fromEntries(credentials.map((each) => [(each as { name: string }).name, { type: 'string' }])) },
  ...over,
}); // prettier-ignore
const providers = {
  items: [
    provider('infobip', 'Infobip', [
      { name: 'apiKey', title: 'API key', secret: true, required: true },
      { name: 'secretKey', title: 'Secret key', secret: true, required: false },
    ]),
    provider('twilio', 'Twilio', [
      { name: 'accountSid', title: 'Account SID', secret: false, required: true },
      { name: 'authToken', title: 'Auth token', secret: true, required: true },
    ], { sendingPatterns: ['loop'], capabilities: { batchSize: 1, validity: true } }),
  ],
  nextCursor: null,
}; // prettier-ignore

export const API = {
  'GET /api/v1/providers': providers,
  'GET /api/v1/routes': { items: [], nextCursor: null },
  'GET /api/v1/messages': { items: [], nextCursor: null },
  'GET /api/v1/test-phones': { items: [], nextCursor: null },
};
export const list = (items: object[]) => ({ ...API, 'GET /api/v1/gateways': { items, nextCursor: null } });
