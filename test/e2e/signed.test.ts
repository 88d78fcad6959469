import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ANNA, ANNA_ADMIN, type CastMember, RITA, ROLES, SAM, SLACK } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { askInSlack, channel, directMessages, holds, seen, wordsOf } from '../support/acting.ts';
import { createBrowser, type Page, signIn } from '../support/browserless.ts';

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await startWorld({ folder: mkdtempSync(join(tmpdir(), 'hallpass-e2e-')), slackMode: 'http' });
  await world.ready();
});
afterAll(async () => world.close());

/** The address behind a button of a message, as the platform opens it. */
function linkIn(message: unknown): string | undefined {
  return new RegExp(`${world.approveUrl}/approve/[a-z0-9]+`).exec(wordsOf(message))?.[0];
}

async function signLink(why: string): Promise<string> {
  return seen(world, 'Review and sign', () =>
    channel(world, SLACK.approversChannelId)
      .flatMap((message) =>
        wordsOf(message).includes(why) && wordsOf(message).includes('Review and sign') ? (linkIn(message.blocks) ?? []) : [],
      )
      .at(-1),
  );
}

/** Opens the page in a browser of their own and signs in for a look. */
async function opened(url: string, who: Pick<CastMember, 'name' | 'objectId'>): Promise<Page> {
  const first = await createBrowser({ ca: readFileSync(world.caFile, 'utf8') }).open(url);
  return signIn(await first.click('Sign in'), who);
}

async function signed(page: Page, button: string, who: Pick<CastMember, 'name' | 'objectId'>): Promise<Page> {
  return signIn(await page.click(button), who);
}

describe('what is approved by signing', () => {
  it('is given once the requester and an approver have signed, and not before', async () => {
    const why = 'INC-90: reset the locked accounts of the night shift';
    await askInSlack(world, RITA, { entitlementId: 'helpdesk-administrator', minutes: 30, why });
    const url = await signLink(why);
    const mine = await seen(world, 'her own link', () =>
      directMessages(world, RITA)
        .map(({ blocks }) => linkIn(blocks))
        .find(Boolean),
    );
    expect(mine).toBe(url);

    const approved = await signed(await opened(url, ANNA), 'Approve', ANNA);
    expect(approved.text).toContain('You approved this');
    await seen(world, 'who signed, on the card', () =>
      channel(world, SLACK.approversChannelId).some((message) => wordsOf(message).includes(`signed by ${ANNA.name}`)),
    );
    expect(holds(world, RITA, ROLES.helpdeskAdministrator)).toBe(false);

    await signed(await opened(url, RITA), 'Sign', RITA);
    await seen(world, 'the role in the tenant', () => holds(world, RITA, ROLES.helpdeskAdministrator));
    await seen(world, 'who signed it, at the end', () =>
      channel(world, SLACK.approversChannelId).some(
        (message) => wordsOf(message).includes(why) && wordsOf(message).includes(`Signed by ${ANNA.name}`),
      ),
    );
    world.clock.advance(31 * 60_000);
    await seen(world, 'the role gone', () => !holds(world, RITA, ROLES.helpdeskAdministrator));
  });

  it('shows nothing of it to somebody who may not decide, nor lets a second account of the same human do so', async () => {
    const why = 'INC-91: look after the tickets of the morning';
    await askInSlack(world, ANNA, { entitlementId: 'helpdesk-administrator', minutes: 30, why });
    const url = await signLink(why);
    for (const who of [SAM, ANNA_ADMIN]) {
      const page = await opened(url, who);
      expect(page.text).not.toContain(why);
      expect(page.has('Approve')).toBe(false);
    }
  });
});
