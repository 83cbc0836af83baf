/** Why somebody did not get the SMS: each cause answered right in the console, where one types what one has in hand. */
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser, openConsole, visit } from '../support/browser';
import { testCauses, type Asker, type Expected } from '../support/causes';
import { keyOf } from '../support/console-data';
import { joinStack, type SharedStack } from '../support/shared';
import type { Tenant } from '../support/tenants';
import { until } from '../support/until';

const WHO: Record<Expected['who'], string> = {
  you: 'You can mend this.',
  provider: 'The provider can mend this.',
  recipient: 'Only the recipient can change this.',
  clevertap: 'This is mended in CleverTap.',
  nobody: 'There is nothing to mend.',
};

describeInBrowser('why, in the console', () => {
  let stack: SharedStack;
  let browser: Browser;
  const pages = new Map<string, Page>();
  beforeAll(async () => {
    [stack, browser] = await Promise.all([joinStack(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  /** Signed in as somebody of the account, once for all that is asked of it. */
  async function pageOf(tenant: Tenant): Promise<Page> {
    const known = pages.get(tenant.accountId);
    if (known !== undefined) return known;
    const { page } = await openConsole(browser, stack.url, await keyOf(tenant));
    pages.set(tenant.accountId, page);
    return page;
  }

  /** What the panel says once somebody has typed it into the one box. */
  async function verdictOn(page: Page, value: string): Promise<string> {
    await visit(page, `/find#q=${encodeURIComponent(value)}`);
    await page.reload();
    const panel = page.getByRole('region', { name: 'Why?' });
    await panel.locator('.verdict').waitFor();
    return panel.innerText();
  }

  const ask: Asker = async (tenant, { kind, value }, { who, says, mends }, stranger) => {
    const page = await pageOf(tenant);
    await until(`the console says why of ${value}`, async () => {
      const verdict = await verdictOn(page, value);
      // A sentence is matched from its beginning: the panel begins with it.
      for (const words of says) expect(verdict).toMatch(words);
      expect(verdict).toContain(WHO[who]);
      return true;
    }); // prettier-ignore
    if (mends?.startsWith('/console/')) {
      await page.getByRole('region', { name: 'Why?' }).getByRole('link', { name: 'Go there' }).waitFor();
    } else if (mends !== undefined) {
      await page.getByRole('region', { name: 'Why?' }).getByRole('button', { name: 'Do this now' }).waitFor();
    }
    const elsewhere = await verdictOn(await pageOf(stranger), value);
    expect(elsewhere).toContain(kind === 'id' ? 'never came' : 'It never came');
  };

  testCauses(() => stack, ask);
});
