import type { Person } from '../access/core/person.ts';
import type { RoleName } from '../config/hallpass-config.ts';
import type { ConsoleSession } from './session.ts';

/** Who asks for a page, as the directory knew them a moment ago. */
export interface Visitor {
  readonly person: Person;
  /** For people to read. */
  readonly name: string;
  /** As read for this request; an empty one sees what concerns themselves. */
  readonly roles: ReadonlySet<RoleName>;
  readonly session: ConsoleSession;
}

/** What handlers of pages below `/console` find: `c.get('visitor')`. Nobody gets there without one. */
export interface ConsoleEnv {
  Variables: { visitor: Visitor };
}

/** Any of the roles sees who holds what. */
export const maySeeEverybody = ({ roles }: Visitor): boolean => roles.size > 0;
