import { AppError } from '../../access/core/app-error.ts';
import type { Person } from '../../access/core/person.ts';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';
import { loadPerimeterConfig } from '../../perimeter/load-perimeter-config.ts';

export interface WhichPerson {
  readonly person: string;
  readonly tenant?: string;
  readonly config?: string;
  readonly perimeter?: readonly string[];
}

/** Who is meant. @throws {AppError} `usage.which-person`, `usage.which-tenant`, `usage.which-store`, `config.*` */
export function personOf({ person, tenant, config, perimeter = [] }: WhichPerson): Person {
  if (config === undefined && perimeter.length === 0)
    throw new AppError('usage.which-store', 'no store was named', {
      hint: 'Name --config hallpass.yaml, --perimeter perimeter.yaml, or both: each keeps something of its own.',
    });
  const tenants = [
    ...(config === undefined ? [] : readHallpassConfig(config).tenants.map(({ tenantId }) => tenantId)),
    ...perimeter.map((file) => loadPerimeterConfig(file).tenant.tenantId),
  ].map((id) => id.toLowerCase());
  const [first, ...more] = [...new Set(tenants)];
  const tenantId = tenant?.toLowerCase() ?? (more.length === 0 ? first : undefined);
  if (tenantId === undefined || !tenants.includes(tenantId))
    throw new AppError('usage.which-tenant', `the files name ${new Set(tenants).size} tenants, and not which is meant`, {
      hint: `Add --tenant with one of ${[...new Set(tenants)].join(', ')}.`,
    });
  if (GUID.test(person)) return { tenantId, objectId: person.toLowerCase() };
  throw new AppError('usage.which-person', 'a person is named by an Entra object id', {
    hint: 'Find it in the Entra admin center, or with: az ad user show --id NAME --query id',
  });
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
