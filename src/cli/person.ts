import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { ErasedPerson } from './person/erase-person.ts';
import type { WhichPerson } from './person/person-of.ts';

/** `hallpass person`: what is held of somebody, for them, and out of the stores. */
export function registerPerson(program: Command): void {
  const person = program.command('person').description('What Hallpass holds of a person: print it, erase it.');
  const which = (command: Command) =>
    command
      .requiredOption('--person <object id>', 'in Entra ID')
      .option('--tenant <id>', 'needed where the files name several')
      .option('--config <file>', "hallpass.yaml: the bot's store")
      .option('--perimeter <file...>', "perimeter.yaml: the perimeter's store; may be repeated");
  which(person.command('export').description('Print everything that the stores hold of a person, as one JSON object.')).action(
    async (options: WhichPerson) => {
      const { exportPerson } = await import('./person/export-person.ts');
      process.stdout.write(`${JSON.stringify(await exportPerson(options), undefined, 2)}\n`);
    },
  );
  which(person.command('erase').description('Erase what a person wrote and what is about them. The processes must be stopped.'))
    .option('--yes', 'erase; without it only the counts are printed')
    .option('--json', 'print one JSON object instead of sentences')
    .action(
      async ({ yes = false, json = false, ...options }: WhichPerson & { readonly yes?: boolean; readonly json?: boolean }) => {
        const { erasePerson } = await import('./person/erase-person.ts');
        const stores = await erasePerson(options, yes);
        process.stdout.write(
          json ? `${JSON.stringify({ erased: yes, stores })}\n` : stores.map((one) => sentencesOf(one, yes)).join(''),
        );
        if (!yes && stores.some(({ texts, links }) => texts + links > 0)) process.exitCode = EXIT.usage;
      },
    );
}

function sentencesOf({ of, place, texts, links, textsStillNeeded, evidence, cases }: ErasedPerson, erased: boolean): string {
  const what = `${counted(texts, 'text')} and ${counted(links, 'link')}`;
  const lines = [
    `${of} (${place}):`,
    texts + links === 0
      ? '  nothing to erase'
      : `  ${erased ? 'erased' : 'would erase, for good:'} ${what}${erased ? '' : '. Nothing was erased: add --yes'}`,
    ...(textsStillNeeded === 0
      ? []
      : [`  stays: ${counted(textsStillNeeded, 'text')} of what is not over; run this again when it is`]),
    ...(cases === 0
      ? []
      : [`  stays: ids in the lines of ${counted(cases, 'case')}, since each line of the journal proves the one before`]),
    ...(evidence === 0 ? [] : [`  stays: ${counted(evidence, 'record')} of evidence, until retention.evidenceDays`]),
  ];
  return `${lines.join('\n')}\n`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
