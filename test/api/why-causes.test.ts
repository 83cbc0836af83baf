/**
 * Why somebody did not get the SMS: each cause answered right in one step, by the API and by `heliograph why`, and to nobody
 * of another account.
 */
import { testCauses, type Asker } from '../support/causes';
import { cli } from '../support/cli';
import { joinStack, type SharedStack } from '../support/shared';
import { ADMIN_KEY } from '../support/servers';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const ask: Asker = async ({ call, accountId }, { kind, value }, wanted, stranger) => {
  const query = `/api/v1/why?${kind}=${encodeURIComponent(value)}`;
  const command = (account: string, ...more: string[]) =>
    cli(['why', `--${kind}`, value, ...more], {
      env: { HELIOGRAPH_URL: stack.url, HELIOGRAPH_KEY: ADMIN_KEY, HELIOGRAPH_ACCOUNT: account },
    });
  // All three are asked anew together: sentences name minutes (what was searched, what waits), which may end between two of them.
  const { verdict, text } = await until(`${value} is ${wanted.code}, by all three`, async () => {
    const { json } = await call('GET', query);
    if (json.verdict.code !== wanted.code) throw new Error(`it is ${JSON.stringify(json.verdict)}`);
    const [document, text] = [await command(accountId, '--json'), (await command(accountId)).out.split('\n')];
    expect([document.code, JSON.parse(document.out).verdict]).toEqual([0, json.verdict]);
    expect(text).toEqual(expect.arrayContaining([json.verdict.sentence, `→ ${json.verdict.remedy.sentence}`]));
    return { verdict: json.verdict, text };
  });
  expect(verdict.who).toBe(wanted.who);
  for (const words of wanted.says) expect(verdict.sentence).toMatch(words);
  expect(verdict.remedy.sentence).toMatch(/\.$/);
  if (wanted.mends !== undefined) expect(JSON.stringify(verdict.remedy)).toContain(`"${wanted.mends}"`);
  expect(text[0]).toBe(verdict.sentence);

  if (kind === 'id') expect((await command(stranger.accountId)).code).toBe(3);
  else expect((await command(stranger.accountId)).out).toContain('It never came');
};

testCauses(() => stack, ask);
