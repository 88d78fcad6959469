import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import {
  APPROVERS_GROUP_ID,
  BOT_APP,
  BOT_IDENTITY,
  CAST,
  ENGINEERS_GROUP_ID,
  ROLES,
  SECOND_TENANT_ID,
  SLACK,
  TEAMS,
} from '../../../src/playground/cast.ts';
import { type Child, startChild } from '../../../src/playground/child.ts';
import type { ConfigDraft } from '../../../src/playground/config-files.ts';
import { freePorts } from '../../../src/playground/free-port.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { inSecondTenant } from '../../../src/playground/microsoft/tenant/place.ts';
import type { TenantModel } from '../../../src/playground/microsoft/tenant/tenant-model.ts';
import { startWorld, type World } from '../../../src/playground/world.ts';

export const SECOND_APP = '9e710000-0000-4000-8000-0000000000f2';
export const SECOND_AUDIENCE = `api://${SECOND_APP}`;
/** The same role as at home, in the other tenant. */
export const SECOND_ENTITLEMENT = 'second-reports-reader';

export interface TwoTenants {
  readonly world: World;
  readonly second: TenantModel;
  readonly secondPerimeter: Child;
  readonly secondUrl: string;
  /** Journal of the second perimeter, as it stands in its files. */
  readonly secondStore: string;
  close(): Promise<void>;
}

/**
 * Two tenants with a perimeter each, and one bot for both. In the second one an administrator has consented to the bot, and registered the perimeter.
 * @param known who of the cast has an account there that the bot knows of
 */
export async function startTwoTenants(
  folder: string,
  known: readonly string[] = CAST.map(({ key }) => key),
): Promise<TwoTenants> {
  const [port = 0, opsPort = 0] = await freePorts(2);
  const secondUrl = `https://localhost:${port}`;
  const world = await startWorld({
    folder,
    slackMode: 'http',
    microsoft: { otherTenants: [SECOND_TENANT_ID] },
    adjust: ({ hallpass }) => addTenant(hallpass, secondUrl, known),
  });
  const [, realm] = world.microsoft.realms;
  if (realm === undefined) throw new Error('no second tenant');
  const second = realm.tenant;
  const secret = welcome(second, world);
  const file = writeSecond(world, { port, opsPort, secret });
  const child = startChild({
    name: 'perimeter',
    args: [join(import.meta.dirname, '../../../src/main.ts'), 'perimeter', '--config', file],
    env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: world.caFile, NODE_NO_WARNINGS: '1' },
    logFile: join(folder, 'perimeter-2.log'),
    readyMessage: 'perimeter ready',
    onChange: () => undefined,
    restartByItself: true,
  });
  await Promise.all([world.ready(), child.ready()]);
  return {
    world,
    second,
    secondPerimeter: child,
    secondUrl,
    secondStore: join(folder, 'perimeter-2'),
    async close() {
      await child.stop();
      await world.close();
    },
  };
}

function addTenant(hallpass: ConfigDraft['hallpass'], url: string, known: readonly string[]): void {
  const { tenant, perimeter } = hallpass;
  if (!tenant || !perimeter) throw new Error('no tenant to begin with');
  const [first] = hallpass.entitlements;
  if (!first) throw new Error('no entitlement to begin with');
  // The only way across without a secret: a managed identity of home, which the bot's registration trusts.
  const credential = { federated: { managedIdentity: { clientId: BOT_IDENTITY.clientId } } };
  hallpass.tenants = [
    { ...tenant, name: 'home', perimeter },
    { ...tenant, name: 'second', tenantId: SECOND_TENANT_ID, credential, perimeter: { url, audience: SECOND_AUDIENCE } },
  ];
  delete hallpass.tenant;
  delete hallpass.perimeter;
  hallpass.people = [
    ...(hallpass.people ?? []),
    ...CAST.filter(({ key }) => known.includes(key)).map(({ objectId, slackUserId }) => ({
      person: { tenantId: SECOND_TENANT_ID, objectId: inSecondTenant(objectId) },
      slack: [{ workspaceId: SLACK.workspaceId, userId: slackUserId }],
    })),
  ];
  hallpass.entitlements = [
    ...hallpass.entitlements.map((entitlement) => ({ ...entitlement, tenant: 'home' })),
    {
      ...first,
      id: SECOND_ENTITLEMENT,
      tenant: 'second',
      name: 'Reports Reader of the second tenant',
      directoryRole: { roleDefinitionId: ROLES.reportsReader },
      mayRequest: { groups: [inSecondTenant(ENGINEERS_GROUP_ID)] },
      approvers: { groups: [inSecondTenant(APPROVERS_GROUP_ID)] },
      approversChannel: {
        slackChannelId: SLACK.approversChannelId,
        teamsConversationId: TEAMS.approversConversationId,
        teamsTeamId: TEAMS.approversTeamId,
      },
    },
  ];
}

/** As administrators of the second tenant do: consent to the bot, and a registration of its own for its perimeter. */
function welcome(second: TenantModel, world: World): string {
  const home = world.microsoft.tenant;
  const bot = home.applications.byAppId(BOT_APP.clientId);
  if (!bot) throw new Error('no bot');
  second.applications.consent(bot);
  second.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, home.permissions.granted(BOT_APP.clientId, GRAPH_RESOURCE));
  second.applications.add({
    appId: SECOND_APP,
    displayName: 'Hallpass perimeter',
    identifierUris: [SECOND_AUDIENCE],
    optionalClaims: { idToken: [], accessToken: ['idtyp'] },
  });
  second.permissions.set(BOT_APP.clientId, SECOND_AUDIENCE, ['Access.Give']);
  const perimeterId = parsed(world.files.perimeter).tenant.clientId;
  second.permissions.set(SECOND_APP, GRAPH_RESOURCE, home.permissions.granted(perimeterId, GRAPH_RESOURCE));
  const gina = { kind: 'user', id: 'gina', objectId: 'gina', name: 'Gina' } as const;
  return second.applications.addSecret(SECOND_APP, { displayName: 'test', endsAt: world.clock.now() + 90 * 86_400_000 }, gina)
    .secretText;
}

function writeSecond(
  world: World,
  { port, opsPort, secret }: { readonly port: number; readonly opsPort: number; readonly secret: string },
): string {
  const { approve: _, entitlements: __, ...first } = parsed(world.files.perimeter);
  const store = join(world.folder, 'perimeter-2');
  const secretFile = join(world.folder, 'secrets', 'secondPerimeter');
  mkdirSync(store, { recursive: true, mode: 0o700 });
  writeFileSync(secretFile, secret, { mode: 0o600 });
  const file = join(world.folder, 'perimeter-2.yaml');
  const config: ConfigDraft['perimeter'] = {
    ...first,
    tenant: {
      ...first.tenant,
      tenantId: SECOND_TENANT_ID,
      clientId: SECOND_APP,
      credential: { clientSecret: { file: secretFile } },
    },
    listen: { ...first.listen, port },
    ops: { port: opsPort },
    store: { folder: store },
    caller: { clientId: BOT_APP.clientId, audience: SECOND_AUDIENCE },
    entitlements: [
      {
        id: SECOND_ENTITLEMENT,
        directoryRole: { roleDefinitionId: ROLES.reportsReader, directoryScopeId: '/' },
        mayReceive: { groups: [inSecondTenant(ENGINEERS_GROUP_ID)] },
        longestMinutes: 240,
        atMostPerPrincipalPerDay: 20,
        assurance: 'chat',
      },
    ],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

const parsed = (file: string) => parse(readFileSync(file, 'utf8')) as ConfigDraft['perimeter'];
