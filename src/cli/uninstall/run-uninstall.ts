import { sameTenant } from '../../access/core/person.ts';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';
import { loadPerimeterConfig } from '../../perimeter/load-perimeter-config.ts';
import { withControl } from '../perimeter-control.ts';
import { revokeAll } from '../revoke-all.ts';
import { type Remain, remainsOf } from './remains.ts';

export interface UninstallOptions {
  readonly config: string;
  readonly perimeter: readonly string[];
  readonly really: boolean;
  readonly patienceMs: number;
  readonly say: (line: string) => void;
}

/**
 * Freezes each perimeter, so that nothing is given any more, has it end everything, and waits until that is known. What remains is told only
 * then: whoever removed an identity before would leave access behind that nobody ends. Without `really` it only tells what remains. Undefined: something may be
 * left, also of a tenant whose perimeter was not named.
 * @throws {AppError} `config.*`, `store.locked`, `revoke.incomplete`, `ledger.doubtful`
 */
export async function uninstall({
  config,
  perimeter,
  really,
  patienceMs,
  say,
}: UninstallOptions): Promise<readonly Remain[] | undefined> {
  const [bots, perimeters] = [readHallpassConfig(config), perimeter.map(loadPerimeterConfig)];
  const unnamed = bots.tenants.filter(({ tenantId }) => !perimeters.some(({ tenant }) => sameTenant(tenant.tenantId, tenantId)));
  for (const { name, tenantId } of unnamed)
    say(
      `The perimeter of ${name} (${tenantId}) is not named: nothing of it is ended. Name it too, or first take the tenant out.`,
    );
  const remains = unnamed.length > 0 ? undefined : remainsOf(bots, perimeters);
  if (!really) return remains;
  let left = 0;
  for (const file of perimeter) {
    say(`${file}:`);
    const still = await withControl(file, async (control) => {
      await control.freeze('hallpass uninstall');
      return revokeAll(control, patienceMs, say);
    });
    left += still.length;
  }
  return left === 0 ? remains : undefined;
}
