import type { Clock } from '../../../access/core/clock.ts';
import type { PublishedCloud } from '../../../config/parts.ts';
import type { AppRegistration } from '../tenant/applications.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import type { Tokens } from '../tokens.ts';

/** Where an application is registered, which need not be the tenant that it asks for a token in. */
export interface Registration {
  readonly app: AppRegistration;
  readonly tokens: Tokens;
  readonly tenant: TenantModel;
}

export interface LoginOptions {
  readonly cloud: PublishedCloud;
  /** In whichever tenant; the service principal of this one where no tenant here has its registration. */
  readonly registrationOf: (app: AppRegistration) => Registration;
  /** Of this client id, in whichever tenant; undefined where no tenant here has it. */
  readonly registered: (appId: string) => Registration | undefined;
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  /** Transport clock. */
  readonly now: Clock;
  /** Its own address; known once it listens. */
  readonly address: () => string;
  /** Where browsers go to sign in: this address, or another that leads here. */
  readonly browserAddress: () => string;
  /** Addresses that stand for Microsoft's: a client may ask for `{graphUrl}/.default` as for the real one. */
  readonly standIns: () => Readonly<Record<string, string>>;
}
