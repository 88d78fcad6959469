import type { Page } from 'playwright-core';
import { SITES } from './sites.ts';

/** Does something that comes back from the sign-in, and stops the browser at the door: the address it was about to open, with a code nobody used. */
export async function caughtCallback(page: Page, act: () => Promise<unknown>): Promise<string> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Fetch.enable', { patterns: [{ urlPattern: `${SITES.approve}/approve/callback*` }] });
  const caught = new Promise<string>((resolve) => {
    devTools.on('Fetch.requestPaused', ({ requestId, request }) => {
      void devTools.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }).then(() => resolve(request.url));
    });
  });
  await act();
  const url = await caught;
  await devTools.send('Fetch.disable');
  await devTools.detach();
  return url;
}
