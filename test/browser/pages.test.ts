/** Every page of the console in a real browser: with data, in an account that is new, and when the API fails. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import {
  axe,
  describeInBrowser,
  NARROW,
  openBrowser,
  openConsole,
  overflow,
  picture,
  settledPage,
  THEMES,
  visit,
  WIDE,
  type WatchedPage,
} from '../support/browser';
import { consoleAccount, fill, type Things } from '../support/console-data';
import { startStack, type TestStack } from '../support/stack';

/** Below /console, as the console itself lists them. */
const PAGES = [
  ...readFileSync(path.join(__dirname, '../../src/console/pages/index.ts'), 'utf8').matchAll(/path: '([^']+)'/g),
].map(([, pattern]) => pattern!);

/** Of which kind the id of a page is. */
const ID_OF: Record<string, keyof Things> = {
  '/gateways/:id': 'gateway',
  '/gateways/:id/edit': 'gateway',
  '/templates/:id': 'template',
  '/groups/:id': 'group',
  '/webhooks/:id': 'webhook',
  '/requests/:id': 'request',
  '/messages/:id': 'message',
  '/campaigns/:id': 'campaign',
  '/campaigns/:id/edit': 'draft',
  '/campaigns/:id/text': 'scheduled',
  '/uploads/:id': 'upload',
};
/** Pages that show more when they are asked for something. */
const MORE = ['/gateways/new?provider=infobip', '/clevertap?form=times-mobile', '/find#q=%2B919800010007'];

const SERIOUS = ['serious', 'critical'];
/** What a browser says of an answer that a test wanted to be an error. */
const isRefusal = (complaint: string): boolean => /the server responded with a status of (404|503)/.test(complaint);

describeInBrowser('every page', () => {
  let stack: TestStack;
  let browser: Browser;
  let things: Things;
  let full: WatchedPage;
  let empty: WatchedPage;
  const left = new Set<string>();

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    const [one, other] = [await consoleAccount(stack, 'Example Shop'), await consoleAccount(stack, 'New here')];
    things = await fill(stack, one.tenant);
    full = await openConsole(browser, stack.url, one.key);
    empty = await openConsole(browser, stack.url, other.key);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    const list = left.size === 0 ? 'nothing' : [...left].sort().join('\n  ');
    process.stderr.write(`axe-core, every page, light and dark: ${list}\n`);
  });

  const addressOf = (pattern: string, of: Things | null): string => {
    const id = of === null ? '0192f0c1-0000-7000-8000-000000000000' : of[ID_OF[pattern]!];
    return pattern.replace(':id', id);
  };

  test.each([...PAGES, ...MORE])('%s with data', async (pattern) => {
    const { page, complaints } = full;
    complaints();
    await visit(page, addressOf(pattern, things));
    expect(await page.locator('main .error').count()).toBe(0);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      const findings = await axe(page);
      for (const { impact, rule } of findings) left.add(`${impact} ${rule} at ${pattern}`);
      expect(findings.filter(({ impact }) => SERIOUS.includes(impact))).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize(WIDE);
    await picture(page, pattern.split('#')[0]!);
    expect(complaints()).toEqual([]);
  });

  test.each(PAGES)('%s in an account that is new', async (pattern) => {
    const { page, complaints } = empty;
    complaints();
    await visit(page, addressOf(pattern, null));
    expect((await page.locator('main').innerText()).length).toBeGreaterThan(20);
    expect(await page.locator('main h1').count()).toBe(1);
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize(WIDE);
    expect(complaints().filter((each) => !(pattern.includes(':id') && isRefusal(each)))).toEqual([]);
  });

  test.each(PAGES)('%s when the API fails says so', async (pattern) => {
    const { page, complaints } = full;
    const problem = {
      type: 'about:blank',
      title: 'Not available',
      status: 503,
      code: 'unavailable',
      detail: 'The message store can’t be reached.',
    };
    await page.route('**/api/v1/**', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    complaints();
    await visit(page, addressOf(pattern, things));
    await settledPage(page);
    expect(await page.locator('main h1').count()).toBe(1);
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize(WIDE);
    const text = await page.locator('main').innerText();
    if (!ASKS_NOTHING.includes(pattern)) expect(text).toContain(problem.detail);
    expect(complaints().filter((each) => !isRefusal(each))).toEqual([]);
    await page.unrouteAll();
  });
});

/** Pages that can be used before anything was loaded. */
const ASKS_NOTHING = ['/find', '/campaigns/new', '/templates/new'];
