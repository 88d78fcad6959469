import type { Clock } from '../../../access/core/clock.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import type { Tokens } from '../tokens.ts';

export interface LoginOptions {
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
