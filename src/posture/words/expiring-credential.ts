import type { CheckWords } from '../check-words.ts';
import type { CredentialDetail } from '../finding-detail.ts';

export function credentialWords(detail: CredentialDetail, portalUrl: string): CheckWords {
  const { holder, withinDays } = detail;
  const what = detail.kind === 'secret' ? 'client secret' : detail.signsSaml ? 'SAML signing certificate' : 'certificate';
  const day = detail.endAt.slice(0, 10);
  const when = withinDays === 0 ? 'has ended' : `ends within ${withinDays === 1 ? 'one day' : `${withinDays} days`}`;
  const called = detail.name === undefined ? capital(what) : `${capital(what)} “${detail.name}”`;
  const hint = detail.hint === undefined ? '' : ` (hint ${detail.hint})`;
  return {
    severity: withinDays <= 7 ? 'high' : withinDays <= 30 ? 'medium' : 'low',
    title: `${holder.name}: ${what} ${when} (${day})`,
    lines: [
      { text: `${called}${hint} · last use: not known · owner: ${owners(detail)} · newer one: ${newer(detail)}` },
      { text: withinDays === 0 ? 'Ended' : 'Ends', at: detail.endAt },
      { text: effect(detail) },
    ],
    todo: todo(detail),
    ...command(detail),
    link: { label: `Open ${holder.name} in the portal`, url: portalLink(detail, portalUrl) },
    facts: [
      { label: 'Application', text: holder.name },
      {
        label: 'Held by',
        text: holder.kind === 'application' ? 'the application' : 'the service principal (enterprise application)',
      },
      { label: 'Application id', text: holder.appId === '' ? 'none' : holder.appId },
      { label: 'Object id', text: holder.objectId },
      { label: 'Kind', text: what },
      { label: 'Key id', text: detail.keyId },
      ...(detail.name === undefined ? [] : [{ label: 'Name', text: detail.name }]),
      ...(detail.hint === undefined ? [] : [{ label: 'Hint', text: detail.hint }]),
      { label: withinDays === 0 ? 'Ended' : 'Ends', text: '', at: detail.endAt },
      { label: 'Owners', text: owners(detail) },
      { label: 'Newer one', text: newer(detail) },
      { label: 'Last use', text: 'not known: Entra tells it only to those who read sign-in logs' },
    ],
  };
}

function owners({ owners: names }: CredentialDetail): string {
  if (names === null) return 'could not be read';
  return names.length === 0 ? 'none' : names.join(', ');
}

function newer({ newer: other }: CredentialDetail): string {
  if (other === undefined) return 'none';
  return `${other.name === undefined ? 'yes' : `“${other.name}”`}, until ${other.endAt.slice(0, 10)}, but it was there long before`;
}

function effect({ holder, signsSaml, withinDays, newer: other }: CredentialDetail): string {
  const ends = withinDays === 0 ? 'Since it ended' : 'When it ends';
  if (signsSaml) return `${ends}, people can no longer sign in to ${holder.name}.`;
  const what = other === undefined ? holder.name : `whatever of ${holder.name} uses it`;
  return withinDays === 0 ? `${ends}, ${what} can no longer sign in with it.` : `${ends}, ${what} stops signing in.`;
}

function todo({ kind, signsSaml, withinDays }: CredentialDetail): string {
  if (signsSaml) return 'Make a new signing certificate, hand it to the application’s side, then make it active.';
  const make =
    kind === 'secret'
      ? 'Make a new secret beside it, hand it to the application'
      : 'Add a new certificate beside it, let the application use it';
  return withinDays === 0
    ? `${make}, and delete this one; if nobody needs it, just delete it.`
    : `${make}, and delete this one. This finding then resolves itself.`;
}

/** `--append` keeps the old secret working. The command prints the new one: run it where nobody looks on. */
function command({ kind, holder }: CredentialDetail): Pick<CheckWords, 'command'> {
  if (kind !== 'secret') return {};
  return holder.kind === 'application'
    ? { command: `az ad app credential reset --append --id ${holder.objectId}` }
    : { command: `az ad sp credential reset --append --id ${holder.objectId}` };
}

function portalLink({ holder, signsSaml }: CredentialDetail, portalUrl: string): string {
  const app = encodeURIComponent(holder.appId);
  if (holder.kind === 'application') {
    return `${portalUrl}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/${app}`;
  }
  const blade = signsSaml ? 'SignOn' : 'Overview';
  return `${portalUrl}/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/${blade}/objectId/${holder.objectId}/appId/${app}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
