/** A real browser for tests of the console: pages that note whatever goes wrong in them. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { chromiumPath } from './chromium';
import { LOST_TASK_MS } from './until';

/** A group of tests that needs a browser. */
export const describeInBrowser = chromiumPath() === undefined ? describe.skip : describe;

/** Nothing but what the page itself asks for leaves the machine's browser. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE = { width: 1_280, height: 800 };
export const NARROW = { width: 390, height: 844 };

export const THEMES = ['light', 'dark'] as const;
/** Where scripts/screenshots.mjs wants a picture of everything. */
const PICTURES = process.env.HELIOGRAPH_SCREENSHOTS;

/** A picture of the page in both themes, wide and narrow, where somebody wants pictures. @param name such as its path. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      const file = `${name.replace(/^\W+/, '').replace(/\W+/g, '-') || 'now'}-${size.width}-${colorScheme}.png`;
      await page.screenshot({ path: path.join(PICTURES, file), fullPage: true });
    }
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** With an empty profile of its own, which goes away with it. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath(), args: FLAGS });

export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about since this was read last: errors, failed requests, what the policy forbade. */
  complaints(): string[];
}

/** @param key signs in before the page is opened; without it the page comes to the sign-in. */
export async function openConsole(browser: Browser, url: string, key?: string): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: url, viewport: WIDE, colorScheme: 'light' });
  // What a page shows may wait for a workflow.
  context.setDefaultTimeout(LOST_TASK_MS);
  if (key !== undefined) {
    const headers = { 'sec-fetch-site': 'same-origin' };
    const answer = await context.request.post('/console/session', { data: { key }, headers });
    if (answer.status() !== 204) throw new Error(`The sign-in was answered ${answer.status()}.`);
  }
  const page = await context.newPage();
  const noted: string[] = [];
  page.on('pageerror', (error) => noted.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') noted.push(`console: ${message.text()} ${message.location().url}`);
  });
  return { page, context, complaints: () => noted.splice(0) };
}

/** Goes to a page below /console and waits until all that it loads is there. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(`/console${path === '/' ? '' : path}`);
  await settledPage(page);
}

/** Waits until the page's own code and data are there. */
export async function settledPage(page: Page): Promise<void> {
  await page.waitForSelector('main h1, main h2');
  await page.waitForSelector('.loading', { state: 'detached' });
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export interface Finding {
  impact: string;
  rule: string;
  /** The first element that it is about. */
  element: string;
}

/** What axe-core has against the page as it stands. */
export async function axe(page: Page): Promise<Finding[]> {
  await page.evaluate(AXE);
  return page.evaluate<Finding[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ impact, id, nodes }) => ({ impact, rule: id, element: nodes[0].html.slice(0, 160) })))`);
}

const SERIOUS = ['serious', 'critical'];

/** What axe-core finds grave in the page as it stands, in both themes. */
export async function grave(page: Page): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await axe(page)).filter(({ impact }) => SERIOUS.includes(impact)));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

/** By how many pixels the page is wider than the window; 0 = it is not. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)');
