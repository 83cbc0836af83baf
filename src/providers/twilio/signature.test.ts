/** Twilio: whose callbacks are believed. */
import { createHash } from 'node:crypto';
import type { CallbackRequest } from '../provider';
import { CALLBACK_URL } from '../testing/cases';
import { twilio } from '.';
import { credentials, sid, signature, path, receipt, report } from './fixtures/sample';

/** Vectors of twilio-node 6, `spec/validation.spec.js`: token `12345`, `https://mycompany.com/myapp.php?foo=1&bar=2`. */
describe('twilio signature', () => {
  const VECTOR_URL = '/myapp.php?foo=1&bar=2';
  const FORM = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  const JSON_BODY = '{"property": "value", "boolean": true}';
  const JSON_URL = `${VECTOR_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;

  /** The vectors are no status callbacks: authentic ones are malformed. */
  function receive(url: string, signed: string, body: string | Buffer, callbackUrl: string, token = '12345') {
    const request: CallbackRequest = {
      method: 'POST',
      url,
      headers: { 'x-twilio-signature': signed },
      query: new URL(url, callbackUrl).searchParams,
      body: Buffer.from(body),
    };
    const config = {
      credentials: { accountSid: 'AC1', authToken: token },
      baseUrl: '',
      callbackUrl,
      callbackAuth: null,
    };
    return twilio.callback(request, config).kind;
  }
  const form = new URLSearchParams(FORM).toString();

  it.each(['https://mycompany.com/myapp.php', 'https://mycompany.com:443/myapp.php'])(
    'the published form vector holds for %s',
    (callbackUrl) => {
      expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, callbackUrl)).toBe('malformed');
    },
  );

  it('the published JSON vector', () => {
    const at = 'https://mycompany.com/myapp.php';
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY, at)).toBe('malformed');
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY.replace('true', 'null'), at)).toBe(
      'unauthentic',
    );
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', '', at)).toBe('unauthentic');
    expect(receive(VECTOR_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY, at)).toBe('unauthentic');
  });

  it('a port of our own counts', () => {
    const at = 'https://mycompany.com:8443/myapp.php';
    const own = signature(`https://mycompany.com:8443${VECTOR_URL}`, Object.entries(FORM), '12345');
    expect(receive(VECTOR_URL, own, form, at)).toBe('malformed');
    expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, at)).toBe('malformed');
  });

  it('another token', () => {
    expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, 'https://mycompany.com/myapp.php', '12346')).toBe(
      'unauthentic',
    );
  });

  it('reads a JSON callback', () => {
    const body = JSON.stringify({ MessageSid: sid, MessageStatus: 'delivered', ErrorCode: null });
    const url = `${path}&bodySHA256=${createHash('sha256').update(body).digest('hex').toUpperCase()}`;
    const request: CallbackRequest = {
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'x-twilio-signature': signature(`https://sms.example.test${url}`, []),
      },
      query: new URL(url, CALLBACK_URL).searchParams,
      body: Buffer.from(body),
    };
    const config = { credentials, baseUrl: '', callbackUrl: CALLBACK_URL, callbackAuth: null };
    expect(twilio.callback(request, config)).toEqual({ ...receipt({ status: 'delivered' }), proof: 'signature' });
  });

  it('no byte of body or query can be changed', () => {
    const genuine = report('delivered');
    const config = { credentials, baseUrl: '', callbackUrl: CALLBACK_URL, callbackAuth: null };
    const kindOf = (url: string, body: Buffer) =>
      twilio.callback(
        { method: 'POST', url, headers: genuine.headers!, query: new URL(url, CALLBACK_URL).searchParams, body },
        config,
      ).kind;
    const body = Buffer.from(genuine.body!);
    expect(kindOf(path, body)).toBe('receipts');
    for (let i = 0; i < body.length; i++) {
      const changed = Buffer.from(body);
      changed[i] = changed[i] === 0x78 ? 0x79 : 0x78;
      expect([i, kindOf(path, changed)]).toEqual([i, 'unauthentic']);
    }
    for (let i = path.indexOf('?') + 1; i < path.length; i++) {
      const changed = `${path.slice(0, i)}${path[i] === 'x' ? 'y' : 'x'}${path.slice(i + 1)}`;
      expect([i, kindOf(changed, body)]).toEqual([i, 'unauthentic']);
    }
  });
});
