import { createPerimeterClient } from '../../../bot/perimeter-client.ts';
import type { GuardrailsAnswer, LedgerHead } from '../../../access/core/perimeter-api.ts';
import { createRootAssignmentsReader, type RootAssignmentsReader } from '../../../azure/root-assignments-reader.ts';
import { sameTenant } from '../../../access/core/person.ts';
import type { BotTenant } from '../../../config/bot-tenants.ts';
import type { ConsoleSetting } from '../../../config/console-config.ts';
import type { EntitlementSetting, HallpassConfig } from '../../../config/hallpass-config.ts';
import { addressesOf, formOf } from '../../../identity/cloud.ts';
import { createCredential } from '../../../identity/credential.ts';
import { tenantBound } from '../../../identity/tenant-bound.ts';
import { CLOUDS } from '../../perimeter-setup-commands.ts';
import { graphPermissionsOfBot } from '../../perimeter-setup-permissions.ts';
import { openTenantParts, type TenantParts } from '../tenant-parts.ts';

/** The bot's identity in one of its tenants, and the perimeter that gives there. */
export interface BotTenantParts extends TenantParts {
  readonly tenant: BotTenant;
  readonly root: RootAssignmentsReader;
  readonly entitlements: readonly EntitlementSetting[];
  /** Where its registration is in this tenant. */
  readonly console:
    | { readonly setting: ConsoleSetting; readonly redirectUri: string /** Of several tenants. */; readonly forSeveral: boolean }
    | undefined;
  /** The newest head of the perimeter's ledger that the bot saw, as it was before the perimeter was asked. */
  readonly seenHead: () => Promise<LedgerHead | undefined>;
  /** Asked once. @throws {AppError} `perimeter.*` */
  readonly guardrails: () => Promise<GuardrailsAnswer>;
}

export type SeenHead = (tenant: BotTenant) => Promise<LedgerHead | undefined>;

/** The perimeter answers within a second or two; whoever waits longer is better told. */
const PATIENCE_MS = 10_000;

/** @throws {AppError} `secret.*`, `certificate.*` */
export function openBotTenantParts(config: HallpassConfig, tenant: BotTenant, headSeen: SeenHead): BotTenantParts {
  const credential = tenantBound(createCredential(tenant), tenant.tenantId);
  const { arm } = addressesOf(tenant.cloud);
  const seenHead = once(() => headSeen(tenant));
  const guardrails = once(async () => {
    // Asked for by itself: that there is no token is no fault of the perimeter's.
    await parts.token(`${tenant.perimeter.audience}/.default`);
    const newest = await seenHead();
    const watch = { newest, note: () => Promise.resolve() };
    return createPerimeterClient({ ...tenant.perimeter, tenantId: tenant.tenantId, credential, watch }).guardrails(
      AbortSignal.timeout(PATIENCE_MS),
    );
  });
  const parts = openTenantParts({
    who: 'bot',
    tenant,
    audiences: [new URL(arm).origin, tenant.perimeter.audience],
    cloud: CLOUDS.find((known) => known === formOf(tenant.cloud)),
    permissions: graphPermissionsOfBot(),
    licensed: { p1: [], p2: [] },
    contexts: async () => (await guardrails()).authenticationContexts ?? [],
    endsByItself: async () => (await guardrails()).entitlements.some(({ nativeEnd }) => nativeEnd),
  });
  return {
    ...parts,
    tenant,
    root: createRootAssignmentsReader({ armUrl: arm, credential }),
    entitlements: config.entitlements.filter(({ tenantId }) => tenantId === tenant.tenantId.toLowerCase()),
    console: consoleIn(config, tenant),
    seenHead,
    guardrails,
  };
}

/** The registration is in the tenant that the section names, else in the first. */
function consoleIn({ console: setting, tenants }: HallpassConfig, { tenantId }: BotTenant): BotTenantParts['console'] {
  if (setting === undefined || !sameTenant(setting.tenantId ?? tenants[0]?.tenantId ?? '', tenantId)) return undefined;
  const redirectUri = `${setting.publicUrl}/signin/callback`;
  return { setting, redirectUri, forSeveral: setting.tenantId === undefined && tenants.length > 1 };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= work());
}
