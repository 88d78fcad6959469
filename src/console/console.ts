import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Audience } from '../access/audience.ts';
import type { Clock } from '../access/core/clock.ts';
import { type Person, personKey } from '../access/core/person.ts';
import type { Directory } from '../access/directory.ts';
import type { Pages } from '../bot/http-server.ts';
import type { Names } from '../chat/names.ts';
import type { ConsoleSetting } from '../config/console-config.ts';
import type { EntitlementSetting, RoleName } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import { createIdTokenVerifier } from '../identity/id-token.ts';
import type { SigningKeys } from '../identity/id-token-signature.ts';
import { createOidcClient, type OidcSettings } from '../identity/oidc-client.ts';
import type { Log } from '../observe/log.ts';
import { networkBehind } from '../web/caller-address.ts';
import type { Html } from '../web/html.ts';
import { createPageLimits } from '../web/page-limits.ts';
import { newCookieKey } from '../web/sealed-cookie.ts';
import { createAttempts } from './attempt.ts';
import { CONSOLE_PATHS, createConsoleApp } from './console-app.ts';
import { nowRoom } from './now-room.ts';
import { createRoles } from './roles.ts';
import { createSessions } from './session.ts';
import type { Door } from './sign-in.ts';
import type { ConsoleEnv, Visitor } from './visitor.ts';

/** A tenant whose people may come in. */
export interface ConsoleTenant {
  readonly tenantId: string;
  /** As the configuration calls it. */
  readonly name: string;
  /** Of its ID tokens, version 2; discovery begins there. */
  readonly issuer: string;
  readonly proof: OidcSettings['proof'];
  readonly keys: SigningKeys;
  readonly directory: Directory;
}

export interface ConsoleParts {
  readonly setting: ConsoleSetting;
  /** At least one. */
  readonly tenants: readonly ConsoleTenant[];
  readonly roles: Readonly<Record<RoleName, Audience>>;
  /** Everybody whom the file names in person: only they may be guests. */
  readonly namedPeople: readonly Person[];
  readonly runtime: Runtime;
  readonly names: Pick<Names, 'known'>;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  readonly nameOfGroup: (groupId: string) => Promise<string | undefined>;
  /** The section "My links" of the first page. */
  readonly myLinks: (visitor: Visitor) => Promise<Html>;
  /** Further pages below `/console`. */
  readonly rooms?: readonly ((app: Hono<ConsoleEnv>) => void)[];
  /** A proxy of ours ends TLS in front of the listener. */
  readonly behindProxy: boolean;
  /** 32 bytes; see `console.cookieKey`. */
  readonly cookieKey?: Uint8Array;
  /** The domain clock. */
  readonly clock: Clock;
  readonly transportClock: Clock;
  readonly log: Log;
}

/** The console as hallpass.yaml describes it, for the bot's public listener. */
export function createConsole(parts: ConsoleParts): Pages {
  const { setting, tenants, transportClock, clock, log, runtime, names, settings, roles } = parts;
  const { origin, protocol } = new URL(setting.publicUrl);
  const key = parts.cookieKey ?? newCookieKey();
  const named = new Set(parts.namedPeople.map(personKey));
  const isNamedGuest = (person: Person) => named.has(personKey(person));
  const directories = new Map(tenants.map(({ tenantId, directory }) => [tenantId.toLowerCase(), directory]));
  const whoMay = { roles, nameOfGroup: parts.nameOfGroup, contact: setting.contact };
  const doorOf = (tenant: ConsoleTenant): Door => {
    const { issuer, proof, keys, name } = tenant;
    const tenantId = tenant.tenantId.toLowerCase();
    const clientId = setting.clientId.toLowerCase();
    return {
      tenantId,
      name,
      client: createOidcClient({ issuer, clientId, redirectUri: `${origin}/signin/callback`, proof }),
      verify: createIdTokenVerifier({ issuer, clientId, tenantId, isNamedGuest }, keys, transportClock),
    };
  };
  const app = createConsoleApp({
    doors: tenants.map(doorOf),
    sessions: createSessions(transportClock, key),
    attempts: createAttempts(transportClock, key),
    roles: createRoles({ roles, directoryOf: (tenantId) => directories.get(tenantId), isNamedGuest, transportClock }),
    isNamedGuest,
    isSecure: protocol === 'https:',
    limits: createPageLimits(setting.limits),
    addressOf: (c) => networkBehind(c, parts.behindProxy),
    rooms: [nowRoom({ runtime, names, settings, whoMay, myLinks: parts.myLinks, clock, log }), ...(parts.rooms ?? [])],
    transportClock,
    log,
  });
  return { under: CONSOLE_PATHS, route: getRequestListener(app.fetch, { overrideGlobalObjects: false }) };
}
