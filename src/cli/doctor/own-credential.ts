import type { RegistrationReader } from '../../entra/registration-reader.ts';
import { readCertificate } from '../../identity/certificate.ts';
import { readSecret } from '../../identity/secret-source.ts';
import type { CredentialSetting, SecretSource } from '../../config/parts.ts';
import type { Check, Seen } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

const DAY_MS = 86_400_000;
/** Time for a person to read it and to mend it. */
const LEAST_DAYS = 7;
const FEW_DAYS = 30;

/** When the credential that we sign in with ends. With a managed or a workload identity there is none to end. */
export const ownCredential: Check<TenantParts> = {
  id: 'own-credential',
  title: 'Own credential',
  look: ({ tenant: { credential, clientId }, registrations }) => credentialSeen(() => registrations, clientId, credential),
  mend: ({ tenant: { clientId, credential } }) =>
    'certificate' in credential
      ? `az ad app credential reset --id ${clientId} --append --cert @NEW.pem, then put certificate and key into ${credential.certificate.file}`
      : newSecret(clientId),
  show: ({ tenant: { clientId } }) => `az ad app credential list --id ${clientId}`,
};

/** When it ends. @param registrations are asked for a client secret alone, whose end stands there and nowhere else */
export async function credentialSeen(
  registrations: () => RegistrationReader,
  appId: string,
  credential: CredentialSetting,
): Promise<Seen> {
  if ('certificate' in credential)
    return endSeen('the certificate', readCertificate(credential.certificate.file).endsAt.getTime());
  if (!('clientSecret' in credential)) return { fine: 'no secret and no certificate: nothing that ends' };
  const seen = await secretSeen(registrations(), appId, credential.clientSecret);
  const better = 'a client secret can be copied: a managed identity, federation or a certificate is better';
  return { ...seen, warnings: [...(seen.warnings ?? []), better] };
}

export const newSecret = (appId: string): string =>
  `az ad app credential reset --id ${appId} --append, then put the new secret where the file says that it lies`;

/** A secret is told by its first three characters, which is all that Entra shows again. */
export async function secretSeen(
  registrations: Pick<RegistrationReader, 'secrets'>,
  appId: string,
  source: SecretSource,
): Promise<Seen> {
  const hint = readSecret(source).reveal().slice(0, 3);
  const all = await registrations.secrets(appId);
  const fine = 'the client secret is one of the registration';
  if (all === undefined) return { problems: [`there is no registration ${appId} in this tenant`], fine };
  const ours = all.filter((secret) => secret.hint === hint);
  // Two may begin alike: the one that ends first is the one to be told of.
  const [first] = ours.map(({ endAt }) => Date.parse(endAt)).toSorted((a, b) => a - b);
  return first === undefined
    ? { problems: [`the registration ${appId} does not have our client secret`], fine }
    : endSeen('the client secret', first);
}

function endSeen(what: string, endsAtMs: number, now = Date.now()): Seen {
  const days = Math.floor((endsAtMs - now) / DAY_MS);
  const fine = `${what} ends ${new Date(endsAtMs).toISOString().slice(0, 10)}`;
  const says = days < 0 ? `${what} has ended` : `${fine}, in ${days} days`;
  if (days < LEAST_DAYS) return { problems: [says], fine };
  return days < FEW_DAYS ? { warnings: [says], fine } : { fine };
}
