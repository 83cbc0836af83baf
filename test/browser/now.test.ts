/** Now, as somebody who watches it sees it: there at once, and counting live. */
import type { Browser } from 'playwright-core';
import { describeInBrowser, openBrowser, openConsole, visit, type WatchedPage } from '../support/browser';
import { consoleAccount, type ConsoleAccount } from '../support/console-data';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

describeInBrowser('Now', () => {
  let stack: SharedStack;
  let browser: Browser;
  let one: ConsoleAccount;
  let other: ConsoleAccount;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([joinStack(), openBrowser()]);
    [one, other] = [await consoleAccount(stack, 'Watched'), await consoleAccount(stack, 'Quiet')];
    for (const [i, { tenant }] of [one, other].entries())
      await tenant.gateway(`now-${tenant.accountId}-${i}`, 'infobip');
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const accepted = ({ page }: WatchedPage): Promise<string> =>
    page.locator('section[aria-labelledby=ledger]').innerText();

  test('what is accepted shows while one looks, to its own account only', async () => {
    const [mine, theirs] = [
      await openConsole(browser, stack.url, one.key),
      await openConsole(browser, stack.url, other.key),
    ];
    for (const { page } of [mine, theirs]) {
      await visit(page, '/');
      await page.getByText('Live', { exact: true }).waitFor();
    }
    await one.tenant.send(7);
    await mine.page.locator('section[aria-labelledby=ledger]', { hasText: /In all\s*7(?!\d)/ }).waitFor();
    expect(await accepted(theirs)).toMatch(/In all\s*0(?!\d)/);
    expect([...mine.complaints(), ...theirs.complaints()]).toEqual([]);
  });

  test('the first paint is said', async () => {
    const { page } = await openConsole(browser, stack.url, one.key);
    await visit(page, '/');
    // The page may stand in the document before the browser has painted anything of it.
    const { first, ready } = await until('it is painted', async () => {
      const times = await page.evaluate<{ first: number | null; ready: number }>(`({
        first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
        ready: performance.getEntriesByType('resource').at(-1)?.responseEnd,
      })`);
      return times.first === null ? null : { ...times, first: times.first };
    });
    process.stderr.write(
      `Now: first paint after ${first.toFixed(0)} ms, its last answer after ${ready.toFixed(0)} ms.\n`,
    );
    expect(first).toBeGreaterThan(0);
  });
});
