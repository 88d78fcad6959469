import type { FindingContext } from '../../flows/finding.ts';
import type { KnownPeople } from './projections/words.ts';
import type { AlertView, DetailsView } from './views.ts';

/** A case of `flows/finding.ts`, with the text that lies beside it. */
export interface FindingCase {
  readonly caseId: string;
  readonly status: AlertView['status'];
  readonly context: FindingContext;
  /** JSON of the check's facts; undefined when it was erased. */
  readonly detail: string | undefined;
}

/** How findings are said; the checks know (src/posture). Pure. */
export interface FindingWords {
  alert(finding: FindingCase, people: KnownPeople): AlertView;
  details(finding: FindingCase, people: KnownPeople): DetailsView;
  /** What is said beside the card when it speaks up again. */
  announcement(finding: FindingCase): string;
}
