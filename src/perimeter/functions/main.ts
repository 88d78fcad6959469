/** The perimeter as an Azure Functions app: what its worker loads. The same perimeter.yaml, and the same perimeter, as `hallpass perimeter`. */
import { AppError } from '../../access/core/app-error.ts';
import { openPerimeterParts } from '../../cli/open-perimeter.ts';
import { createLog } from '../../observe/log.ts';
import { maskOutput } from '../../observe/mask.ts';
import { assemblePerimeter } from '../assemble.ts';
import { loadPerimeterConfig } from '../load-perimeter-config.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import { createHostedPerimeter } from './hosted-perimeter.ts';
import { registerFunctions } from './register.ts';

const SETTING = 'HALLPASS_PERIMETER_CONFIG';
maskOutput(process.stdout, process.stderr);
const log = createLog('perimeter');

/** @throws {AppError} `config.*` */
function configForFunctions(): { readonly file: string; readonly config: PerimeterConfig } {
  const file = process.env[SETTING];
  if (file === undefined)
    throw new AppError('config.missing', `the app setting ${SETTING} is not set`, {
      hint: `Set ${SETTING} to the path of perimeter.yaml in the image.`,
    });
  const config = loadPerimeterConfig(file);
  if (!('postgres' in config.store))
    throw new AppError('config.store-not-shared', `${file}: store: a folder belongs to one machine, and Functions run several`, {
      hint: 'Name a database, store: { postgres: … }, or run "hallpass perimeter" on one machine instead.',
    });
  return { file, config };
}

try {
  const { file, config } = configForFunctions();
  registerFunctions(
    createHostedPerimeter(async () => {
      const { parts, closeRest } = await openPerimeterParts(file, config, log);
      const perimeter = assemblePerimeter(parts);
      return {
        ...perimeter,
        async close() {
          await perimeter.close();
          await closeRest();
        },
      };
    }, log),
  );
} catch (error) {
  // The worker logs only the message of what an entry point throws, and the host goes on without functions.
  log.fatal({ err: error }, 'the perimeter does not start');
  throw error;
}
