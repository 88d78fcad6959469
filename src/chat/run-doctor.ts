import { askAbout } from '../access/directory.ts';
import { mayOperate } from '../access/may-operate.ts';
import type { Person } from '../access/core/person.ts';
import { refuse, type Verdict } from '../access/core/verdict.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { DoctorReport } from './doctor-report.ts';
import type { Unknown } from './people.ts';
import { doctorView } from './projections/doctor-view.ts';
import type { ChatActor } from './surface.ts';
import type { DetailsView } from './views.ts';

export type RunDoctor = (actor: ChatActor) => Promise<DetailsView | { readonly refusal: Unknown }>;

/**
 * Has Hallpass examined for an operator, who is looked up at this moment: a look-up that fails refuses. Those who ask while it is under way
 * share one examination, since each asks Microsoft, Slack and the perimeter some fifty questions.
 */
export function createRunDoctor({ people, directoryOf, config, examine }: DeskDeps): RunDoctor {
  const operators = config.roles.operator;
  let running: Promise<DoctorReport> | undefined;
  const once = (): Promise<DoctorReport> => (running ??= examine().finally(() => (running = undefined)));
  const judge = async (person: Person): Promise<Verdict> => {
    const { account, groups } = await askAbout(directoryOf(person.tenantId), person.objectId, operators.groups);
    return mayOperate(person, operators, account, groups);
  };
  return async (actor) => {
    const who = people.personsOf(actor);
    if ('refusal' in who) return who;
    const verdicts = await Promise.all(who.persons.map(judge));
    if (verdicts.some(({ permitted }) => permitted)) return doctorView(await once());
    const refusals = verdicts.flatMap((verdict) => (verdict.permitted ? [] : verdict));
    // One tenant that could not be asked is no "no".
    const [first] = refusals.toSorted((a, b) => Number(a.code === NOT_LISTED) - Number(b.code === NOT_LISTED));
    return first === undefined ? { refusal: NOBODY } : { refusal: first };
  };
}

const NOT_LISTED = 'operator.not-listed';
const NOBODY = refuse('people.unknown', 'Hallpass does not know who you are.', 'Ask whoever runs Hallpass.');
