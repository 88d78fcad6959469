import type { FindingContext } from '../../flows/finding.ts';
import type { AlertView, DetailsView, Named } from '../chat/views.ts';
import type { CheckWords } from './check-words.ts';
import { couldNotCheckWords } from './words/could-not-check.ts';
import { credentialWords } from './words/expiring-credential.ts';
import { rootAccessWords } from './words/root-user-access-administrator.ts';
import { readDetail, type FindingDetail } from './finding-detail.ts';

export interface FindingInput {
  readonly caseId: string;
  /** The state of flows/finding.ts. */
  readonly state: unknown;
  readonly context: FindingContext;
  /** `runtime.text(caseId, context.seen.detail)`. */
  readonly detail: string | undefined;
  /** The one in `context.handledBy`, by name. */
  readonly handledBy?: Named;
  /** How its tenant is called, where there are several. */
  readonly tenantName?: string;
  /** Origin of the cloud's portal; the public cloud's when left out. */
  readonly portalUrl?: string;
}

const PORTAL_URL = 'https://portal.azure.com';

/** The alert as meaning. Pure: what it shows is in the case and its text. */
export function alertView(input: FindingInput): AlertView {
  const { facts: _, ...words } = wordsOf(input);
  const { handledAt, snoozedUntilAt, resolvedAt } = input.context;
  const status = statusOf(input.state);
  return {
    caseId: input.caseId,
    ...words,
    lines: [...words.lines, ...(input.tenantName === undefined ? [] : [{ text: `Tenant: ${input.tenantName}` }])],
    status,
    ...(input.handledBy === undefined ? {} : { handledBy: input.handledBy }),
    ...(handledAt === undefined ? {} : { handledAt }),
    ...(status === 'snoozed' && snoozedUntilAt !== undefined ? { snoozedUntilAt } : {}),
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
  };
}

/** Everything about it, for the one who pressed Details. Pure. */
export function findingDetailsView(input: FindingInput): DetailsView {
  const { title, facts, todo, command } = wordsOf(input);
  return {
    title,
    facts: [
      ...facts,
      ...(input.tenantName === undefined ? [] : [{ label: 'Tenant', text: input.tenantName }]),
      { label: 'First seen by Hallpass', text: '', at: input.context.firstSeenAt },
      ...(input.handledBy === undefined
        ? []
        : [
            {
              label: 'In hand',
              text: input.handledBy.name,
              ...(input.context.handledAt === undefined ? {} : { at: input.context.handledAt }),
            },
          ]),
      { label: 'What to do', text: todo },
      ...(command === undefined ? [] : [{ label: 'Command', text: command }]),
      { label: 'Finding', text: input.caseId },
    ],
  };
}

/** The sentence that `announce` puts beside the alert when it got worse, or when a snooze ended. */
export function announcement(input: FindingInput): string {
  return `${input.context.snoozedUntilAt === undefined ? 'This got more urgent' : 'This needs somebody again'}: ${wordsOf(input).title}`;
}

function wordsOf({ detail, context, portalUrl = PORTAL_URL }: FindingInput): CheckWords {
  const facts = readDetail(detail);
  return facts === undefined ? erased(context) : wordsFor(facts, portalUrl);
}

function wordsFor(detail: FindingDetail, portalUrl: string): CheckWords {
  if (detail.check === 'root-user-access-administrator') return rootAccessWords(detail);
  if (detail.check === 'expiring-credential') return credentialWords(detail, portalUrl);
  return couldNotCheckWords(detail);
}

function erased({ seen }: FindingContext): CheckWords {
  return {
    severity: 'low',
    title: `Finding of ${seen.checkId}`,
    lines: [{ text: 'What it was about has been erased.' }],
    todo: 'Nothing, unless it is still open.',
    facts: [{ label: 'Check', text: seen.checkId }],
  };
}

function statusOf(state: unknown): AlertView['status'] {
  return state === 'acknowledged' || state === 'snoozed' || state === 'resolved' ? state : 'open';
}
