import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { z } from 'zod';
import type { DoctorReport, DoctorResult } from '../../../src/chat/doctor-report.ts';
import { doctor } from '../../../src/cli/doctor-run.ts';
import type { hallpassConfigSchema } from '../../../src/config/hallpass-config.ts';
import type { perimeterConfigSchema } from '../../../src/perimeter/perimeter-config.ts';
import { APPROVAL_APP, BOT_APP, PERIMETER_APP, SAM, TENANT_ID } from '../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { startWorld, type World } from '../../../src/playground/world.ts';
import { trust } from '../../deploy/support/trust.ts';

type Hallpass = z.input<typeof hallpassConfigSchema>;
type Perimeter = z.input<typeof perimeterConfigSchema>;
type One<T> = NonNullable<T>;

/** What a row spoils and mends: the far ends, and copies of both files. The bot and the perimeter run beside it with the files as they were. */
export interface Scene {
  readonly world: World;
  readonly hallpass: Hallpass & {
    tenant: One<Hallpass['tenant']>;
    perimeter: One<Hallpass['perimeter']>;
    slack: One<Hallpass['slack']>;
    teams: One<Hallpass['teams']>;
  };
  readonly perimeter: Perimeter & { approve: One<Perimeter['approve']> };
  /** A file with a secret, and where the configuration points to it. */
  secret(text: string): { file: string };
}

export interface DoctorWorld {
  readonly world: World;
  /** Everything as it should be, whatever was spoilt before. */
  scene(): Scene;
  examine(scene: Scene): Promise<DoctorReport>;
  /** One check of one thing that is looked at. */
  look(scene: Scene, of: string, id: string): Promise<DoctorResult>;
  close(): Promise<void>;
}

/** What doctor may be granted so that it can look at everything by itself. */
const TO_LOOK = ['Application.Read.All', 'LicenseAssignment.Read.All', 'Policy.Read.All'];
const BOT = ['User.Read.All', 'GroupMember.Read.All', ...TO_LOOK];
const PERIMETER = [
  'User.Read.All',
  'GroupMember.Read.All',
  'RoleManagement.Read.Directory',
  'RoleAssignmentSchedule.ReadWrite.Directory',
];

export async function doctorWorld(): Promise<DoctorWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-doctor-'));
  const world = await startWorld({
    folder,
    slackMode: 'socket',
    limits: 'off',
    // Registrations may be read 150 times a minute with their keys: a table of checks reads them more often than any operator.
    microsoft: { limits: 'off' },
    restartByItself: false,
    adjust({ hallpass }) {
      hallpass.roles = { operator: { people: [{ tenantId: TENANT_ID, objectId: SAM.objectId }] } };
    },
  });
  await world.ready();
  trust(world.caFile);
  const { tenant } = world.microsoft;
  const own = join(folder, 'own.yaml');
  const guards = join(folder, 'guards.yaml');
  const slackChannels = [...world.slack.model.channels.values()];
  const conversations = [...world.teams.model.conversations.values()];
  const scopes = world.slack.model.seed.app.scopes;
  let files = 0;
  const made: DoctorWorld = {
    world,
    scene() {
      tenant.reset();
      tenant.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, BOT);
      tenant.permissions.set(PERIMETER_APP.clientId, GRAPH_RESOURCE, PERIMETER);
      tenant.applications.change(PERIMETER_APP.clientId, { accessTokenVersion: 2, appRoleAssignmentRequired: true });
      for (const channel of slackChannels) world.slack.model.putChannel(channel);
      for (const conversation of conversations) world.teams.model.putConversation(conversation);
      world.slack.reinstall(scopes);
      const hallpass: Scene['hallpass'] = parse(readFileSync(world.files.hallpass, 'utf8'));
      const perimeter: Scene['perimeter'] = parse(readFileSync(world.files.perimeter, 'utf8'));
      tenant.applications.change(APPROVAL_APP.clientId, { redirectUris: [`${world.approveUrl}/approve/callback`] });
      return {
        world,
        hallpass,
        perimeter,
        secret(text) {
          const file = join(folder, `secret-${++files}`);
          writeFileSync(file, text, { mode: 0o600 });
          return { file };
        },
      };
    },
    examine({ hallpass, perimeter }) {
      writeFileSync(own, stringify(hallpass));
      writeFileSync(guards, stringify(perimeter));
      return doctor({ config: own, perimeter: guards });
    },
    async look(scene, of, id) {
      const { results } = await made.examine(scene);
      const found = results.find((result) => result.of.startsWith(of) && result.id === id);
      if (found === undefined)
        throw new Error(`nothing was said of ${of} ${id}: ${results.map((each) => `${each.of} ${each.id}`).join(', ')}`);
      return found;
    },
    close: () => world.close(),
  };
  return made;
}
