/** What only a write would settle, and how to try it in a test tenant. More of them: docs/not-verified.md. */
export const BY_HAND: readonly { readonly asks: string; readonly assumes: string; readonly how: string }[] = [
  {
    asks: 'May an application give a role with RoleAssignmentSchedule.ReadWrite.Directory alone?',
    assumes: 'yes; older pages ask for a directory role besides',
    how: 'give yourself a harmless role in a test tenant with P2, by Hallpass',
  },
  {
    asks: 'Is DELETE roleAssignments refused for what PIM made, in its first five minutes?',
    assumes: 'yes, then adminRemove is tried until it is allowed',
    how: 'give a role and release it at once, watch the perimeter’s log until it is gone',
  },
  {
    asks: 'Does a condition on Role Based Access Control Administrator bind requests of PIM too?',
    assumes: 'nothing: the guardrails hold without it',
    how: 'as the perimeter’s identity, ask PIM for a role outside the condition',
  },
  {
    asks: 'How does an administrator’s consent come back: admin_consent=True&tenant=…?',
    assumes: 'nothing is believed before a token of that tenant proves it',
    how: 'hallpass tenant enroll in a second test tenant, look at the address that the browser is sent to',
  },
  {
    asks: 'Does max_age make Entra ask for a sign-in again?',
    assumes: 'no: prompt=login and auth_time are relied on',
    how: 'open the authorize address with max_age=0 in a session that is an hour old, look at auth_time',
  },
];
