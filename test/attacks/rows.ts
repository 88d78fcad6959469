import { ATTACK_CLASSES, type Attack } from './attack.ts';
import { begunElsewhere, crossedCallbacks } from './rows/begun-elsewhere.ts';
import { budgets } from './rows/budgets.ts';
import { changedMeanwhile } from './rows/changed-meanwhile.ts';
import { edited } from './rows/edited.ts';
import { floods } from './rows/floods.ts';
import { forgedTokens } from './rows/forged-tokens.ts';
import { orders } from './rows/orders.ts';
import { principalGroups } from './rows/principal-groups.ts';
import { protectedFiles } from './rows/protected-files.ts';
import { protectedSet } from './rows/protected.ts';
import { receivers } from './rows/receivers.ts';
import { replays } from './rows/replays.ts';
import { secondAccounts } from './rows/second-accounts.ts';
import { signin } from './rows/signin.ts';
import { statements } from './rows/statements.ts';
import { strangers } from './rows/strangers.ts';
import { tokens } from './rows/tokens.ts';
import { unicode } from './rows/unicode.ts';

const all: readonly Attack[] = [
  ...receivers,
  ...budgets,
  ...changedMeanwhile,
  ...edited,
  ...orders,
  ...strangers,
  ...floods,
  ...unicode,
  ...secondAccounts,
  ...principalGroups,
  ...protectedSet,
  ...protectedFiles,
  ...statements,
  ...tokens,
  ...forgedTokens,
  ...replays,
  ...begunElsewhere,
  ...crossedCallbacks,
  ...signin,
];

/** In the order of the classes. */
export const attacksByClass: readonly Attack[] = ATTACK_CLASSES.flatMap((one) => all.filter((attack) => attack.class === one));
