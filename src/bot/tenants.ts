import { AppError } from '../access/core/app-error.ts';
import { sameTenant } from '../access/core/person.ts';
import type { Directory, DirectoryOf } from '../access/directory.ts';
import type { ApproveUrlOf } from '../chat/request-facts.ts';
import type { BotTenant } from '../config/bot-tenants.ts';
import type { LedgerWatch } from './ledger-watch.ts';
import type { PerimeterClient } from './perimeter-client.ts';

/** What the bot works with in one tenant: nothing of it ever touches another. */
export interface TenantParts {
  readonly tenant: Pick<BotTenant, 'name' | 'tenantId' | 'cloud' | 'perimeter'>;
  readonly directory: Directory;
  readonly perimeter: PerimeterClient;
  readonly watch: Pick<LedgerWatch, 'newest'>;
  /** Under which the store keeps how far the feed of its perimeter was applied. */
  readonly cursor: string;
}

export interface Tenants {
  readonly all: readonly TenantParts[];
  readonly directoryOf: DirectoryOf;
  /** @throws {AppError} retryable `tenant.unknown`: a request of a tenant that was taken out of the file waits for it */
  readonly perimeterOf: (tenantId: string) => PerimeterClient;
  readonly approveUrlOf: ApproveUrlOf;
  /** ` of contoso` where there are several, for sentences; empty where there is one. */
  called(tenantId: string): string;
}

export function createTenants(all: readonly TenantParts[]): Tenants {
  const find = (tenantId: string) => all.find(({ tenant }) => sameTenant(tenant.tenantId, tenantId));
  return {
    all,
    directoryOf: (tenantId) => find(tenantId)?.directory ?? directoryOfNobody(tenantId),
    perimeterOf(tenantId) {
      const found = find(tenantId);
      if (!found) throw unknownTenant(tenantId);
      return found.perimeter;
    },
    approveUrlOf: (tenantId) => find(tenantId)?.tenant.perimeter.approveUrl,
    called: (tenantId) => (all.length === 1 ? '' : ` of ${find(tenantId)?.tenant.name ?? tenantId}`),
  };
}

/** It knows nobody and denies nobody: every look-up fails, and a failed look-up is a refusal. */
function directoryOfNobody(tenantId: string): Directory {
  const fail = () => Promise.reject(unknownTenant(tenantId));
  return { person: fail, memberships: fail, members: fail };
}

function unknownTenant(tenantId: string): AppError {
  return new AppError('tenant.unknown', `the tenant ${tenantId} is not in hallpass.yaml`, {
    hint: 'Whoever runs Hallpass can put the tenant back into hallpass.yaml until nothing of it is open.',
    retryable: true,
  });
}
