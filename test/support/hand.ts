/** A person at a real browser, whose clicks and keys are counted. */
import type { Locator, Page } from 'playwright-core';

/** Runs in the page, whose types are not known here. */
const isFocused = (found: unknown): boolean => {
  const [element] = found as { ownerDocument: { activeElement: unknown } }[];
  return element !== undefined && element.ownerDocument.activeElement === element;
};

/** Does what a person does, and counts it. */
export function handOf(page: Page) {
  const did = { clicks: 0, keys: 0, fields: 0 };
  return {
    did,
    async click(what: Locator) {
      did.clicks++;
      await what.click();
    },
    async fill(label: string, value: string) {
      did.fields++;
      await page.getByLabel(label, { exact: true }).fill(value);
    },
    async press(...keys: string[]) {
      for (const key of keys) {
        did.keys++;
        await page.keyboard.press(key);
      }
    },
    /** Goes on with Tab until the element in focus is this one, and writes into it as the clipboard does. */
    async tabTo(what: Locator, text?: string) {
      for (let tabs = 0; tabs < 80; tabs++) {
        if (await what.evaluateAll(isFocused)) {
          if (text !== undefined) await page.keyboard.insertText(text);
          return;
        }
        await this.press('Tab');
      }
      throw new Error(`Eighty tabs did not lead to ${String(what)}.`);
    },
  };
}
