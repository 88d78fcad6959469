import { expect, it } from '@jest/globals';
import { FOREIGN_TENANT_ID as THIRD, RITA, SECOND_TENANT_ID as SECOND, TENANT_ID as HOME } from '../../src/playground/cast.ts';
import { activitySchema, pin } from '../../src/teams/incoming.ts';

const activity = (place: string | undefined, said: string | undefined, objectId?: string) =>
  activitySchema.parse({
    type: 'message',
    channelId: 'msteams',
    serviceUrl: 'https://smba.example/',
    from: { id: '29:x', ...(objectId === undefined ? {} : { aadObjectId: objectId }) },
    conversation: { id: 'a:x', ...(place === undefined ? {} : { tenantId: place }) },
    ...(said === undefined ? {} : { channelData: { tenant: { id: said } } }),
  });

it.each<[string, string | undefined, string | undefined, string]>([
  ['home, said in both places', HOME, HOME, HOME],
  ['home, said in other letters', HOME.toUpperCase(), HOME, HOME],
  ['the second tenant, said in both places', SECOND, SECOND, SECOND],
  ['the second tenant, said by the conversation alone', SECOND, undefined, SECOND],
  ['the second tenant, said by the channel alone', undefined, SECOND, SECOND],
  ['home by the conversation, and the second by the channel', HOME, SECOND, 'teams.other-tenant'],
  ['the second by the conversation, and home by the channel', SECOND, HOME, 'teams.other-tenant'],
  ['a third tenant', THIRD, THIRD, 'teams.other-tenant'],
  ['no tenant', undefined, undefined, 'teams.other-tenant'],
])('an activity of %s is of that tenant, or of none', (_, place, said, expected) => {
  const pinned = pin(activity(place, said, RITA.objectId), [HOME, SECOND]);
  expect('refused' in pinned ? pinned.refused : pinned.actor.tenantId).toBe(expected);
  if ('actor' in pinned) expect(pinned.actor).toMatchObject({ workspaceId: expected, objectId: RITA.objectId });
});

it('an activity of a tenant of ours without a person is nobody’s', () => {
  expect(pin(activity(SECOND, SECOND), [HOME, SECOND])).toEqual({ refused: 'teams.no-object-id' });
});
