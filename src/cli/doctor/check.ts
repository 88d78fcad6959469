/** What was seen. A problem is a sentence that says what is there and what should be. */
export interface Seen {
  /** Each of these must be mended. */
  readonly problems?: readonly string[];
  /** It works, and somebody should know: more than needed, or something that is off. */
  readonly warnings?: readonly string[];
  /** What is right, where nothing is wrong. */
  readonly fine: string;
  /** The command or portal step that mends this very problem, where it is not that of the check. */
  readonly mend?: string;
}

/** One thing that doctor looks at; a file each. An error thrown by `look` means that it could not be checked, never that it is right. */
export interface Check<Parts> {
  readonly id: string;
  readonly title: string;
  /** Whether there is anything of it here. Default: there is. */
  concerns?(parts: Parts): boolean;
  /** Reads only. */
  look(parts: Parts): Promise<Seen>;
  /** The one command or portal step that mends it. */
  mend(parts: Parts): string;
  /** The one command or portal step that shows it to somebody who may look where we may not. */
  show(parts: Parts): string;
}
