import type { PerimeterConfig } from '../../perimeter/perimeter-config.ts';
import type { RegistrationReader } from '../../entra/registration-reader.ts';
import type { SetupFacts } from '../perimeter-setup-commands.ts';

/** What a check may look at. Everything only reads. */
export interface DoctorParts {
  readonly config: PerimeterConfig;
  readonly facts: SetupFacts;
  readonly registrations: RegistrationReader;
  /** Application permissions of Graph in a token of our own. @throws {AppError} `identity.*` */
  readonly ownPermissions: () => Promise<readonly string[]>;
}

/** What was seen. A problem is a sentence that says what is there and what should be. */
export interface Seen {
  /** Each of these must be mended. */
  readonly problems?: readonly string[];
  /** More than needed: it works, and somebody should know. */
  readonly warnings?: readonly string[];
  /** What is right, where nothing is wrong. */
  readonly fine: string;
  /** The command that mends this very problem, where it is not that of the check. */
  readonly mend?: string;
}

/** One thing that doctor looks at; a file each. An error thrown by `look` means that it could not be checked, never that it is right. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Whether this configuration has anything of it. Default: it has. */
  readonly concerns?: (config: PerimeterConfig) => boolean;
  look(parts: DoctorParts): Promise<Seen>;
  /** The one command that mends it. */
  mend(parts: DoctorParts): string;
  /** The one command that shows it to somebody who may look where we may not. */
  show(parts: DoctorParts): string;
}
