import { registerApproval, showRegistration, word } from '../perimeter-setup-commands.ts';
import type { Check } from './check.ts';
import type { PerimeterParts } from './perimeter-groups.ts';

/** Without `acct` a guest looks like a member, without `auth_time` a sign-in looks fresh, without `acrs` no step-up can be seen. */
const CLAIMS = ['acct', 'auth_time', 'acrs'];

/** The registration through which approvers sign: one way back, and nothing by which somebody else could sign in its name. */
export const approvalRegistration: Check<PerimeterParts> = {
  id: 'approval-registration',
  title: 'Registration of the approval sign-in',
  concerns: ({ config: { approve } }) => approve !== undefined,
  async look({ config: { approve }, facts: { approval }, registrations }) {
    if (approval === undefined) return { fine: 'none' };
    const app = await registrations.registration({ appId: approval.appId });
    if (app === undefined) return { problems: [`there is no registration ${approval.appId}`], fine: '' };
    const others = app.redirectUris.filter((uri) => uri !== approval.redirectUri);
    const missing = CLAIMS.filter((claim) => !app.optionalClaims.idToken.includes(claim));
    const certificates = approve?.credential !== undefined && 'certificate' in approve.credential ? 1 : 0;
    const problems = [
      ...(app.signInAudience === 'AzureADMyOrg' ? [] : [`it lets people of other tenants sign in (${app.signInAudience})`]),
      ...(app.redirectUris.includes(approval.redirectUri) ? [] : [`it does not lead back to ${approval.redirectUri}`]),
      ...(others.length === 0 ? [] : [`it leads elsewhere too: ${others.join(', ')}`]),
      ...(app.implicitFlow ? ['it hands out tokens by the implicit flow'] : []),
      ...(missing.length === 0 ? [] : [`its ID tokens lack optional claims: ${missing.join(', ')}`]),
      ...(app.credentials <= certificates
        ? []
        : [
            `it has ${app.credentials} secrets or certificates: whoever holds one can act as the page. Remove all ${certificates === 0 ? 'of them, nothing uses them' : 'but the certificate of approve.credential'}`,
          ]),
    ];
    // The script takes no address away.
    const away = `az ad app update --id ${approval.appId} --web-redirect-uris ${word(approval.redirectUri)}`;
    return {
      problems,
      ...(others.length === 0 ? {} : { mend: away }),
      fine: `${app.displayName}: one way back, ${CLAIMS.join(', ')}, no secret, no implicit flow`,
    };
  },
  mend: ({ facts }) =>
    registerApproval(facts) || 'hallpass perimeter setup --config perimeter.yaml   # its step "approval", in the portal',
  show: ({ facts }) =>
    showRegistration(
      facts.approval?.appId ?? '',
      '{audience: signInAudience, web: web, spa: spa.redirectUris, claims: optionalClaims.idToken[].name, secrets: length(passwordCredentials), certificates: length(keyCredentials)}',
    ),
};
