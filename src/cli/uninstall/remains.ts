import type { HallpassConfig } from '../../config/hallpass-config.ts';
import type { StoreSetting, TenantSetting } from '../../config/parts.ts';
import { addressesOf } from '../../identity/cloud.ts';
import type { PerimeterConfig } from '../../perimeter/perimeter-config.ts';
import { setupFacts, word } from '../perimeter-setup-commands.ts';

/** Something that Hallpass used and that nobody but an administrator removes. */
export interface Remain {
  readonly what: string;
  readonly id: string;
  /** What removes it: a command, or where to click. */
  readonly remove: string;
  /** Removing it may break something else. */
  readonly note?: string;
}

/** What the two files name, in the order in which to remove it: rights first, then identities, then groups and the rest. */
export function remainsOf(config: HallpassConfig, perimeters: readonly PerimeterConfig[]): readonly Remain[] {
  const tenants = [...perimeters.map(({ tenant }) => tenant), ...config.tenants];
  return unique([
    ...tenants.map(azureAssignments),
    ...tenants.flatMap(identities),
    ...perimeters.flatMap(registrations),
    ...(config.console === undefined ? [] : [registration('App registration of the console', config.console.clientId)]),
    ...perimeters.flatMap(groups),
    ...perimeters.flatMap(contexts),
    ...chatApps(config),
    store('Store of the bot', config.store),
    ...perimeters.map((each) => store('Store of a perimeter, with its evidence', each.store)),
  ]);
}

const azureAssignments = ({ clientId }: TenantSetting): Remain => ({
  what: 'Azure role assignments of an identity of Hallpass',
  id: clientId,
  remove: `az role assignment list --all --assignee ${clientId} --query "[].id" --output tsv | xargs -r az role assignment delete --ids`,
});

/** With its service principal go its permissions in Graph and its directory roles. */
function identities({ clientId, credential }: TenantSetting): readonly Remain[] {
  if ('managedIdentity' in credential) return [managedIdentity(clientId)];
  const own = registration('App registration and permissions', clientId);
  return 'federated' in credential ? [own, managedIdentity(credential.federated.managedIdentity.clientId)] : [own];
}

const managedIdentity = (clientId: string): Remain => ({
  what: 'Managed identity and its permissions',
  id: clientId,
  remove: `az identity list --query "[?clientId=='${clientId}'].id" --output tsv | xargs -r az identity delete --ids`,
});

function registration(what: string, id: string): Remain {
  return {
    what,
    id,
    remove: `az ad app delete --id ${word(id)}`,
    note: 'In a tenant where it is a guest: az ad sp delete --id ... with the same id.',
  };
}

function registrations(config: PerimeterConfig): readonly Remain[] {
  const { apiAppId, audience, approval } = setupFacts(config, 'AzureCloud');
  return [
    registration("App registration of the perimeter's API", apiAppId ?? audience),
    ...(approval === undefined ? [] : [registration('App registration of the approval sign-in', approval.appId)]),
  ];
}

const ONLY_OURS = 'Only if nothing else uses it.';

function groups({ entitlements }: PerimeterConfig): readonly Remain[] {
  const named = entitlements.flatMap(({ approvers, stages = [], mayReceive, breakGlass }) =>
    [approvers, mayReceive, breakGlass?.who, ...stages.map((stage) => stage.approvers)].flatMap((each) => each?.groups ?? []),
  );
  const given = entitlements.flatMap(({ group }) => (group === undefined ? [] : [group.groupId]));
  const remove = (id: string) => `az ad group delete --group ${id}`;
  return [
    ...named.map((id) => ({ what: 'Role-assignable group that decides or receives', id, remove: remove(id), note: ONLY_OURS })),
    ...given.map((id) => ({
      what: 'Group that was given, perhaps enabled for PIM',
      id,
      remove: remove(id),
      note: `${ONLY_OURS} A group cannot be taken out of PIM again.`,
    })),
  ];
}

function contexts({ approve, entitlements, tenant }: PerimeterConfig): readonly Remain[] {
  const { graph } = addressesOf(tenant.cloud);
  const stepUp = approve !== undefined && 'authenticationContext' in approve.stepUp ? [approve.stepUp.authenticationContext] : [];
  const ids = [...stepUp, ...entitlements.flatMap(({ authenticationContext }) => authenticationContext ?? [])];
  return ids.map((id) => ({
    what: 'Authentication context',
    id,
    remove: `az rest --method delete --url ${new URL(graph).origin}/v1.0/identity/conditionalAccess/authenticationContextClassReferences/${id}`,
    note: `${ONLY_OURS} First remove it from the Conditional Access policies that name it.`,
  }));
}

function chatApps({ slack, teams }: HallpassConfig): readonly Remain[] {
  return [
    ...(slack === undefined
      ? []
      : [
          {
            what: 'Slack app',
            id: slack.workspaceId,
            remove: 'https://api.slack.com/apps: the app, Basic Information, Delete App. Its tokens and secrets end with it.',
          },
        ]),
    ...(teams === undefined
      ? []
      : [
          { what: 'Teams app', id: teams.appId, remove: 'Teams admin center: Teams apps, Manage apps, Hallpass, Delete.' },
          {
            what: 'Registration with Bot Framework',
            id: teams.appId,
            remove: `az bot list --query "[?properties.msaAppId=='${teams.appId}'].id" --output tsv | xargs -r az resource delete --ids`,
          },
          registration('App registration of the Teams bot', teams.appId),
        ]),
  ];
}

function store(what: string, setting: StoreSetting): Remain {
  const note = 'Says who had access, when and by whose approval. Remove it when nobody may ask any more; backups too.';
  if ('folder' in setting) return { what, id: setting.folder, remove: `rm -r ${word(setting.folder)}`, note };
  const { schema } = setting.postgres;
  return { what, id: schema, remove: `psql --command 'DROP SCHEMA "${schema}" CASCADE'`, note };
}

/** One identity may stand in both files, one group in many rules. */
function unique(all: readonly Remain[]): readonly Remain[] {
  return [...new Map(all.map((each) => [`${each.what} ${each.id.toLowerCase()}`, each])).values()];
}
