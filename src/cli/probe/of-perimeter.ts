import { AnsweredError } from '../../access/core/answered-error.ts';
import type { GroupMembership } from '../../access/core/target.ts';
import type { GraphClient } from '../../entra/graph-client.ts';
import { memberRefPath, membersPath } from '../../entra/group-members.ts';
import { segment } from '../../entra/odata.ts';
import type { OwnRecords } from '../../perimeter/ledger/own-records.ts';
import type { Question, Saw } from './question.ts';

export interface PerimeterProbe {
  readonly graph: GraphClient;
  readonly records: OwnRecords;
  /** A group in which nothing is at stake; undefined where nothing may be written. */
  readonly testGroupId: string | undefined;
}

const records: Question<PerimeterProbe> = {
  id: 'pim-records',
  asks: 'Can all of PIM’s requests be read in one list, with the ticket that we gave them?',
  assumes: 'yes, with the permission to write them; ours carry hallpass: in ticketSystem',
  async ask(parts) {
    const named = await parts.records.named();
    return { saw: `${named.length} of them name a request of ours`, agrees: true };
  },
};

/** Our own service principal goes into the test group and out again: nobody gets anything by it. */
const membership: Question<PerimeterProbe> = {
  id: 'membership',
  asks: 'Adding a member twice: which code? And are service principals in the direct list of members?',
  assumes: '400 Request_BadRequest the second time; not in the direct list, in the transitive one',
  concerns: ({ testGroupId }) => testGroupId !== undefined,
  async ask({ graph, testGroupId = '' }) {
    const { servicePrincipalId } = await graph.whoWeAre();
    const add = () =>
      graph.post(`${membersPath(testGroupId)}/$ref`, {
        '@odata.id': `${graph.origin}/v1.0/directoryObjects/${servicePrincipalId}`,
      });
    await add();
    try {
      return await seenOf(graph, testGroupId, servicePrincipalId, await codeOfSecond(add));
    } finally {
      const target: GroupMembership = { kind: 'group', groupId: testGroupId };
      await graph.delete(memberRefPath({ target, principalId: servicePrincipalId }));
    }
  },
};

async function codeOfSecond(add: () => Promise<unknown>): Promise<string> {
  try {
    await add();
    return 'accepted';
  } catch (error) {
    if (error instanceof AnsweredError) return `${error.answer.status} ${error.answer.code}`;
    throw error;
  }
}

async function seenOf(graph: GraphClient, groupId: string, id: string, second: string): Promise<Saw> {
  const has = async (items: AsyncIterable<unknown>) => {
    for await (const item of items) if (Reflect.get(Object(item), 'id') === id) return true;
    return false;
  };
  const direct = await has(graph.list(membersPath(groupId)));
  const transitive = await has(graph.list(`/groups/${segment(groupId)}/transitiveMembers`));
  const saw = `${second} the second time; direct list: ${direct ? 'yes' : 'no'}, transitive: ${transitive ? 'yes' : 'no'}`;
  return { saw, agrees: second === '400 Request_BadRequest' && !direct && transitive };
}

export const PERIMETER_QUESTIONS: readonly Question<PerimeterProbe>[] = [records, membership];
