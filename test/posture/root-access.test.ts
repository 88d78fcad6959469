import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { RootAssignment, RootAssignmentsReader } from '../../src/azure/root-assignments-reader.ts';
import { createRootAccessWatch } from '../../src/posture/collectors/root-access.ts';
import type { LookContext } from '../../src/posture/sighting.ts';

const OWN = 'b0700000-0000-4000-8000-0000000000a1';
const GINA = '0b7ec700-0000-4000-8000-000000000004';
const UAA = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const assignment = (digit: number, principalId: string, roleId: string): RootAssignment => ({
  name: `d0000000-0000-4000-8000-00000000000${digit}`,
  principalId,
  principalType: 'User',
  roleId,
});
const own = assignment(1, OWN, READER);
const elevated = assignment(2, GINA, UAA);
const context: LookContext = { previous: () => undefined, signal: new AbortController().signal };

type Answer = readonly RootAssignment[] | AppError;
const given = async (answer: Answer) => {
  if (answer instanceof AppError) throw answer;
  return answer;
};
function watch(list: Answer, resourceGraph: Answer, nameOf = async (): Promise<string | undefined> => 'Gina Global') {
  const reader: RootAssignmentsReader = {
    byList: () => given(list),
    byResourceGraph: () => given(resourceGraph),
    ownPrincipalId: () => Promise.resolve(OWN),
  };
  return createRootAccessWatch(reader, { nameOf });
}
const forbidden = new AppError('azure.forbidden', 'no', { hint: 'Hallpass needs Reader.' });
const away = new AppError('azure.unavailable', 'no', { retryable: true });
const command = `az role assignment create --assignee-object-id ${OWN} --assignee-principal-type ServicePrincipal --role Reader --scope /`;

describe('who can control every subscription', () => {
  it('is seen when both sources show our own Reader assignment', async () => {
    const look = await watch([own, elevated], [own, elevated]).look(context);
    expect(look.blind).toBeUndefined();
    expect(look.sightings).toMatchObject([
      { subjectId: elevated.name, detail: { principalName: 'Gina Global', sources: ['list', 'resource-graph'] } },
    ]);
  });

  it('is nobody, when both sources show our own assignment and no other', async () => {
    await expect(watch([own], [own]).look(context)).resolves.toEqual({ sightings: [] });
  });

  it.each([
    ['neither source shows us ourselves', [], [], { code: 'azure.no-sight', passing: false, command }],
    ['Resource Graph answers nothing', [own], [], { code: 'azure.no-sight', passing: false, command }],
    ['the list answers nothing', [], [own], { code: 'azure.no-sight', passing: false, command }],
    ['our Reader is somebody else’s', [assignment(1, GINA, READER)], [own], { code: 'azure.no-sight', passing: false, command }],
    ['what we hold is not Reader', [assignment(1, OWN, UAA)], [own], { code: 'azure.no-sight', passing: false, command }],
    ['we may not ask', forbidden, forbidden, { code: 'azure.forbidden', passing: false, command }],
    ['one source is away', [own], away, { code: 'azure.unavailable', passing: true }],
    ['the other is away', away, [own], { code: 'azure.unavailable', passing: true }],
  ] as const)('could not be checked when %s', async (_, list, resourceGraph, expected) => {
    await expect(watch(list, resourceGraph).look(context)).resolves.toMatchObject({ blind: expected });
  });

  it('is told all the same when one source sees somebody and the other sees nothing', async () => {
    await expect(watch([own, elevated], []).look(context)).resolves.toMatchObject({
      sightings: [{ subjectId: elevated.name }],
      blind: { code: 'azure.no-sight' },
    });
  });

  it('keeps a name that was known, and does without one that cannot be had', async () => {
    const nameless = () => Promise.resolve(undefined);
    const first = await watch([own, elevated], [own, elevated]).look(context);
    const known = first.sightings[0];
    const previous = () => (known === undefined ? undefined : { rung: 1, detail: known.detail });
    const again = await watch([own, elevated], [own, elevated], nameless).look({ ...context, previous });
    expect(again.sightings).toEqual(first.sightings);
    const unknown = await watch([own, elevated], [own, elevated], nameless).look(context);
    expect(unknown.sightings[0]?.detail).not.toHaveProperty('principalName');
  });
});
