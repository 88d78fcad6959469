/** `unknown`: could not be checked, which is never a pass. */
export interface DoctorResult {
  /** What it is of: an identity in a tenant, a platform, the machine. */
  readonly of: string;
  readonly id: string;
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'missing' | 'unknown';
  readonly says: readonly string[];
  /** A command or a portal step. `missing`: mends it. `unknown`: shows it to somebody who may look. */
  readonly command?: string;
  /** Of what kept us from looking. */
  readonly code?: string;
}

/** What doctor saw, in the order in which it looked. */
export interface DoctorReport {
  readonly results: readonly DoctorResult[];
  readonly verdict: 'ok' | 'missing' | 'unknown';
}
