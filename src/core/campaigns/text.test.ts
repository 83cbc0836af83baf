import { createCampaignRenderer, type CampaignText, type TextRules } from './text';

const campaign = (over: Partial<CampaignText> = {}): CampaignText => ({
  body: 'Dear {name}, it’s “on” – now.',
  variables: {},
  dlt_text: null,
  options: null,
  ...over,
});
const rules = (over: Partial<TextRules> = {}): TextRules => ({
  linkBase: null,
  smartEncoding: 'off',
  maxCharacters: null,
  ...over,
});
const render = (text: CampaignText, over: Partial<TextRules> = {}, name = 'Asha') => {
  const { row: _, ...rendered } = createCampaignRenderer(text, rules(over))({ variables: { name } });
  return rendered;
};

it('smart encoding is applied where it makes the whole text GSM-7, or told, or left', () => {
  expect(render(campaign())).toMatchObject({ text: 'Dear Asha, it’s “on” – now.', segmentation: { encoding: 'ucs2' } });
  const smart = render(campaign(), { smartEncoding: 'apply' });
  expect(smart).toMatchObject({ text: 'Dear Asha, it\'s "on" - now.', segmentation: { encoding: 'gsm7', parts: 1 } });
  expect(smart).not.toHaveProperty('smart');
  const told = render(campaign(), { smartEncoding: 'tell' });
  expect(told).toMatchObject({ text: 'Dear Asha, it’s “on” – now.', smart: { encoding: 'gsm7' } });
  const hindi = render(campaign(), { smartEncoding: 'apply' }, 'आशा');
  expect(hindi).toMatchObject({ text: 'Dear आशा, it’s “on” – now.' });
  expect(render(campaign(), { smartEncoding: 'tell' }, 'आशा')).not.toHaveProperty('smart');
});

it('a registered text stays as it is registered', () => {
  const dlt_text = 'Dear {#var#}, it’s “on” – now.';
  const registered = render(campaign({ dlt_text }), { smartEncoding: 'apply' });
  expect(registered).toMatchObject({ ok: true, text: 'Dear Asha, it’s “on” – now.' });
  const plain = render(campaign({ dlt_text: 'Dear {#var#}, it\'s "on" - now.' }), { smartEncoding: 'apply' });
  expect(plain).toMatchObject({ ok: true, text: 'Dear Asha, it\'s "on" - now.' });
  const named = campaign({ options: { templateId: '1107160016156755389' } });
  expect(render(named, { smartEncoding: 'apply' })).toMatchObject({ text: 'Dear Asha, it’s “on” – now.' });
});

it('a text that no gateway takes leaves its recipient out, and no other', () => {
  const body = campaign({ body: '{name}' });
  expect(render(body, { maxCharacters: 1_600 }, 'x'.repeat(1_601))).toEqual({
    ok: false,
    code: 'too-long',
    message: 'the text has 1601 characters; at most 1600 are sent',
  });
  expect(render(body, { maxCharacters: 1_600 }, 'x'.repeat(1_600))).toMatchObject({ ok: true });
  expect(render(body, {}, 'x'.repeat(1_601))).toMatchObject({ ok: true });
  expect(render(body, {}, 'x'.repeat(4_001))).toMatchObject({ ok: false, code: 'too-long' });
});

it.each(['  ', '\u00a0', '\u200b'])('a text of which a phone shows nothing is empty: %j', (name) => {
  expect(render(campaign({ body: '{name}' }), {}, name)).toMatchObject({ ok: false, code: 'empty-text' });
});
