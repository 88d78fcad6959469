import { AppError } from '../../access/core/app-error.ts';
import { READER_ID } from '../../azure/azure-roles.ts';
import type { RootAssignment, RootAssignmentsReader } from '../../azure/root-assignments-reader.ts';
import { rootUserAccessAdministrators } from '../checks/root-user-access-administrator.ts';
import { blindOf } from '../could-not-check.ts';
import type { RootAccessDetail } from '../finding-detail.ts';
import type { Blind, LookContext, Sighting, Watch } from '../sighting.ts';

/** Names of principals, for people; undefined when there is none to be had. Never a reason to fail. */
export interface PrincipalNames {
  nameOf(principalId: string, principalType: string): Promise<string | undefined>;
}

interface Source {
  readonly assignments: readonly RootAssignment[];
  readonly blind?: Blind;
}

/**
 * Who can control every subscription. Neither source says so when it may not look: it answers "nothing". So a source counts as seen
 * only when it shows us our own Reader assignment at `/`, which stands exactly where the ones we look for stand.
 */
export function createRootAccessWatch(reader: RootAssignmentsReader, names: PrincipalNames): Watch {
  return {
    checkId: 'root-user-access-administrator',
    async look(context) {
      const own = await reader.ownPrincipalId();
      const [list, resourceGraph] = await Promise.all([
        sourceOf('the list of role assignments', own, () => reader.byList(context.signal)),
        sourceOf('Azure Resource Graph', own, () => reader.byResourceGraph(context.signal)),
      ]);
      const found = rootUserAccessAdministrators(list.assignments, resourceGraph.assignments);
      const sightings: Sighting[] = [];
      for (const sighting of found) sightings.push(await named(sighting, names, context));
      const blind = list.blind ?? resourceGraph.blind;
      return { sightings, ...(blind === undefined ? {} : { blind }) };
    },
  };
}

async function sourceOf(called: string, own: string, read: () => Promise<readonly RootAssignment[]>): Promise<Source> {
  try {
    const assignments = await read();
    const sees = assignments.some(({ principalId, roleId }) => principalId === own && roleId === READER_ID);
    return sees ? { assignments } : { assignments, blind: withoutSight(called, own) };
  } catch (error) {
    const failure = blindOf(error, `Who may control all of Azure could not be read from ${called}`);
    const refused = error instanceof AppError && error.code === 'azure.forbidden';
    return { assignments: [], blind: refused ? { ...failure, command: readerCommand(own) } : failure };
  }
}

function withoutSight(called: string, own: string): Blind {
  return {
    code: 'azure.no-sight',
    reason: `${capital(called)} does not show Hallpass its own Reader assignment at the root scope “/”, so it would not show others either.`,
    todo: 'Give the bot’s identity the role Reader at the root scope, directly and not through a group. Whoever does it needs elevated access for the moment.',
    command: readerCommand(own),
    // A new assignment takes a while to arrive everywhere; being told to make it again does no harm.
    passing: false,
  };
}

/** Gives the sight that the bot proves itself by. */
export function readerCommand(own: string): string {
  return `az role assignment create --assignee-object-id ${own} --assignee-principal-type ServicePrincipal --role Reader --scope /`;
}

/** A name once known stays: looking it up again could only lose it. */
async function named(sighting: Sighting<RootAccessDetail>, names: PrincipalNames, context: LookContext): Promise<Sighting> {
  const before = context.previous(sighting.subjectId)?.detail;
  const known = before?.check === 'root-user-access-administrator' ? before : undefined;
  const { detail } = sighting;
  const principalName = known?.principalName ?? (await names.nameOf(detail.principalId, detail.principalType));
  const givenByName =
    known?.givenByName ?? (detail.givenById === undefined ? undefined : await names.nameOf(detail.givenById, 'User'));
  return {
    ...sighting,
    detail: {
      ...detail,
      ...(principalName === undefined ? {} : { principalName }),
      ...(givenByName === undefined ? {} : { givenByName }),
    },
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
