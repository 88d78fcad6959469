export interface KnownCode {
  readonly code: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** Codes of PIM's, the same in Graph and in Azure Resource Manager. */
export const PIM_CODES: Readonly<Record<string, KnownCode>> = {
  AadPremiumLicenseRequired: {
    code: 'directory.not-licensed',
    hint: 'This tenant has no Entra ID P2 or ID Governance licence, which Privileged Identity Management needs.',
  },
  RoleAssignmentExists: { code: 'directory.exists', hint: 'The principal holds this already.' },
  PendingRoleAssignmentRequest: { code: 'directory.pending', hint: 'The same request is under way already.', retryable: true },
  RoleAssignmentDoesNotExist: { code: 'directory.not-found', hint: 'There is no such assignment.' },
  ActiveDurationTooShort: {
    code: 'directory.too-early',
    hint: 'Entra keeps an active assignment for at least five minutes; it is taken away right after.',
    retryable: true,
  },
  RoleAssignmentRequestPolicyValidationFailed: {
    code: 'directory.rejected',
    hint: 'The settings in Privileged Identity Management do not allow this assignment; an administrator can compare its duration and rules.',
  },
  SubjectNotFound: { code: 'directory.rejected', hint: 'The principal does not exist in this tenant.' },
  RoleNotFound: { code: 'directory.rejected', hint: 'The role does not exist in this tenant.' },
};
