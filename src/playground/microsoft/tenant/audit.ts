import { type Clock, instantOf } from '../../../access/core/clock.ts';

/** Who did something in the tenant: an application by client id, a person by object id, or Microsoft itself. */
export interface Actor {
  readonly kind: 'application' | 'user' | 'system';
  /** Client id of an application, object id of a person. */
  readonly id: string;
  /** Object id of the service principal or the person. */
  readonly objectId: string;
  readonly name: string;
}

/** Microsoft's own doing: native ends. */
export const SYSTEM: Actor = { kind: 'system', id: 'MS-PIM', objectId: '', name: 'MS-PIM' };

export type AuditAction =
  | 'role.asked'
  | 'role.given'
  | 'role.taken'
  | 'role.ended'
  | 'azure.asked'
  | 'azure.given'
  | 'azure.taken'
  | 'secret.added'
  | 'secret.changed'
  | 'secret.removed'
  | 'user.changed'
  | 'group.changed'
  | 'group.asked'
  | 'group.joined'
  | 'group.left'
  | 'licence.changed';

export interface AuditEntry {
  readonly seq: number;
  /** By the transport clock. */
  readonly at: string;
  /** By the domain clock. */
  readonly domainAt: string;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** `plain` roleAssignments and `$ref`, `pim` schedule requests, `native` an end that Entra enforced, `elevate`, `outside` by hand. */
  readonly via: 'pim' | 'plain' | 'native' | 'elevate' | 'outside';
  readonly principalId?: string;
  readonly roleDefinitionId?: string;
  readonly scope?: string;
  readonly assignmentId?: string;
  /** The PIM request that caused it. */
  readonly scheduleRequestId?: string;
  readonly ticketNumber?: string;
  readonly objectId?: string;
  readonly keyId?: string;
  readonly detail?: string;
}

export interface Audit {
  /** Every effective write, in order, since the last reset. */
  readonly entries: readonly AuditEntry[];
  /** Those that a reader of Entra's own log was shown at that instant of the transport clock. */
  asOf(at: number): readonly AuditEntry[];
  /** How far Entra's own log runs behind; real milliseconds. */
  lagMs: number;
  add(entry: Omit<AuditEntry, 'seq' | 'at' | 'domainAt'>): void;
  /** Called after each entry. */
  onAdded(listener: (entry: AuditEntry) => void): () => void;
  reset(): void;
}

/** Measured by others at about 1.3 s; until 2022 Microsoft named two minutes for 95 % of the entries and five for 99 %. */
const USUAL_LAG_MS = 1_300;

export function createAudit(clock: Clock, now: Clock): Audit {
  const entries: AuditEntry[] = [];
  const listeners = new Set<(entry: AuditEntry) => void>();
  let seq = 0;
  const audit: Audit = {
    entries,
    asOf: (at) => entries.filter((entry) => Date.parse(entry.at) <= at - audit.lagMs),
    lagMs: USUAL_LAG_MS,
    add(entry) {
      const added = { seq: ++seq, at: instantOf(now.now()), domainAt: instantOf(clock.now()), ...entry };
      entries.push(added);
      for (const listener of listeners) listener(added);
    },
    onAdded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset() {
      entries.length = 0;
      audit.lagMs = USUAL_LAG_MS;
    },
  };
  return audit;
}
