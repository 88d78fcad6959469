import type { Audience } from '../../config/parts.ts';
import type { GuardedEntitlement, PerimeterConfig } from '../perimeter-config.ts';

type Path = readonly PropertyKey[];

/** Everybody whom the file lists, with the place: whoever is listed there receives, decides, or lifts a freeze. */
export function audiencesOf(config: PerimeterConfig): readonly { readonly path: Path; readonly audience: Audience }[] {
  const listed = config.entitlements.flatMap((entitlement, index) =>
    audiencesIn(entitlement).map(({ path, audience }) => ({ path: ['entitlements', index, ...path], audience })),
  );
  return config.unfreeze === undefined
    ? listed
    : [...listed, { path: ['unfreeze'], audience: { people: config.unfreeze.people, groups: [] } }];
}

/** Who decides: the stages, or the one that is written in short. */
export function deciders({ approvers, stages }: GuardedEntitlement) {
  const short = approvers === undefined ? [] : [{ path: ['approvers'] as Path, approvers }];
  return [
    ...short,
    ...(stages ?? []).map((stage, at) => ({ path: ['stages', at, 'approvers'] as Path, approvers: stage.approvers })),
  ];
}

function audiencesIn(entitlement: GuardedEntitlement): readonly { readonly path: Path; readonly audience: Audience }[] {
  const { mayReceive, breakGlass } = entitlement;
  return [
    { path: ['mayReceive'], audience: mayReceive },
    ...deciders(entitlement).map(({ path, approvers }) => ({ path, audience: approvers })),
    ...(breakGlass === undefined ? [] : [{ path: ['breakGlass', 'who'], audience: breakGlass.who }]),
  ];
}
