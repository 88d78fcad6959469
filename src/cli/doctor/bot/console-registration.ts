import { word } from '../../perimeter-setup-commands.ts';
import type { Check } from '../check.ts';
import type { BotTenantParts } from './bot-tenant-parts.ts';

/** The registration through which people sign in to the console: one way back, and nothing by which somebody else could sign in its name. */
export const consoleRegistration: Check<BotTenantParts> = {
  id: 'console-registration',
  title: 'Registration of the console',
  concerns: ({ console }) => console !== undefined,
  async look({ console, registrations }) {
    if (console === undefined) return { fine: 'none' };
    const { clientId, credential } = console.setting;
    const app = await registrations.registration({ appId: clientId });
    if (app === undefined) return { problems: [`there is no registration ${clientId}`], fine: '' };
    const others = app.redirectUris.filter((uri) => uri !== console.redirectUri);
    const identity = 'federated' in credential ? credential.federated.managedIdentity.clientId : undefined;
    const trusted = identity === undefined ? undefined : await registrations.enterpriseApplication(identity);
    const trusts = identity === undefined ? [] : await registrations.trusted(app);
    // Whoever is trusted can act in the console's name.
    const strangers = identity === undefined ? [] : trusts.filter(({ subject }) => subject !== trusted?.objectId);
    const problems = [
      ...(app.redirectUris.includes(console.redirectUri) ? [] : [`it does not lead back to ${console.redirectUri}`]),
      ...(others.length === 0 ? [] : [`it leads elsewhere too: ${others.join(', ')}`]),
      ...(app.implicitFlow ? ['it hands out tokens by the implicit flow'] : []),
      // Without it a guest looks like a member.
      ...(app.optionalClaims.idToken.includes('acct') ? [] : ['its ID tokens lack the optional claim acct']),
      ...(app.signInAudience === 'AzureADMyOrg' || console.forSeveral
        ? []
        : [`it lets people of other tenants sign in (${app.signInAudience})`]),
      ...(identity === undefined || trusts.some(({ subject }) => subject === trusted?.objectId)
        ? []
        : [`it does not trust the managed identity ${identity}`]),
      ...strangers.map(({ name, issuer, subject }) => `it trusts another one too: ${name} (${subject} of ${issuer}). Remove it`),
    ];
    const [distrust] = strangers.map(
      ({ name }) => `az ad app federated-credential delete --id ${clientId} --federated-credential-id ${word(name)}`,
    );
    const away =
      others.length === 0 ? distrust : `az ad app update --id ${clientId} --web-redirect-uris ${word(console.redirectUri)}`;
    return {
      problems,
      ...(away === undefined ? {} : { mend: away }),
      fine: `${app.displayName}: one way back, acct, no implicit flow`,
    };
  },
  mend: ({ console, cloud, tenant }) => {
    const credential = console?.setting.credential;
    const identity =
      credential !== undefined && 'federated' in credential ? credential.federated.managedIdentity.clientId : '"$BOT_IDENTITY"';
    return `deploy/register.sh console --cloud ${cloud ?? 'AzureCloud'} --tenant ${tenant.tenantId} --app-id ${console?.setting.clientId ?? ''} --redirect-uri ${word(console?.redirectUri ?? '')} --identity ${identity}`;
  },
  show: ({ console }) =>
    `az ad app show --id ${console?.setting.clientId ?? ''} --query "{audience: signInAudience, web: web, claims: optionalClaims.idToken[].name}"`,
};
