import { registerApproval, word } from '../perimeter-setup-commands.ts';
import type { Check } from './check.ts';
import type { PerimeterParts } from './perimeter-groups.ts';

/** Whose token the approval sign-in takes in place of a secret: the perimeter's managed identity, and no other. */
export const approvalTrust: Check<PerimeterParts> = {
  id: 'approval-trust',
  title: 'Trust of the approval sign-in',
  concerns: ({ config: { approve } }) => approve?.managedIdentity !== undefined,
  async look({ facts: { approval }, registrations }) {
    if (approval?.identity === undefined) return { fine: 'none' };
    const app = await registrations.registration({ appId: approval.appId });
    if (app === undefined) return { problems: [`there is no registration ${approval.appId}`], fine: '' };
    const identity = await registrations.enterpriseApplication(approval.identity);
    if (identity === undefined)
      return { problems: [`there is no managed identity ${approval.identity} in this tenant`], fine: '' };
    const all = await registrations.trusted(app);
    // Entra compares these as they are written, letter case included.
    const ours = all.filter(({ subject }) => subject === identity.objectId);
    const right = ours.filter(({ issuer, audiences }) => issuer === approval.issuer && audiences.join() === approval.exchange);
    const others = all.filter(({ subject }) => subject !== identity.objectId);
    const odd = others[0] ?? (right.length === 0 ? ours[0] : undefined);
    return {
      ...(odd === undefined
        ? {}
        : { mend: `az ad app federated-credential delete --id ${approval.appId} --federated-credential-id ${word(odd.name)}` }),
      problems: [
        ...(ours.length === 0 ? [`it does not trust the managed identity ${approval.identity}`] : []),
        ...(ours.length > 0 && right.length === 0
          ? [`its trust names another issuer or audience than ${approval.issuer} and ${approval.exchange}: remove it first`]
          : []),
        ...others.map(({ name, issuer, subject }) => `it trusts another one too: ${name} (${subject} of ${issuer}). Remove it`),
      ],
      fine: `the managed identity ${approval.identity} alone`,
    };
  },
  mend: ({ facts }) => registerApproval(facts),
  show: ({ facts }) => `az ad app federated-credential list --id ${facts.approval?.appId ?? ''}`,
};
