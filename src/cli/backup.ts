import type { Command } from 'commander';

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** `hallpass backup` and `hallpass restore`: the store of a bot or a perimeter, to another place and back. */
export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description(
      'Copy the store of a bot or a perimeter, also while it runs: journal, checkpoint, texts, evidence. No configuration, no secret.',
    )
    .requiredOption('--config <file>', 'hallpass.yaml or perimeter.yaml: its store is meant')
    .requiredOption('--to <folder>', 'a folder that is not there yet')
    .action(async ({ config, to }: { readonly config: string; readonly to: string }) => {
      const { makeBackup } = await import('./backup/make-backup.ts');
      const { sizeOf } = await import('./backup/progress.ts');
      const { files, head } = await makeBackup(config, to, say);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      process.stdout.write(
        `Backed up to ${to}: ${files.length} files, ${sizeOf(bytes)}, up to line ${head.seq} (${head.head.slice(0, 12)}). Guard it like the store itself.\n`,
      );
    });
  program
    .command('restore')
    .description('Put a backup in the place of a store. The process must be stopped. Every byte is verified first.')
    .requiredOption('--config <file>', 'hallpass.yaml or perimeter.yaml: its store is meant')
    .requiredOption('--from <folder>', "what 'hallpass backup' made")
    .option('--replace', 'move what is there into an archive beside it')
    .action(
      async ({
        config,
        from,
        replace = false,
      }: {
        readonly config: string;
        readonly from: string;
        readonly replace?: boolean;
      }) => {
        const { putBack } = await import('./backup/put-back.ts');
        const { of, folder, manifest, archive } = await putBack(config, from, { replace, say });
        const what =
          manifest === undefined
            ? `What was begun on ${folder} before was interrupted; it is finished now. Nothing of this backup was used for it.`
            : `Restored ${folder} from ${manifest.madeAt}, up to line ${manifest.head.seq} (${manifest.head.head.slice(0, 12)}).`;
        const old = archive === undefined ? '' : ` What was there is in ${archive}.`;
        process.stdout.write(`${what}${old}\n${NEXT[of]}\n`);
      },
    );
}

const NEXT = {
  bot: 'Start the bot: what happened since, it hears from the perimeter.',
  perimeter:
    "Next: 'hallpass perimeter reconcile --config ...' compares it with Microsoft's records. Started before, it gives nothing until then, and ends what is over.",
} as const;
