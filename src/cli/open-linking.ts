import { hkdfSync } from 'node:crypto';
import { transportClock } from '../access/core/clock.ts';
import type { Bot } from '../bot/bot.ts';
import { createLinkDesk } from '../bot/link-desk.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { SecretSource } from '../config/parts.ts';
import { linkingRooms, SLACK_CALLBACK } from '../console/linking.ts';
import type { ConsoleParts } from '../console/console.ts';
import { LINK_PATH } from '../console/link-pages.ts';
import { readSecret } from '../identity/secret-source.ts';
import { createSlackSignIn } from '../identity/slack-sign-in.ts';
import type { Log } from '../observe/log.ts';
import { newCookieKey } from '../web/sealed-cookie.ts';
import type { SlackSurface } from '../slack/surface.ts';

/** Where people link their accounts; undefined where that is not set up. Says nothing of anybody. */
export function linkUrlOf({ console, slack }: Pick<HallpassConfig, 'console' | 'slack'>): string | undefined {
  if (console === undefined || slack?.clientId === undefined || slack.clientSecret === undefined) return undefined;
  return `${new URL(console.publicUrl).origin}${LINK_PATH}`;
}

/**
 * What linking adds to the console, where it is set up.
 * @throws {AppError} `secret.*`
 */
export function openLinking(parts: {
  readonly config: HallpassConfig;
  readonly bot: Pick<Bot, 'links' | 'people' | 'names' | 'directoryOf'>;
  readonly slack: Pick<SlackSurface, 'account'> | undefined;
  readonly log: Log;
}): Pick<Required<ConsoleParts>, 'rooms' | 'myLinks'> | undefined {
  const { config, bot, log } = parts;
  const linkUrl = linkUrlOf(config);
  const { clientId, clientSecret, issuer, workspaceId } = config.slack ?? {};
  const incomplete = clientId === undefined || clientSecret === undefined || issuer === undefined || workspaceId === undefined;
  if (linkUrl === undefined || incomplete || parts.slack === undefined) return undefined;
  const { guests, slackGuests, workspaces } = config.linking;
  const desk = createLinkDesk({
    links: bot.links,
    people: bot.people,
    settings: {
      workspaceIds: [workspaceId, ...workspaces],
      tenantIds: config.tenants.map(({ tenantId }) => tenantId),
      guests,
      slackGuests: slackGuests.map((account) => ({ platform: 'slack', ...account })),
    },
    directoryOf: bot.directoryOf,
    slackAccount: parts.slack.account,
    log,
  });
  return linkingRooms({
    desk,
    signIn: createSlackSignIn(
      {
        issuer,
        clientId,
        clientSecret: readSecret(clientSecret),
        redirectUri: `${new URL(linkUrl).origin}${SLACK_CALLBACK}`,
        workspaceId,
      },
      transportClock,
    ),
    names: bot.names,
    namedFor: (person) => bot.people.namedFor(person),
    tenantName: (id) => config.tenants.find(({ tenantId }) => tenantId.toLowerCase() === id.toLowerCase())?.name ?? id,
    cookieKey: cookieKeyOf(config.console?.cookieKey),
    transportClock,
  });
}

/** Of the console's secret, for this purpose alone; without one, what was begun ends with the process. */
function cookieKeyOf(source: SecretSource | undefined): Uint8Array {
  if (source === undefined) return newCookieKey();
  return new Uint8Array(hkdfSync('sha256', readSecret(source).reveal(), '', 'hallpass link cookies', 32));
}
