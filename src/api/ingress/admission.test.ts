import type { AccountContext, ApprovedSender, GatewayFacts } from '../../store/accounts/accounts';
import { createAdmission, type AdmissionRequest } from './admission';

const gateway = (provider: string, over: Partial<GatewayFacts> = {}): GatewayFacts => ({
  name: `my ${provider}`,
  provider,
  active: true,
  demo: false,
  hasSender: false,
  ...over,
});
const INFOBIP = gateway('infobip');
const TWILIO = gateway('twilio');
const TIMES = gateway('times-mobile');

function judge(
  defaultGateways: GatewayFacts[],
  request: Partial<AdmissionRequest>,
  settings: { drop?: true; approved?: ApprovedSender[] } = {},
) {
  const account = {
    require_approved_senders: settings.approved !== undefined,
    unsupported_options: settings.drop ? 'drop' : 'refuse',
  };
  const context = { account, defaultGateways, approvedSenders: settings.approved ?? [] } as unknown as AccountContext;
  const recipients = ['+919800000001'];
  const asked = { sender: 'BRANDA', service: 'T', options: null, segments: 1, text: 'Hello', recipients, ...request };
  return createAdmission(context)(asked);
}

const FLASH = { flash: true } as const;
const IDS = { entityId: '1001000000000000001', templateId: '1007000000000000001' };

describe('options', () => {
  it('what a gateway can carry is admitted as it is', () => {
    const options = { ...FLASH, port: 16_000, ...IDS };
    expect(judge([TWILIO, INFOBIP], { options })).toEqual({ ok: true, sender: 'BRANDA', options });
    expect(judge([TWILIO], {})).toEqual({ ok: true, sender: 'BRANDA', options: null });
  });

  it('what none can is refused, with the field and the gateways', () => {
    expect(judge([TWILIO, TIMES], { options: FLASH })).toEqual({
      ok: false,
      code: 'unsupported-option',
      field: 'flash',
      message:
        'asks for flash, which these gateways can’t carry: my twilio, my times-mobile; leave it out, or set the account’s unsupportedOptions to "drop"',
    });
    expect(judge([TIMES], { options: { port: 1 } })).toMatchObject({ ok: false, field: 'port' });
    expect(judge([TIMES], { segments: 11 })).toMatchObject({ ok: false, field: 'text' });
    expect(judge([TIMES], { segments: 10 })).toMatchObject({ ok: true });
  });

  it('a text of more characters than any gateway takes is too long, whatever its parts', () => {
    const text = 'a'.repeat(1_601);
    expect(judge([TWILIO], { text, segments: 11 })).toEqual({
      ok: false,
      code: 'too-long',
      field: 'text',
      message: 'has 1,601 characters, more than these gateways take: my twilio (1,600); shorten it',
    });
    expect(judge([TWILIO], { text: text.slice(1), segments: 11 })).toMatchObject({ ok: true });
    expect(judge([TWILIO], { text: '😀'.repeat(1_600), segments: 24 })).toMatchObject({ ok: true });
    expect(judge([TWILIO, INFOBIP], { text, segments: 11 })).toMatchObject({ ok: true });
  });

  it('where the vendor needs a sender ID, somebody must name one', () => {
    for (const needy of ['twilio', 'times-mobile', 'mobtexting']) {
      expect(judge([gateway(needy)], { sender: null })).toEqual({
        ok: false,
        code: 'missing',
        field: 'sender',
        message: `is missing, and these gateways send nothing without one: my ${needy}; give a sender ID, or the gateway a defaultSender`,
      });
      expect(judge([gateway(needy, { hasSender: true })], { sender: null })).toMatchObject({ ok: true, sender: null });
      expect(judge([gateway(needy), INFOBIP], { sender: null })).toMatchObject({ ok: true });
      expect(judge([gateway(needy)], { sender: null }, { drop: true })).toMatchObject({ ok: false });
    }
    expect(judge([INFOBIP], { sender: null })).toMatchObject({ ok: true });
  });

  it('one gateway must carry all of it', () => {
    const refusal = judge([TWILIO, TIMES], { options: IDS, segments: 20 });
    expect(refusal).toMatchObject({ ok: false, code: 'unsupported-option' });
    expect(refusal).toHaveProperty('message', expect.stringContaining('the other gateways lack something else of it'));
  });

  it('DLT ids matter for Indian numbers only', () => {
    expect(judge([TWILIO], { options: IDS })).toMatchObject({ ok: false, field: 'entityId' });
    const abroad = judge([TWILIO], { options: IDS, recipients: ['+15550100123'] });
    expect(abroad).toEqual({ ok: true, sender: 'BRANDA', options: IDS });
  });

  it('an account that drops options keeps their names; a text of too many parts can’t be dropped', () => {
    const options = { ...FLASH, ...IDS };
    const kept = { ...IDS, dropped: ['flash'] };
    expect(judge([TIMES, TWILIO], { options }, { drop: true })).toEqual({ ok: true, sender: 'BRANDA', options: kept });
    expect(judge([TIMES], { segments: 11, options }, { drop: true })).toMatchObject({ ok: false, field: 'text' });
    // The gateway that takes the text is worth more than the one that lacks less.
    const long = judge([TIMES, TWILIO], { segments: 20, options: IDS }, { drop: true });
    expect(long).toMatchObject({ ok: true, options: { dropped: ['entityId', 'templateId'] } });
  });

  it('asks the gateways that the message may take: real before demo, active before inactive', () => {
    const demo = gateway('infobip', { demo: true });
    expect(judge([demo, TWILIO], { options: FLASH }).ok).toBe(false);
    expect(judge([demo], { options: FLASH }).ok).toBe(true);
    expect(judge([gateway('infobip', { active: false }), TWILIO], { options: FLASH }).ok).toBe(false);
    expect(judge([gateway('infobip', { active: false })], { options: FLASH }).ok).toBe(true);
  });
});

describe('approved sender IDs', () => {
  const approved: ApprovedSender[] = [
    { sender: 'BRANDA', class: 'service', isDefault: false, entityId: null, templates: [] },
    { sender: 'BRANDT', class: 'transactional', isDefault: true, entityId: null, templates: [] },
    { sender: '650123', class: 'promotional', isDefault: false, entityId: null, templates: [] },
  ];

  it.each([
    ['BRANDA', 'T', 'BRANDA'],
    [null, 'T', 'BRANDT'],
  ])('%s with service %s sends as %s', (sender, service, expected) => {
    expect(judge([INFOBIP], { sender, service }, { approved })).toMatchObject({ ok: true, sender: expected });
  });

  it.each([
    ['BRANDX', 'T', /^names BRANDX, which is not approved/],
    [null, 'P', /no approved default for promotional messages/],
    [null, 'S', /no approved default for service messages/],
  ])('%s with service %s is refused', (sender, service, message) => {
    const refusal = judge([INFOBIP], { sender, service }, { approved });
    expect(refusal).toMatchObject({ ok: false, code: 'sender-not-approved', field: 'sender' });
    expect(refusal).toHaveProperty('message', expect.stringMatching(message));
  });

  it('nobody asks where the account does not', () => {
    expect(judge([INFOBIP], { sender: null })).toMatchObject({ ok: true, sender: null });
  });
});
