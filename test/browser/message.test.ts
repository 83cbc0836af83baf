/** The story of a message with its requests and answers open: as they come, and as long as they may be. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import {
  axe,
  describeInBrowser,
  NARROW,
  openBrowser,
  openConsole,
  overflow,
  settledPage,
  visit,
  WIDE,
} from '../support/browser';
import { consoleAccount, fill } from '../support/console-data';
import { startStack, type TestStack } from '../support/stack';

const PICTURES = process.env.HELIOGRAPH_SCREENSHOTS;
/** One word that no line can hold. */
const LONG = 'x'.repeat(400);

describeInBrowser('the story of a message', () => {
  let stack: TestStack;
  let browser: Browser;
  let page: Page;
  let id: string;
  let complaints: () => string[];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), openBrowser()]);
    const account = await consoleAccount(stack, 'Example Shop');
    id = (await fill(stack, account.tenant)).message;
    ({ page, complaints } = await openConsole(browser, stack.url, account.key));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  async function looksRight(name: string): Promise<void> {
    for (const summary of await page.locator('.timeline details.exchange > summary').all()) await summary.click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axe(page)).toEqual([]);
      for (const size of [WIDE, NARROW]) {
        await page.setViewportSize(size);
        expect(await overflow(page)).toBe(0);
        if (PICTURES === undefined) continue;
        mkdirSync(PICTURES, { recursive: true });
        const file = `${name}-${size.width}-${colorScheme}.png`;
        await page.screenshot({ path: path.join(PICTURES, file), fullPage: true });
      }
      await page.setViewportSize(WIDE);
    }
  }

  test('a refusal: what was asked and what was answered stand in it', async () => {
    await visit(page, `/messages/${id}`);
    await page.locator('.timeline details.exchange > summary').first().click();
    const exchange = page.locator('.timeline details.exchange').first();
    expect(await exchange.innerText()).toMatch(/\/sms\/3\/messages/);
    expect(await exchange.innerText()).toMatch(/HTTP 200/);
    await page.locator('.timeline details.exchange > summary').first().click();
    await looksRight('exchange');
    expect(complaints()).toEqual([]);
  });

  test('nothing is too long for it', async () => {
    await page.route(`**/api/v1/messages/${id}`, async (route) => {
      const response = await route.fetch();
      const trace = (await response.json()) as { attempts: Record<string, unknown>[] };
      const answer = { at: new Date().toISOString(), status: 502, contentType: `text/html; ${LONG}`, body: LONG.repeat(5), cutFrom: 70_000, tookMs: 29_900, messages: 400 };
      const failure = { ...answer, status: null, failure: 'UND_ERR_HEADERS_TIMEOUT', contentType: undefined, body: null };
      const notes = ['text-hidden', 'gateway-changed', 'own-part'];
      const request = { rebuilt: true, method: 'GET', url: `https://vendor.example/${LONG}`, contentType: null, body: `to=1&text=${LONG}`, notes };
      for (const attempt of trace.attempts) {
        Object.assign(attempt, { request, answers: [failure, answer], providerMessageId: LONG, state: 'failed', reason: LONG });
      }
      await route.fulfill({ response, json: trace });
    });
    await page.reload();
    await settledPage(page);
    await looksRight('exchange-long');
    await page.unrouteAll();
  });
}); // prettier-ignore
