import type { Person } from '../../access/core/person.ts';
import type { Statement } from '../../access/core/statement.ts';
import type { Verdict } from '../../access/core/verdict.ts';
import type { StepUp } from '../../identity/id-token.ts';
import type { Html } from '../../web/html.ts';
import type { SignedAct } from '../evidence/evidence-record.ts';

/** A button that signs. */
export interface Choice {
  readonly label: string;
  readonly purpose: Statement['purpose'];
  readonly decision: Statement['decision'];
}

/** What is signed, whichever button is pressed; the page adds itself, the tenant, the guardrails and the salt. */
export type Terms = Pick<Statement, 'requestId' | 'requestDigest' | 'stage' | 'notAfter'>;

/** What somebody may do here now. */
export interface Offer {
  readonly terms: Terms;
  /** At least one; all are shown alike. */
  readonly choices: readonly Choice[];
  /** Where what is asked for names a way of its own. */
  readonly stepUp?: StepUp;
  /** Something that needs no signature. */
  readonly unsigned?: { readonly label: string; readonly run: () => Promise<void> };
}

/** What one person sees of a subject, in names that the perimeter looked up. */
export interface Sight {
  /** The one question, or what became of it. */
  readonly title: string;
  readonly body: Html;
  /** Why this person may not do all of it. */
  readonly code?: string;
  readonly offer?: Offer;
}

/** Something that people are asked to sign: a grant, the end of a freeze. */
export interface Subject {
  /** Undefined: it does not concern this person, and they must not learn that there is such a thing. @throws retryable `directory.*` */
  seenBy(viewer: Person): Promise<Sight | undefined>;
  /** Judges once more, at this moment, keeps the evidence and commits what was signed. A refusal leaves no trace. */
  record(act: Omit<SignedAct, 'names'>): Promise<Verdict>;
}

/** Undefined: nothing here is called so. @throws retryable `store.indexing` */
export type FindSubject = (id: string) => Promise<Subject | undefined>;
