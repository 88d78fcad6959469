import { describe, expect, it } from '@jest/globals';
import { admit } from '../../src/slack/admit.ts';
import { actorOf } from '../../src/slack/counter.ts';

const [OURS, THEIRS] = ['T0OURS', 'T0THEIRS'];
const pressedBy = (teamId: string | undefined, at = OURS) => ({
  type: 'block_actions',
  user: { id: 'U0SOMEBODY', ...(teamId === undefined ? {} : { team_id: teamId }) },
  team: { id: at },
  container: { type: 'message', channel_id: 'C0SHARED' },
  actions: [{ action_id: 'approve', value: 'a-case' }],
});

describe('a button in a channel that is shared with another workspace (Slack Connect)', () => {
  it.each<readonly [who: string, body: object, alsoFrom: readonly string[], admitted: boolean]>([
    ['one of ours', pressedBy(OURS), [], true],
    ['one of theirs', pressedBy(THEIRS), [], false],
    ['one of theirs, where the configuration names them', pressedBy(THEIRS), [THEIRS], true],
    ['one of theirs, where it names others', pressedBy(THEIRS), ['T0OTHERS'], false],
    ['one of theirs at home, where the app does not work', pressedBy(THEIRS, THEIRS), [THEIRS], false],
    ['somebody of nowhere, where it names others', pressedBy(undefined), [THEIRS], true],
  ])('pressed by %s', (_who, body, alsoFrom, admitted) => {
    expect(admit(body, OURS, alsoFrom).admitted).toBe(admitted);
  });

  it('counts as pressed by an account of the workspace that the person belongs to', () => {
    expect(actorOf({ workspaceId: OURS }, { id: 'U0', team_id: THEIRS })).toEqual({
      platform: 'slack',
      workspaceId: THEIRS,
      userId: 'U0',
    });
    expect(actorOf({ workspaceId: OURS }, { id: 'U0' })).toEqual({ platform: 'slack', workspaceId: OURS, userId: 'U0' });
  });
});
