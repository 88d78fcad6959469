import { randomBytes, randomInt } from 'node:crypto';

/** https://docs.slack.dev/interactivity/handling-user-interaction: a trigger_id expires 3 seconds after it was sent, and works once. */
const TRIGGER_LIFE_MS = 3000;

export type TriggerUse =
  | { readonly ok: true; readonly userId: string; readonly viewId: string | undefined }
  | { readonly ok: false; readonly error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' };

export type TriggerIds = ReturnType<typeof createTriggerIds>;

export function createTriggerIds(now: () => number = Date.now) {
  const issued = new Map<string, { userId: string; viewId: string | undefined; at: number; used: boolean }>();
  return {
    /** `viewId`: the modal in which the person acted; only such a trigger can push. */
    issue(userId: string, viewId?: string): string {
      const id = `${randomInt(1e9, 9e9)}.${randomInt(1e9, 9e9)}.${randomBytes(16).toString('hex')}`;
      issued.set(id, { userId, viewId, at: now(), used: false });
      return id;
    },
    use(id: string | undefined): TriggerUse {
      const trigger = id === undefined ? undefined : issued.get(id);
      if (!trigger) return { ok: false, error: 'invalid_trigger_id' };
      if (now() - trigger.at > TRIGGER_LIFE_MS) return { ok: false, error: 'expired_trigger_id' };
      if (trigger.used) return { ok: false, error: 'exchanged_trigger_id' };
      trigger.used = true;
      return { ok: true, userId: trigger.userId, viewId: trigger.viewId };
    },
  };
}
