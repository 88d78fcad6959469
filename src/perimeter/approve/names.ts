import type { Person } from '../../access/core/person.ts';
import type { Target } from '../../access/core/target.ts';

export interface PersonName {
  /** Undefined: there is none to be had right now. */
  readonly name?: string;
  readonly jobTitle?: string;
  readonly department?: string;
}

export interface TargetName {
  readonly name?: string;
  /** What it lets its holder do, in Microsoft's words. */
  readonly description?: string;
  /** Where it holds, in words. */
  readonly where: string;
}

/** Looks up what ids are called, for people to read. Never throws: nothing is decided by a name. */
export interface Names {
  person(person: Person): Promise<PersonName>;
  target(target: Target): Promise<TargetName>;
}
