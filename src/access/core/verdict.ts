/** A refusal that the domain foresees: a value, not an exception. `code` is stable, `reason` and `hint` are for the person. */
export interface Refusal {
  readonly permitted: false;
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

export type Verdict = { readonly permitted: true } | Refusal;

export const permit: Verdict = { permitted: true };

export function refuse(code: string, reason: string, hint: string): Refusal {
  return { permitted: false, code, reason, hint };
}
