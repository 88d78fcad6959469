import type { GuardrailsAnswer } from '../../../access/core/perimeter-api.ts';
import { targetKey } from '../../../access/core/target.ts';
import type { EntitlementSetting } from '../../../config/hallpass-config.ts';
import type { Check } from '../check.ts';
import type { BotTenantParts } from './bot-tenant-parts.ts';

type Guarded = GuardrailsAnswer['entitlements'][number];

/** Whether hallpass.yaml offers what perimeter.yaml gives: where they differ, people ask in vain. The perimeter's file is the one that counts. */
export const guardrails: Check<BotTenantParts> = {
  id: 'guardrails',
  title: 'Guardrails against hallpass.yaml',
  async look(parts) {
    const { entitlements: guarded } = await parts.guardrails();
    const { approveUrl } = parts.tenant.perimeter;
    const seen = parts.entitlements.map((offered) =>
      differencesOf(
        offered,
        guarded.find(({ id }) => id === offered.id),
        approveUrl,
      ),
    );
    const unoffered = guarded.filter(({ id }) => !parts.entitlements.some((offered) => offered.id === id));
    return {
      problems: seen.flat(),
      warnings: unoffered.map(({ id }) => `${id} stands in perimeter.yaml, and hallpass.yaml offers it to nobody`),
      fine: `${parts.entitlements.length} entitlements, each the same in both files`,
    };
  },
  mend: () => 'Bring the entitlements named above into line in hallpass.yaml and perimeter.yaml, then start both again.',
  show: () => 'hallpass doctor --perimeter perimeter.yaml',
};

function differencesOf(
  offered: EntitlementSetting,
  guarded: Guarded | undefined,
  approveUrl: string | undefined,
): readonly string[] {
  const { id } = offered;
  if (guarded === undefined) return [`${id} is not in perimeter.yaml: nobody would get it`];
  const tooLong = offered.durationsMinutes.filter((minutes) => minutes > guarded.longestMinutes);
  const signs = guarded.assurance === 'signed' || guarded.requesterSigns;
  return [
    ...(isSame(offered, guarded)
      ? []
      : [`${id} names something else here than in perimeter.yaml (${guarded.target ?? guarded.kind})`]),
    ...(tooLong.length === 0
      ? []
      : [`${id} offers ${tooLong.join(', ')} minutes, and perimeter.yaml allows ${guarded.longestMinutes} at most`]),
    ...(signs && approveUrl === undefined
      ? [`${id} has to be signed, and hallpass.yaml names no perimeter.approveUrl: nobody is led to the page`]
      : []),
    ...(guarded.notGiven === undefined ? [] : [`${id} is not given now: ${guarded.notGiven}`]),
  ];
}

/** An Azure role is named here by its scope alone, and in perimeter.yaml perhaps by a pattern. */
function isSame({ directoryRole, group, azureRole }: EntitlementSetting, { kind, target }: Guarded): boolean {
  if (directoryRole !== undefined) {
    const key = targetKey({ kind: 'directoryRole', ...directoryRole });
    return kind === 'directoryRole' && (target ?? key) === key;
  }
  if (group !== undefined) {
    const key = targetKey({ kind: 'group', ...group });
    return kind === 'group' && (target ?? key) === key;
  }
  return kind === 'azureRole' && azureRole !== undefined && (target === undefined || fits(target, azureRole.scope.toLowerCase()));
}

function fits(target: string, scope: string): boolean {
  const [wanted, got] = [(target.split(' ').at(-1) ?? '').split('/'), scope.split('/')];
  return wanted.length === got.length && wanted.every((part, at) => part === '*' || part === got[at]);
}
