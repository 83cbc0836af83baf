/** Without a connection: what is on the screen stays, says so, and comes back by itself. */
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser, openConsole, visit } from '../support/browser';
import { consoleAccount, type ConsoleAccount } from '../support/console-data';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

describeInBrowser('without a connection', () => {
  let stack: TestStack;
  let browser: Browser;
  let one: ConsoleAccount;
  let other: ConsoleAccount;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    [one, other] = [await consoleAccount(stack, 'Cut off'), await consoleAccount(stack, 'Beside it')];
    for (const { tenant } of [one, other]) {
      await tenant.gateway(`offline-${tenant.accountId}`, 'infobip', { name: `Infobip of ${tenant.accountId}` });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const banner = (page: Page) => page.locator('.offline');
  const accepted = (page: Page): Promise<string> => page.locator('section[aria-labelledby=ledger]').innerText();
  const menu = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true });

  test('a list stays on the screen with a banner; what was asked for meanwhile comes by itself', async () => {
    const { page, context } = await openConsole(browser, stack.url, one.key);
    const beside = await openConsole(browser, stack.url, other.key);
    await visit(page, '/gateways');
    await visit(beside.page, '/gateways');
    // The pages' own code is there already: only what they ask for is not.
    await menu(page, 'Webhooks').click();
    await page.getByText('No webhook yet').waitFor();
    await menu(page, 'Gateways').click();
    await page.getByRole('link', { name: `Infobip of ${one.tenant.accountId}`, exact: true }).waitFor();

    await context.setOffline(true);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.locator('dialog').getByRole('button', { name: /^Delete/ }).click(); // prettier-ignore
    await banner(page).waitFor();
    expect(await banner(page).innerText()).toContain('Heliograph can’t be reached');
    expect(await page.getByRole('link', { name: `Infobip of ${one.tenant.accountId}`, exact: true }).isVisible()).toBe(
      true,
    );
    await menu(page, 'Webhooks').click();
    await page.getByText('The connection was lost').first().waitFor();
    expect(await banner(beside.page).count()).toBe(0);

    await context.setOffline(false);
    await banner(page).waitFor({ state: 'detached' });
    await page.getByText('No webhook yet').waitFor();
    // The deletion that got no answer was not done, and not repeated.
    expect((await one.tenant.call('GET', '/api/v1/gateways')).json.items).toHaveLength(1);
  });

  test('Now keeps its last figures, and counts on when the connection is back', async () => {
    const { page, context } = await openConsole(browser, stack.url, one.key);
    await visit(page, '/');
    await page.getByText('Live', { exact: true }).waitFor();
    await one.tenant.send(3);
    await until('three are shown', async () => /In all 3\b/.test(await accepted(page)));
    await context.setOffline(true);
    // A stream that is open is not cut by the browser's switch: the server's end is.
    await stack.stopApi();
    await page.getByText('Not live: trying again').waitFor();
    expect(await accepted(page)).toMatch(/In all 3\b/);
    await stack.startApi();
    await one.tenant.send(4);
    expect(await accepted(page)).toMatch(/In all 3\b/);
    await context.setOffline(false);
    await until('seven are shown', async () => /In all 7\b/.test(await accepted(page)), { deadlineMs: 60_000 });
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('a form that is being filled keeps what was written, says that it was not saved, and saves once', async () => {
    const { page, context } = await openConsole(browser, stack.url, one.key);
    await visit(page, '/templates/new');
    const field = (label: string) => page.getByLabel(label, { exact: true });
    await field('Name').fill('Order of today');
    await context.setOffline(true);
    await field('Text').fill('Dear {name}, it is on its way.');
    await page.getByRole('button', { name: 'Save the template' }).click();
    await banner(page).waitFor();
    await page.getByText(/It may have been done all the same/).waitFor();
    expect(await field('Name').inputValue()).toBe('Order of today');
    expect(await field('Text').inputValue()).toBe('Dear {name}, it is on its way.');
    await context.setOffline(false);
    await banner(page).waitFor({ state: 'detached' });
    expect(await field('Text').inputValue()).toBe('Dear {name}, it is on its way.');
    await page.getByRole('button', { name: 'Save the template' }).click();
    await until('it is stored', async () => {
      const { items } = (await one.tenant.call('GET', '/api/v1/templates')).json;
      return items.length === 1 && items[0].text === 'Dear {name}, it is on its way.';
    });
    expect((await other.tenant.call('GET', '/api/v1/templates')).json.items).toEqual([]);
  });

  test('an api that ends and starts again: nobody signs in anew, and nothing is loaded anew', async () => {
    const { page } = await openConsole(browser, stack.url, one.key);
    const beside = await openConsole(browser, stack.url, other.key);
    for (const each of [page, beside.page]) await visit(each, '/templates/new');
    await page.evaluate('window.sameDocument = true');
    await stack.stopApi();
    for (const each of [page, beside.page]) {
      await menu(each, 'Gateways').click();
      await banner(each).waitFor();
    }
    await stack.startApi();
    for (const [each, { tenant }] of [[page, one], [beside.page, other]] as const) {
      await banner(each).waitFor({ state: 'detached' });
      await each.getByRole('link', { name: `Infobip of ${tenant.accountId}`, exact: true }).waitFor();
    } // prettier-ignore
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  });
});
