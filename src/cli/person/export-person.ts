import { instantOf, transportClock } from '../../access/core/clock.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import type { Person } from '../../access/core/person.ts';
import { createLog } from '../../observe/log.ts';
import { openEvidence } from '../open-evidence.ts';
import { storeOfFile, type StoreOfFile } from '../store-of-file.ts';
import { type Found, findPerson } from './find-person.ts';
import { openReading } from './open-reading.ts';
import { personOf, type WhichPerson } from './person-of.ts';

/** Everything that the named stores hold of somebody. Reads only, also while the processes run. @throws {AppError} `usage.*`, `config.*`, `store.*`, `evidence.*` */
export async function exportPerson(which: WhichPerson): Promise<unknown> {
  const person = personOf(which);
  const files = [...(which.config === undefined ? [] : [which.config]), ...(which.perimeter ?? [])];
  const stores: unknown[] = [];
  for (const file of files) stores.push(await ofStore(storeOfFile(file), person));
  return { v: 1, person, exportedAt: instantOf(transportClock.now()), stores };
}

async function ofStore({ service, setting }: StoreOfFile, person: Person): Promise<unknown> {
  const log = createLog(service, 'warn');
  const reading = await openReading(setting, log);
  const { evidence, close } = await openEvidence(setting, log);
  try {
    const found = await findPerson(reading, person);
    const of = (flow: string) => found.filter(({ record }) => record.flow === flow);
    const kept = service === 'bot' ? [] : found.map(({ record }) => record.caseId);
    const acts = [];
    for (const requestId of kept.filter((id) => requestIdSchema.safeParse(id).success))
      for (const { digest, record } of await evidence.list(requestId)) acts.push({ requestId, kind: record.kind, digest });
    return {
      of: service,
      place: reading.place,
      requests: [...of('accessRequest'), ...of('grant')].filter(({ isAboutThem }) => isAboutThem).map(wholeOf),
      decisions: [...of('accessRequest'), ...of('grant')].filter(({ as }) => as.includes('approver')).map(partOf),
      links: of('link').map(wholeOf),
      findings: of('finding').map((each) => (each.isAboutThem ? wholeOf(each) : partOf(each))),
      others: found.filter(({ record }) => !KNOWN.includes(record.flow)).map(partOf),
      evidence: acts,
    };
  } finally {
    await close();
    await reading.close();
  }
}

const KNOWN = ['accessRequest', 'grant', 'link', 'finding'];

function wholeOf(found: Found): object {
  return { ...partOf(found), context: found.record.context };
}

/** Of somebody else's case: what they did and wrote in it. */
function partOf({ record, beganAt, lastAt, as, did, texts }: Found): object {
  const { caseId, flow, state } = record;
  return { caseId, flow, state, beganAt, lastAt, as, did, texts: texts.map(({ digest, text }) => ({ digest, text })) };
}
