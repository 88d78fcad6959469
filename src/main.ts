#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { registerBackup } from './cli/backup.ts';
import { registerDoctor } from './cli/doctor.ts';
import { registerEraseTexts } from './cli/erase-texts.ts';
import { registerEvidence } from './cli/evidence.ts';
import { EXIT, exitCodeOf, sentenceOf } from './cli/exit-codes.ts';
import { registerGrants } from './cli/grants.ts';
import { registerJournal } from './cli/journal.ts';
import { registerLinks } from './cli/links.ts';
import { registerPerimeter } from './cli/perimeter.ts';
import { registerPerimeterOrders } from './cli/perimeter-orders.ts';
import { registerPerimeterSetup } from './cli/perimeter-setup.ts';
import { registerPerson } from './cli/person.ts';
import { registerPlayground } from './cli/playground.ts';
import { registerSchemas } from './cli/schemas.ts';
import { registerTestCard } from './cli/test-card.ts';
import { registerProbe } from './cli/probe.ts';
import { registerStart } from './cli/start.ts';
import { registerTenant } from './cli/tenant.ts';
import { registerUninstall } from './cli/uninstall.ts';
import { dieMasked, maskOutput } from './observe/mask.ts';

maskOutput(process.stderr);
dieMasked();

const program = new Command('hallpass')
  .description('Just-in-time access to Microsoft Entra ID and Azure, asked for and approved in Microsoft Teams and Slack.')
  .version('0.1.0')
  .showHelpAfterError('(add --help to see what it takes)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: ${EXIT.done} done, ${EXIT.failed} failed, ${EXIT.usage} wrong arguments or configuration, ${EXIT.finding} something wrong was found, ${EXIT.unavailable} try again later, ${EXIT.unchecked} not everything could be checked.`,
  );

registerPlayground(program);
registerStart(program);
registerPerimeter(program);
registerPerimeterOrders(program);
registerPerimeterSetup(program);
registerDoctor(program);
registerTestCard(program);
registerProbe(program);
registerGrants(program);
registerLinks(program);
registerJournal(program);
registerEvidence(program);
registerEraseTexts(program);
registerBackup(program);
registerPerson(program);
registerUninstall(program);
registerTenant(program);
registerSchemas(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    process.stderr.write(sentenceOf(error));
    process.exitCode = exitCodeOf(error);
  }
}
