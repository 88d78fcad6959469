import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { START } from './support/durable-world.ts';
import { firstStep, step, type Step } from '../../src/durable/step.ts';
import { waysTo, type Way } from '../flows/support/explore.ts';
import { flowModels, type FlowModel } from '../flows/support/flow-models.ts';
import { FIXTURES, fixtureFile, type Fixture } from './support/fixtures.ts';

// node test/durable/make-fixtures.ts [--rewrite]
// Stores one snapshot of every state of every flow as it is now. What is stored already stays, since cases of a released
// version look like that; --rewrite is for a version that was never released.

const AT = new Date(START).toISOString();

function fixtureOf(model: FlowModel, { input, events }: Way): Fixture {
  let made = sound(firstStep(model.flow, input, AT));
  for (const event of events) made = sound(step(model.flow, made.position, { ...event, at: AT }));
  const { standing, timers } = made.position;
  return { state: standing.state, context: standing.context, timers, commands: made.effects.map(({ name }) => ({ name })) };
}

function sound(made: Step): Exclude<Step, { readonly kind: 'poisoned' }> {
  if (made.kind === 'poisoned') throw new Error(made.error);
  return made;
}

for (const model of flowModels) {
  const file = join(FIXTURES, fixtureFile(model.flow));
  const rewrite = process.argv.includes('--rewrite');
  const known = existsSync(file) && !rewrite ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Fixture[]) : [];
  const states = new Set(known.map(({ state }) => JSON.stringify(state)));
  const added = [...waysTo(model)].flatMap(([state, way]) => (states.has(state) ? [] : [fixtureOf(model, way)]));
  writeFileSync(file, `${JSON.stringify([...known, ...added], undefined, 2)}\n`);
  process.stdout.write(`${file}: ${known.length} kept, ${added.length} added\n`);
}
