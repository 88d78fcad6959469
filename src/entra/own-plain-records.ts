import { type Clock, instantOf } from '../access/core/clock.ts';
import type { Target } from '../access/core/target.ts';
import type { OwnRecord, OwnRecords } from '../perimeter/ledger/own-records.ts';
import { createPlainGroupWriter } from './plain-group-writer.ts';
import { createPlainRoleWriter } from './plain-role-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { type Given, givenByUs } from './role-audit-reader.ts';

/** The audit keeps no more with P1 or P2; without, 7 days. What was given before, nobody can tell to be ours. */
const AUDIT_DAYS = 30;

/**
 * Directory roles and memberships without PIM: nothing on them says whose they are, but Microsoft's audit does. Only targets that the
 * guardrails name are looked for. @param clock domain clock
 */
export function createOwnPlainRecords(graph: GraphClient, targets: readonly Target[], clock: Clock): OwnRecords {
  const nameless = targets.filter((target) => target.kind !== 'azureRole');
  const writers = { directoryRole: createPlainRoleWriter(graph), group: createPlainGroupWriter(graph) };

  async function idsOf({ principalId, target }: Given): Promise<readonly string[]> {
    const order = { grantId: 'reconcile', principalId, endsAt: '', justification: '' };
    return target.kind === 'group' ? writers.group.held({ ...order, target }) : writers.directoryRole.held({ ...order, target });
  }

  return {
    named: () => Promise.resolve([]),
    async unnamed() {
      if (nameless.length === 0) return [];
      const since = instantOf(clock.now() - AUDIT_DAYS * 86_400_000);
      const records: OwnRecord[] = [];
      for (const given of await givenByUs(graph, nameless, since))
        for (const id of await idsOf(given))
          records.push({
            principalId: given.principalId,
            target: given.target,
            // Asked again when it is taken: somebody else may give the same by then, under the same id.
            assignment: { kind: 'plain', id, seen: 'found' },
            createdAt: given.at,
            isLive: true,
          });
      return records;
    },
  };
}
