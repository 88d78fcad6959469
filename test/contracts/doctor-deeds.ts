import {
  createRegistrationReader,
  type EnterpriseApplication,
  type Registration,
  type RegistrationReader,
} from '../../src/entra/registration-reader.ts';
import { createTenantFactsReader, type TenantFactsReader } from '../../src/entra/tenant-facts-reader.ts';
import { APPROVAL_APP, BOT_APP, PERIMETER_APP } from '../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import type { Deed } from './deed.ts';
import { permitted } from './permitted.ts';

/** What `hallpass doctor` reads of the registrations, licences and policies. */
export function doctorDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const doctor = (operation: string, work: (reader: RegistrationReader) => Promise<unknown>) =>
    permitted(far, 'doctor', operation, (graph) => work(createRegistrationReader(graph)));
  const facts = (operation: string, work: (reader: TenantFactsReader) => Promise<unknown>) =>
    permitted(far, 'doctor', operation, (graph) => work(createTenantFactsReader(graph)));
  const app = far.tenant.applications.byAppId(APPROVAL_APP.clientId);
  const registration = { objectId: app?.objectId ?? '' } as Registration;
  const api = { objectId: PERIMETER_APP.principalId } as EnterpriseApplication;
  return {
    ...doctor('graph GET /applications', (reader) => reader.registration({ appId: APPROVAL_APP.clientId })),
    ...doctor('graph GET /applications/{application-id}/federatedIdentityCredentials', (reader) => reader.trusted(registration)),
    ...doctor('graph GET /servicePrincipals', (reader) => reader.enterpriseApplication(BOT_APP.clientId)),
    ...doctor('graph GET /servicePrincipals/{servicePrincipal-id}/appRoleAssignedTo', (reader) =>
      reader.assigned(api, '00000000-0000-4000-8000-000000000001'),
    ),
    ...facts('graph GET /subscribedSkus', (reader) => reader.servicePlans()),
    ...facts('graph GET /identity/conditionalAccess/policies', (reader) => reader.policies()),
  };
}
