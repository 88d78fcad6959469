import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { PerimeterParts } from '../../../src/perimeter/assemble.ts';
import { PERIMETER_APP } from '../../../src/playground/cast.ts';
import type { World } from './world.ts';

/** perimeter.yaml of the perimeter that runs in this world, for a command; its clock stands where ours does. */
export function writeConfigFile(world: World, { config, clock }: PerimeterParts): string {
  const folder = join(world.ledger, '..');
  const secret = join(folder, 'secret');
  writeFileSync(secret, world.microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId), { mode: 0o600 });
  const offsetFile = join(folder, 'offset.json');
  writeFileSync(offsetFile, JSON.stringify({ offsetMs: Math.max(0, clock.now() - Date.now()) }));
  const { tenant, domainClock: _, ...rest } = config;
  const own = { ...tenant, clientId: PERIMETER_APP.clientId, credential: { clientSecret: { file: secret } } };
  const file = join(folder, 'perimeter.yaml');
  writeFileSync(file, stringify(JSON.parse(JSON.stringify({ ...rest, tenant: own, domainClock: { offsetFile } }))));
  return file;
}
