import { hkdfSync } from 'node:crypto';
import { html } from 'hono/html';
import type { Hono } from 'hono';
import type { Audience } from '../access/audience.ts';
import type { Clock } from '../access/core/clock.ts';
import { transportClock } from '../access/core/clock.ts';
import { sameTenant } from '../access/core/person.ts';
import type { Secret } from '../access/core/secret.ts';
import type { Pages } from '../bot/http-server.ts';
import type { Names } from '../chat/names.ts';
import type { ConsoleSetting } from '../config/console-config.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { createConsole, type ConsoleParts, type ConsoleTenant } from '../console/console.ts';
import type { ConsoleEnv } from '../console/visitor.ts';
import type { Runtime } from '../durable/port.ts';
import { createPrincipalNames } from '../entra/principal-names.ts';
import { createClientProof } from '../identity/client-proof.ts';
import { issuersOf } from '../identity/cloud.ts';
import { signingKeysAt } from '../identity/id-token-signature.ts';
import { readSecret } from '../identity/secret-source.ts';
import type { Log } from '../observe/log.ts';
import type { OpenTenant } from './open-tenants.ts';

export interface OpenConsoleOptions {
  readonly config: HallpassConfig;
  readonly tenants: readonly OpenTenant[];
  readonly runtime: Runtime;
  readonly names: Pick<Names, 'known'>;
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
  /** What other parts of Hallpass show there: pages below `/console`, and the section "My links" of the first one. */
  readonly rooms?: readonly ((app: Hono<ConsoleEnv>) => void)[];
  readonly myLinks?: ConsoleParts['myLinks'];
}

/** The pages of the bot, where the configuration has them. @throws {AppError} `secret.*`, `certificate.*` */
export function openConsole(options: OpenConsoleOptions): Pages | undefined {
  const { config, tenants, log } = options;
  const setting = config.console;
  if (setting === undefined) return undefined;
  const { tenantId } = setting;
  const own = tenants.filter(({ tenant }) => tenantId === undefined || sameTenant(tenant.tenantId, tenantId));
  return createConsole({
    ...options,
    setting,
    tenants: own.map((open) => consoleTenant(open, setting)),
    roles: config.roles,
    namedPeople: [
      ...config.people.map(({ person }) => person),
      ...config.linking.guests,
      ...audiencesOf(config).flatMap(({ people }) => people),
    ],
    settings: new Map(config.entitlements.map((entitlement) => [entitlement.id, entitlement])),
    nameOfGroup: groupNames(own, log),
    myLinks:
      options.myLinks ??
      (() => Promise.resolve(html`<p>Linking is not set up: an administrator names accounts in the configuration.</p>`)),
    behindProxy: config.listen.behindProxy,
    ...(setting.cookieKey === undefined ? {} : { cookieKey: keyOf(readSecret(setting.cookieKey)) }),
    transportClock,
  });
}

function consoleTenant({ tenant, directory }: OpenTenant, setting: ConsoleSetting): ConsoleTenant {
  const { tenantId, cloud, name } = tenant;
  const { clientId, credential, providerUrl } = setting;
  const issuer = providerUrl?.replace(/\/+$/, '') ?? issuersOf(cloud, tenantId.toLowerCase()).v2;
  return {
    tenantId,
    name,
    issuer,
    proof: createClientProof({ tenantId, cloud, clientId, credential }),
    keys: signingKeysAt(`${issuer.replace(/\/v2\.0$/, '')}/discovery/v2.0/keys`),
    directory,
  };
}

function audiencesOf({ roles, entitlements }: HallpassConfig): readonly Audience[] {
  return [...Object.values(roles), ...entitlements.flatMap(({ mayRequest, approvers }) => [mayRequest, approvers])];
}

/** A group is of one of the tenants; which one, its id does not say. */
function groupNames(tenants: readonly OpenTenant[], log: Log): ConsoleParts['nameOfGroup'] {
  const names = tenants.map(({ graph }) => createPrincipalNames(graph, log));
  return async (groupId) => {
    const found = await Promise.all(names.map((one) => one.nameOf(groupId, 'Group')));
    return found.find((name) => name !== undefined);
  };
}

/** Of a secret of any length, for this purpose alone. */
function keyOf(secret: Secret): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret.reveal(), '', 'hallpass console cookies', 32));
}
