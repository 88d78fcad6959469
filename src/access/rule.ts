import type { Audience } from './audience.ts';

/** The bot's own rule for one entitlement, as configuration states it now. */
export interface Rule {
  readonly id: string;
  /** Where it is given: only people of this tenant ask for it and decide on it. */
  readonly tenantId: string;
  readonly name: string;
  readonly mayRequest: Audience;
  readonly approvers: Audience;
  readonly durationsMinutes: readonly number[];
}
