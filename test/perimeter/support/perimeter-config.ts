import { type GuardedEntitlement, type PerimeterConfig, perimeterConfigSchema } from '../../../src/perimeter/perimeter-config.ts';

export const TENANT_ID = '5c0ffee0-1111-4222-8333-444455556666';
export const BOT_CLIENT_ID = 'b0700000-0000-4000-8000-000000000001';
export const RITA = { tenantId: TENANT_ID, objectId: '0b7ec700-0000-4000-8000-000000000001' };
export const ANNA = { tenantId: TENANT_ID, objectId: '0b7ec700-0000-4000-8000-000000000002' };
export const ABEL = { tenantId: TENANT_ID, objectId: '0b7ec700-0000-4000-8000-000000000003' };
export const GINA = { tenantId: TENANT_ID, objectId: '0b7ec700-0000-4000-8000-000000000004' };
export const ENGINEERS = '96000000-0000-4000-8000-000000000001';
export const APPROVERS = '96000000-0000-4000-8000-000000000002';
export const GLOBAL_READER = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
export const SECURITY_READER = '5d6b6bb7-de71-4623-b4af-96380a352509';

export interface ConfigWishes {
  readonly login?: string;
  readonly graph?: string;
  readonly audience?: string;
  readonly alarmUrl?: string;
  readonly endsOnlyByHallpass?: boolean;
  readonly longestMinutes?: number;
  /** What the entitlement `global-reader` gives. */
  readonly readerRole?: string;
  /** Takes this entitlement out of the file. */
  readonly without?: string;
  /** More that every entitlement says. */
  readonly more?: Partial<GuardedEntitlement>;
  /** More that the file says. */
  readonly file?: Partial<PerimeterConfig>;
  readonly folder?: string;
  readonly callerLimits?: Partial<PerimeterConfig['callerLimits']>;
}

export function perimeterConfig(wishes: ConfigWishes = {}): PerimeterConfig {
  const shared = {
    mayReceive: { groups: [ENGINEERS], people: [ANNA] },
    longestMinutes: wishes.longestMinutes ?? 60,
    assurance: 'chat' as const,
    endsOnlyByHallpass: wishes.endsOnlyByHallpass ?? false,
    ...wishes.more,
  };
  return perimeterConfigSchema.parse({
    tenant: {
      tenantId: TENANT_ID,
      cloud: {
        login: wishes.login ?? 'https://localhost:1',
        graph: wishes.graph ?? 'https://localhost:1',
        arm: 'https://localhost:1',
      },
      clientId: '9e710000-0000-4000-8000-000000000002',
      credential: { clientSecret: { env: 'UNUSED' } },
    },
    listen: { port: 0 },
    ops: { port: 0 },
    store: { folder: wishes.folder ?? '/unused' },
    caller: { clientId: BOT_CLIENT_ID, audience: wishes.audience ?? 'api://perimeter' },
    alarm: { url: wishes.alarmUrl ?? 'https://localhost:1/alarm' },
    sweepEverySeconds: 1,
    ...(wishes.callerLimits === undefined ? {} : { callerLimits: wishes.callerLimits }),
    entitlements: [
      { id: 'global-reader', directoryRole: { roleDefinitionId: wishes.readerRole ?? GLOBAL_READER }, ...shared },
      { id: 'global-reader-again', directoryRole: { roleDefinitionId: GLOBAL_READER }, ...shared },
      { id: 'security-reader', directoryRole: { roleDefinitionId: SECURITY_READER }, ...shared },
    ].filter(({ id }) => id !== wishes.without),
    ...wishes.file,
  });
}
