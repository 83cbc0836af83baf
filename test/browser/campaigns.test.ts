/** Campaigns in a real browser: a series made by keys alone, refused rows mended, a text corrected before it leaves. */
import type { Browser } from 'playwright-core';
import { describeInBrowser, grave, NARROW, openBrowser, openConsole, overflow, picture, visit, WIDE, type WatchedPage } from '../support/browser'; // prettier-ignore
import { consoleAccount, type ConsoleAccount } from '../support/console-data';
import { handOf } from '../support/hand';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

const DAY_MS = 86_400_000;

describeInBrowser('campaigns', () => {
  let stack: TestStack;
  let browser: Browser;
  let account: ConsoleAccount;
  let watched: WatchedPage;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    account = await consoleAccount(stack, 'Example Shop');
    const { tenant } = account;
    await tenant.gateway(`${tenant.accountId}-one`, 'infobip', { name: 'Infobip India', defaultSender: 'BRANDA' });
    watched = await openConsole(browser, stack.url, account.key);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });
  afterEach(() => {
    expect(watched.complaints()).toEqual([]);
  });

  const see = (text: string | RegExp) => watched.page.getByText(text).first().waitFor();
  const button = (name: string | RegExp) => watched.page.getByRole('button', { name, exact: true });

  /** Nothing grave in either theme, and nothing wider than a phone. */
  async function looksRight(name: string): Promise<void> {
    const { page } = watched;
    expect(await grave(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize(WIDE);
    await picture(page, name);
  }

  async function campaigns(): Promise<Record<string, unknown>[]> {
    const { json } = await account.tenant.call('GET', '/api/v1/campaigns');
    return json.items as Record<string, unknown>[];
  }

  test('a campaign that comes again and again is made by keys alone', async () => {
    const { page } = watched;
    const hand = handOf(page);
    const field = (label: string) => page.getByLabel(label, { exact: true });
    await visit(page, '/campaigns/new');
    await hand.tabTo(field('Name of the campaign'), 'Monday news');
    await hand.tabTo(field('Numbers'), 'to,name\n+919800011110,Asha\n+919800011111,Ravi');
    await hand.tabTo(button('Text →'));
    await hand.press('Enter');
    await hand.tabTo(field('Message'), 'Hello {name}, the news of the week');
    await looksRight('wizard-text');
    for (const next of ['Route and sender →', 'Time and rate →']) {
      await hand.tabTo(button(next));
      await hand.press('Enter');
    }
    await see('When, and how fast?');
    // One of a group of radio buttons is in the way of Tab; the arrows go on to the others.
    await hand.tabTo(page.getByRole('radio', { name: 'When it is launched' }));
    await hand.press('ArrowDown', 'ArrowDown');
    await see(/^Next: /);
    await hand.tabTo(page.getByRole('checkbox', { name: 'Friday' }));
    await hand.press('Space');
    await hand.tabTo(page.getByRole('checkbox', { name: 'Only within certain hours' }));
    await hand.press('Space');
    await looksRight('wizard-time');
    await hand.tabTo(button('Check and send →'));
    await hand.press('Enter');
    await page.getByRole('heading', { name: 'Forecast' }).waitFor();
    await see(/every Monday and Friday at 10:00 in Asia\/Kolkata; next on/);
    await looksRight('wizard-review');
    await hand.tabTo(button('Start the series'));
    await hand.press('Enter');
    await hand.tabTo(page.locator('dialog').getByRole('button', { name: 'Start the series' }));
    await hand.press('Enter');
    await page.getByRole('heading', { name: 'Monday news' }).waitFor();
    await see(/It comes every Monday and Friday at 10:00/);
    expect(hand.did.clicks).toBe(0);
    await looksRight('series');
    expect(await campaigns()).toEqual([
      expect.objectContaining({ name: 'Monday news', state: 'scheduled', recurrence: { cron: '0 10 * * mon,fri', overlap: 'skip' } }),
    ]); // prettier-ignore
  });

  test('refused rows of a file and of pasted numbers are mended where they are shown, and taken', async () => {
    const { page } = watched;
    const hand = handOf(page);
    await visit(page, '/campaigns/new');
    await hand.fill('Name of the campaign', 'Diwali sale');
    await page.getByRole('radio', { name: 'A CSV file' }).check();
    const bad = Array.from({ length: 60 }, (_, i) => `98-${i},Nobody ${i}`);
    const list = ['to,name', '+919800011110,Asha', 'abc,"Ravi, B."', '12,Meera', ...bad].join('\n');
    await page.getByLabel('A new file').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(list) }); // prettier-ignore
    await see('62 rows are refused: mend them here, or leave them out. These are the first 50.');
    await looksRight('wizard-refused');
    await hand.tabTo(page.getByLabel('to of row 3'));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('+919800011111');
    await hand.tabTo(page.getByLabel('to of row 4'));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('+919800011112');
    await hand.press('Enter');
    await see('60 rows are still refused: mend them here, or leave them out. These are the first 50.');
    await see('3 can be sent to');
    const { json } = await account.tenant.call('GET', '/api/v1/uploads');
    expect(json.items).toMatchObject([
      { valid: 3, invalid: 60 },
      { valid: 1, invalid: 62 },
    ]);

    await page.getByRole('radio', { name: 'Paste numbers' }).check();
    // The second one can be no number of any country, which only the API knows.
    await hand.fill('Numbers', 'to,name\n+919800011110,Asha\n+910000000001,Ravi');
    await hand.click(button('Text →'));
    await hand.fill('Message', 'Hello {name}');
    await hand.click(button('Route and sender →'));
    await hand.click(button('Look at it'));
    await page.getByLabel('to of row 3').fill('+919800011111');
    await hand.press('Enter');
    await see('Every row can be used now.');
    await until('both are taken', async () => {
      const [newest] = await campaigns();
      return (newest!.audience as { recipients: number; rejected: number }).rejected === 0;
    });
    expect((await campaigns())[0]).toMatchObject({ name: 'Diwali sale', audience: { recipients: 2, rejected: 0 } });
  });

  test('the text of a scheduled campaign is corrected before it leaves', async () => {
    const { page } = watched;
    const hand = handOf(page);
    const { tenant } = account;
    const recipients = ['+919800011110', '+919800011111'].map((to) => ({ to }));
    const time = new Date(Date.now() + DAY_MS).toISOString();
    const made = await tenant.call('POST', '/api/v1/campaigns', { name: 'Sale', message: 'Twenty prcent off', time, audience: { recipients } }); // prettier-ignore
    const id = made.json.id as string;
    const now = async () => (await tenant.call('GET', `/api/v1/campaigns/${id}`)).json;
    await until('it is scheduled', async () => (await now()).state === 'scheduled');
    await visit(page, `/campaigns/${id}`);
    await hand.click(page.getByRole('link', { name: 'Correct the text' }));
    await see('2 messages are made anew with what you write here');
    await hand.fill('Message', 'Twenty percent off');
    await looksRight('correct');
    await hand.click(page.locator('main').getByRole('button', { name: 'Correct the text' }));
    await see('Twenty prcent off');
    await looksRight('correct-question');
    await hand.click(button('Correct 2 messages'));
    await page.getByRole('heading', { name: 'Sale' }).waitFor();
    await until('both messages are made anew', async () => {
      const { json } = await tenant.call('GET', `/api/v1/messages?campaignId=${id}&state=accepted`);
      const items = json.items as { id: string }[];
      const texts = await Promise.all(items.map(async (each) => (await tenant.call('GET', `/api/v1/messages/${each.id}`)).json.text)); // prettier-ignore
      return texts.length === 2 && texts.every((text) => text === 'Twenty percent off');
    }); // prettier-ignore
    expect(await now()).toMatchObject({ state: 'scheduled', message: 'Twenty percent off', counts: { queued: 2 } });
  });
});
