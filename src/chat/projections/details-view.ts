import type { DetailsView } from '../views.ts';
import { lapsesAt, requestView, type RequestFacts } from './request-view.ts';
import { duration } from './words.ts';

export type Reader = 'requester' | 'approver';

/** Why am I asked: everything about one request, for somebody who may see it. */
export function requestDetails(facts: RequestFacts, reader: Reader): DetailsView {
  const view = requestView(facts);
  const { context } = facts.request;
  const { outcome } = view;
  return {
    title: `${view.entitlement.name} for ${duration(view.durationMinutes)}`,
    ...(view.sign === undefined ? {} : { sign: view.sign }),
    facts: [
      {
        label: 'Why you see this',
        text:
          reader === 'approver'
            ? `The rule for ${view.entitlement.name} names you as an approver, in person or through a group.`
            : 'You asked for it.',
      },
      {
        label: 'Asked by',
        text: view.requester.about ? `${view.requester.name} (${view.requester.about})` : view.requester.name,
      },
      { label: 'Asked', text: '', at: view.requestedAt },
      { label: 'Justification', text: view.justification },
      { label: 'What it can do', text: view.entitlement.describes },
      { label: 'Scope', text: view.entitlement.scope },
      { label: 'Privileged', text: view.entitlement.privileged ? 'yes' : 'no' },
      ...(view.unusual.length === 0 ? [] : [{ label: 'Unusual', text: view.unusual.join(' · ') }]),
      {
        label: 'Given in the last 90 days',
        text: `${view.history.timesIn90Days} times`,
        ...(view.history.lastAt === undefined ? {} : { at: view.history.lastAt }),
      },
      ...(view.progress.length === 0 ? [] : [{ label: 'Approvals', text: view.progress.join(' · ') }]),
      ...(facts.approverCount === undefined ? [] : [{ label: 'Approvers', text: String(facts.approverCount) }]),
      { label: 'Lapses without a decision', text: '', at: lapsesAt(facts.request) },
      ...(outcome === undefined
        ? []
        : [{ label: 'What happened', text: outcome.sentence, ...(outcome.at === undefined ? {} : { at: outcome.at }) }]),
      ...(outcome?.note === undefined ? [] : [{ label: 'Note', text: outcome.note }]),
      ...(context.endsAt === undefined ? [] : [{ label: 'Ends', text: '', at: context.endsAt }]),
      { label: 'Request', text: facts.request.caseId },
    ],
  };
}
