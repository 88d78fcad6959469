import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { generate } from 'selfsigned';
import { ANNA, APPROVAL_APP, RITA, SLACK } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { askInSlack, channel, seen, wordsOf } from '../support/acting.ts';
import { createBrowser, signIn } from '../support/browserless.ts';

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-e2e-'));
  const file = join(folder, 'page.pem');
  const pem = await generate([{ name: 'commonName', value: 'page' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' });
  writeFileSync(file, `${pem.private}\n${pem.cert}`, { mode: 0o600 });
  world = await startWorld({
    folder,
    slackMode: 'http',
    adjust({ perimeter }) {
      Object.assign(perimeter.approve ?? {}, { managedIdentity: undefined, credential: { certificate: { file } } });
    },
  });
  world.microsoft.tenant.applications.addCertificate(APPROVAL_APP.clientId, pem.cert);
  await world.ready();
});
afterAll(async () => world.close());

it('a page without a managed identity shows by its certificate that it is the one', async () => {
  const why = 'INC-95: reset the accounts of the early shift';
  await askInSlack(world, RITA, { entitlementId: 'helpdesk-administrator', minutes: 30, why });
  const url = await seen(world, 'the link', () =>
    channel(world, SLACK.approversChannelId)
      .map((message) =>
        wordsOf(message).includes(why)
          ? new RegExp(`${world.approveUrl}/approve/[a-z0-9]+`).exec(wordsOf(message.blocks))?.[0]
          : undefined,
      )
      .find(Boolean),
  );
  const first = await createBrowser({ ca: readFileSync(world.caFile, 'utf8') }).open(url);
  const page = await signIn(await first.click('Sign in'), ANNA);
  expect(page.text).toContain(why);
  const signed = await signIn(await page.click('Approve'), ANNA);
  expect(signed.text).toContain('You approved this');
});
