import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const violationsSchema = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** What axe finds, contrast included, and what it does not look for; nothing is what should be found. */
export async function faultsOn(page: Page): Promise<readonly string[]> {
  // Evaluated from outside, so that the page's own policy stays as it is.
  await page.evaluate(AXE);
  const found = violationsSchema.parse(
    await page.evaluate(`axe.run(document, ${JSON.stringify(RULES)}).then((all) => all.violations)`),
  );
  return [...found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)), ...(await ownFaultsOn(page))];
}

export async function ownFaultsOn(page: Page): Promise<readonly string[]> {
  return z.array(z.string()).parse(await page.evaluate(OWN_RULES));
}

/** Nobody scrolls sideways; what is pressed is large enough for a thumb; choices that exclude each other weigh the same. */
const OWN_RULES = `(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('scrolls sideways: ' + root.scrollWidth);
  if (root.lang !== 'en') faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one first heading');
  for (const button of document.querySelectorAll('button')) {
    const { width, height } = button.getBoundingClientRect();
    if (width < 44 || height < 44) faults.push('small button: ' + button.textContent);
  }
  for (const form of document.forms) {
    const looks = [...form.querySelectorAll('button')].map((button) => {
      const { width, height, top } = button.getBoundingClientRect();
      const { color, backgroundColor, fontWeight, borderColor } = getComputedStyle(button);
      return JSON.stringify([Math.round(width), Math.round(height), color, backgroundColor, fontWeight, borderColor]);
    });
    if (new Set(looks).size > 1) faults.push('buttons of unequal weight: ' + looks.join(' '));
  }
  return faults;
})()`;

const focusSchema = z.object({ text: z.string(), outlinePx: z.number() });

/** What has the focus, and how wide the line around it is. */
export async function focusOn(page: Page): Promise<z.infer<typeof focusSchema>> {
  return focusSchema.parse(
    await page.evaluate(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { text: document.activeElement.textContent, outlinePx: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth) };
    })()`),
  );
}

/** Presses Tab until this has the focus, as somebody without a mouse does, then Enter. */
export async function tabAndPress(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab');
    const { text, outlinePx } = await focusOn(page);
    if (!text.startsWith(name)) continue;
    if (outlinePx < 2) throw new Error(`nobody sees that ${name} has the focus`);
    return page.keyboard.press('Enter');
  }
  throw new Error(`no way to ${name} by Tab`);
}
