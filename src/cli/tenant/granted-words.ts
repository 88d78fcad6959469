import { graphPermissionsOfBot, listedFor } from '../perimeter-setup-permissions.ts';

/** What the bot was granted in Graph, against what manifest/permissions.json says that it needs. */
export interface Judgement {
  readonly right: readonly string[];
  readonly lacking: readonly { readonly name: string; readonly reason: string }[];
  /** Nobody needs these, and the bot must not be able to write. */
  readonly more: readonly string[];
}

export function judged(granted: readonly string[]): Judgement {
  const { needed, allowed, reasons } = graphPermissionsOfBot();
  return {
    right: granted.filter((name) => needed.includes(name) || allowed.includes(name)).toSorted(),
    lacking: needed.filter((name) => !granted.includes(name)).map((name) => ({ name, reason: reasons[name] ?? '' })),
    more: granted.filter((name) => !needed.includes(name) && !allowed.includes(name)).toSorted(),
  };
}

export function grantedWords({ right, lacking, more }: Judgement): readonly string[] {
  const others = listedFor('bot').filter(
    ({ resource, kind }) => resource !== 'Microsoft Graph' && (kind === 'role' || kind === 'application'),
  );
  return [
    'Permissions of Microsoft Graph there:',
    ...right.map((name) => `  granted  ${name}`),
    ...lacking.map(({ name, reason }) => `  MISSING  ${name}. ${reason}`),
    ...more.map((name) => `  TOO MUCH ${name}: nothing needs it. Take it out of the app registration, and away in that tenant.`),
    'Also needed there, and no part of the consent:',
    ...others.map(({ resource, name, why }) => `  ${resource}: ${name}. ${why}`),
  ];
}
