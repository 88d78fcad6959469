import { findEntitlements } from '../access/find-entitlements.ts';
import { guarded, refused } from './answers.ts';
import { decide } from './decide.ts';
import type { Desk } from './desk.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { DeskDeps } from './desk-deps.ts';
import { acknowledge, snooze } from './handle-finding.ts';
import { details } from './show-details.ts';
import { giveUp } from './give-up.ts';
import { linked, unlink } from './link-account.ts';
import { offersFor } from './offers.ts';
import { createRunDoctor } from './run-doctor.ts';
import { showHome } from './show-home.ts';
import { entitlementWords } from './projections/words.ts';
import { submit } from './submit.ts';
import type { RequestOption } from './views.ts';

const optionOf = (setting: EntitlementSetting): RequestOption => ({
  entitlementId: setting.id,
  entitlement: entitlementWords(setting, setting.id),
  durationsMinutes: setting.durationsMinutes,
});

/** The one place where chat turns into cases. Every method refuses rather than throws. */
export function createDesk(deps: DeskDeps): Desk {
  const { log } = deps;
  const offers = offersFor(deps);
  const runDoctor = createRunDoctor(deps);
  return {
    options: (actor, search) =>
      guarded(
        log,
        'options',
        actor,
        async () => {
          const offered = await offers(actor);
          if ('refusal' in offered) return offered;
          return { options: findEntitlements(offered.settings, search).map(optionOf) };
        },
        (refusal) => ({ refusal }),
      ),
    submit: (actor, form) => guarded(log, 'submit', actor, () => submit(deps, actor, form), refused),
    decide: (actor, caseId, decision, note, message) =>
      guarded(log, 'decide', actor, () => decide(deps, { actor, caseId, decision, note, message }), refused),
    withdraw: (actor, caseId) => guarded(log, 'withdraw', actor, () => giveUp(deps, actor, caseId), refused),
    release: (actor, caseId) => guarded(log, 'release', actor, () => giveUp(deps, actor, caseId), refused),
    home: (actor) =>
      guarded(
        log,
        'home',
        actor,
        () => showHome(deps, actor),
        (refusal) => ({ refusal }),
      ),
    stranger(actor) {
      const who = deps.people.personsOf(actor);
      return 'refusal' in who ? who.refusal : undefined;
    },
    linked: (actor) =>
      guarded(
        log,
        'linked',
        actor,
        () => linked(deps, actor),
        (refusal) => ({ refusal }),
      ),
    unlink: (actor) => guarded(log, 'unlink', actor, () => unlink(deps, actor), refused),
    doctor: (actor) =>
      guarded(
        log,
        'doctor',
        actor,
        () => runDoctor(actor),
        (refusal) => ({ refusal }),
      ),
    acknowledge: (actor, caseId, message) =>
      guarded(log, 'acknowledge', actor, () => acknowledge(deps, actor, caseId, message), refused),
    snooze: (actor, caseId, message) => guarded(log, 'snooze', actor, () => snooze(deps, actor, caseId, message), refused),
    details: (actor, caseId, message) =>
      guarded(
        log,
        'details',
        actor,
        () => details(deps, actor, caseId, message),
        (refusal) => ({ refusal }),
      ),
  };
}
