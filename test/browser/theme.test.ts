/** Light and dark: as the system has it, unless a person has chosen. */
import type { Browser } from 'playwright-core';
import { describeInBrowser, openBrowser, openConsole, visit } from '../support/browser';
import { consoleAccount, type ConsoleAccount } from '../support/console-data';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

/** The page's ground, and the line of its chart that is drawn over all others. */
interface Painted {
  ground: string;
  line: string;
}
const LIGHT: Painted = { ground: 'rgb(255, 255, 255)', line: 'rgb(163, 36, 27)' };
const DARK: Painted = { ground: 'rgb(17, 22, 28)', line: 'rgb(242, 147, 137)' };

describeInBrowser('the theme', () => {
  let stack: SharedStack;
  let browser: Browser;
  let account: ConsoleAccount;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([joinStack(), openBrowser()]);
    account = await consoleAccount(stack, 'Themes');
    await account.tenant.gateway(`themes-${account.tenant.accountId}`, 'infobip');
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  test('a theme that is chosen holds over the system’s, for the page and what is drawn on it', async () => {
    const { page, complaints } = await openConsole(browser, stack.url, account.key);
    await page.emulateMedia({ colorScheme: 'light' });
    await account.tenant.send(1);
    const hasChart = async (): Promise<boolean> => {
      await visit(page, '/reports');
      return (await page.locator('canvas').count()) > 0;
    };
    await until('a chart of what was sent', hasChart);
    const choose = (theme: string): Promise<unknown> => page.getByLabel('Theme').selectOption(theme);
    const isPainted = ({ ground, line }: Painted): Promise<unknown> =>
      until(`${ground} and ${line} to be painted`, () =>
        page.evaluate<boolean>(`(() => {
          const canvas = document.querySelector('canvas');
          if (canvas === null || getComputedStyle(document.body).backgroundColor !== '${ground}') return false;
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4)
            if ('rgb(' + data.slice(i, i + 3).join(', ') + ')' === '${line}') return true;
          return false;
        })()`),
      );
    await isPainted(LIGHT);
    await choose('dark');
    await isPainted(DARK);
    await page.reload();
    await isPainted(DARK);
    await choose('system');
    await isPainted(LIGHT);
    await page.emulateMedia({ colorScheme: 'dark' });
    await isPainted(DARK);
    await choose('light');
    await isPainted(LIGHT);
    expect(complaints()).toEqual([]);
  });
});
