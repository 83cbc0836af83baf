/**
 * The first ten minutes of somebody who has never seen the product, in a real browser: CleverTap, two gateways, a campaign,
 * and why one customer got nothing. Says how many clicks, keys and seconds it took.
 */
import type { Browser } from 'playwright-core';
import { describeInBrowser, openBrowser, openConsole, type WatchedPage } from '../support/browser';
import { consoleAccount, type ConsoleAccount } from '../support/console-data';
import { handOf } from '../support/hand';
import { startStack, type TestStack } from '../support/stack';

/** The provider refuses whatever ends so. */
const REFUSED = '13';
const CUSTOMER = `+9198000111${REFUSED}`;

describeInBrowser('the first ten minutes', () => {
  let stack: TestStack;
  let browser: Browser;
  let account: ConsoleAccount;
  let watched: WatchedPage;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    account = await consoleAccount(stack, 'Example Shop');
    watched = await openConsole(browser, stack.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  test('CleverTap, two gateways, a campaign by keys alone, and why one customer got nothing', async () => {
    const { page, complaints } = watched;
    const hand = handOf(page);
    const link = (name: string) => page.getByRole('link', { name, exact: true });
    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
    const see = (text: string | RegExp) => page.getByText(text).first().waitFor();
    const menu = (name: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
    const began = performance.now();
    const laps: string[] = [];
    const lap = (what: string): void => void laps.push(`${what} ${((performance.now() - began) / 1_000).toFixed(1)} s`);

    await page.goto('/');
    await hand.fill('API key', account.key);
    await hand.click(button('Sign in'));
    await see('Nothing has been sent yet');
    lap('signed in');

    await hand.click(link('Set up CleverTap'));
    await see('It waits for the first request.');
    await see('There is no gateway yet');
    await hand.fill('To (optional)', '+919800011101');
    await hand.click(button('Send a test as CleverTap would'));
    await see(/It came, and was refused with \d+/);
    lap('the light says what is wrong');

    await addGateway('Infobip', 'Infobip India', { 'API key': 'example-key-1' }, 'infobip', 'BRANDA');
    await addGateway('Twilio', 'Twilio spare', { 'Account SID': `AC${'0'.repeat(32)}`, 'Auth token': 'example-token-1' }, 'twilio', '+12025550100'); // prettier-ignore
    lap('two gateways work');

    await hand.click(menu('CleverTap set-up'));
    await hand.fill('To (optional)', '+919800011101');
    await hand.click(button('Send a test as CleverTap would'));
    await see('CleverTap comes through.');
    lap('CleverTap comes through');

    // The two take turns: both refuse that number.
    const refuse = [{ outcome: 'recipient', numberEndsWith: REFUSED }];
    for (const vendor of ['infobip', 'twilio']) {
      const { status } = await stack.control('PUT', `/control/script?account=${vendor}`, { refuse });
      expect(status).toBe(200);
    }
    const clicksBefore = hand.did.clicks;
    await launchByKeys();
    expect(hand.did.clicks).toBe(clicksBefore);
    await see(/Finished/);
    lap('the campaign has run');

    await hand.press('/');
    await page.getByRole('searchbox').waitFor();
    await page.keyboard.type(CUSTOMER.slice(-6));
    await see(/1 thing fits|things fit/);
    await hand.click(page.locator('.found a').first());
    await page.getByRole('heading', { name: 'Message', exact: true }).waitFor();
    await hand.click(button('Why?'));
    const verdict = page.locator('.why');
    await verdict.getByText(/Infobip India|Twilio spare/).first().waitFor(); // prettier-ignore
    const said = await verdict.innerText();
    expect(said).toMatch(/refused|rejected/i);
    lap('why is known');

    const { clicks, keys, fields } = hand.did;
    process.stderr.write(
      `The first ten minutes: ${clicks} clicks, ${fields} fields, ${keys} keys; ${laps.join(', ')}.\n`,
    );
    // Nobody was signed in yet, and the first test was refused on purpose: answers, no errors of a page.
    expect(complaints().map((each) => each.replace(/http:\/\/[^/]+/, ''))).toEqual([
      expect.stringMatching(/status of 401 .*\/console\/session$/),
      expect.stringMatching(/status of 409 .*\/api\/v1\/clevertap\/test$/),
    ]);

    async function addGateway(
      provider: string,
      name: string,
      credentials: Record<string, string>,
      path: string,
      sender: string,
    ): Promise<void> {
      await hand.click(menu('Gateways'));
      await hand.click(link('Add a gateway').first());
      await hand.click(link(`Add ${provider}`));
      await hand.fill('Gateway name', name);
      for (const [label, value] of Object.entries(credentials)) await hand.fill(label, value);
      await hand.fill('Base URL (optional)', `${stack.simulator.url}/${path}`);
      await hand.fill('Sender ID', sender);
      await hand.click(button('Add the gateway'));
      const kept = button('I have kept it');
      await page.getByRole('heading', { name, exact: true }).waitFor();
      if (await kept.isVisible()) await hand.click(kept);
      await hand.fill('To', '+919800011102');
      await hand.click(button('Send a test message'));
      await see('The provider took it.');
    }

    async function launchByKeys(): Promise<void> {
      await page.locator('main').focus();
      await hand.press('g', 'c');
      await page.getByRole('heading', { name: 'Campaigns', exact: true }).waitFor();
      await hand.tabTo(link('New campaign').first());
      await hand.press('Enter');
      await see('Whom does it go to?');
      await hand.tabTo(page.getByLabel('Name of the campaign'), 'Diwali sale');
      await hand.tabTo(page.getByLabel('Numbers', { exact: true }), `to,name\n+919800011110,Asha\n+919800011111,Ravi\n${CUSTOMER},Meera`); // prettier-ignore
      await hand.tabTo(button('Text →'));
      await hand.press('Enter');
      await see('What does it say?');
      await hand.tabTo(page.getByLabel('Message', { exact: true }), 'Hello {name}, twenty percent off until Sunday');
      for (const [next, says] of [
        ['Route and sender →', 'Under which name'],
        ['Time and rate →', 'When, and how fast?'],
        ['Check and send →', 'Is it right?'],
      ] as const) {
        await hand.tabTo(button(next));
        await hand.press('Enter');
        await see(says);
      }
      await page.getByRole('heading', { name: 'Forecast' }).waitFor();
      await hand.tabTo(button(/^Send 3 messages/));
      await hand.press('Enter');
      await hand.tabTo(page.locator('dialog').getByRole('button', { name: /^Send/ }));
      await hand.press('Enter');
      await page.getByRole('heading', { name: 'Diwali sale' }).waitFor();
    }
  });
});
