import type { AccessCase } from '../access-case.ts';
import { named, plural, type KnownPeople } from './words.ts';

/** Who has approved so far, and what is missing still; nothing while one approval in chat is all that it takes. */
export function progressOf({ context, status }: AccessCase, people: KnownPeople): readonly string[] {
  const { waitsFor, approvals, signedAt } = context;
  if (waitsFor === undefined || status !== 'pending') return [];
  const approved = approvals.map(
    ({ approver, assurance }) => `${assurance === 'signed' ? 'signed' : 'approved'} by ${named(people, approver).name}`,
  );
  const missing = waitsFor.approvalsNeeded - approvals.length;
  const isPlain = waitsFor.approvalsNeeded === 1 && waitsFor.assurance === 'chat';
  return [
    ...approved,
    ...(missing > 0 && !isPlain ? [`${plural(missing, 'approval')} needed${approvals.length === 0 ? '' : ' still'}`] : []),
    ...(waitsFor.requesterSigns ? [signedAt === undefined ? 'not signed by the requester yet' : 'signed by the requester'] : []),
  ];
}
