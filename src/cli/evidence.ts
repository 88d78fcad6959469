import type { Command } from 'commander';
import type { Verdict, Verification } from '../perimeter/evidence/verification.ts';
import type { VerifyOptions } from './evidence-verify.ts';
import { EXIT } from './exit-codes.ts';

interface ExportOptions {
  readonly config: string;
  readonly out?: string;
}

const VERDICT_EXIT: Record<Verdict, number> = {
  'anchored and pinned': EXIT.done,
  pinned: EXIT.evidencePinned,
  anchored: EXIT.evidenceAnchored,
  consistent: EXIT.evidenceConsistent,
  'not verified': EXIT.evidenceNotVerified,
};

/** `hallpass evidence`: who approved a request, in a file that others can verify (docs/evidence-format.md). */
export function registerEvidence(program: Command): void {
  const evidence = program.command('evidence').description('Export who approved a request, and verify what was exported.');
  evidence
    .command('export')
    .description("Write everything that the perimeter holds of one request into one file. Only reads the perimeter's store.")
    .argument('<request>', 'id of the request')
    .requiredOption('--config <file>', 'perimeter.yaml: its store is meant')
    .option('--out <file>', 'where to; without it the file is printed, with nothing before or behind it')
    .action(async (requestId: string, { config, out }: ExportOptions) => {
      const { exportRequest, writeExport } = await import('./evidence-export.ts');
      const { bytes, verification } = await exportRequest(requestId, config);
      if (out === undefined) process.stdout.write(bytes);
      else writeExport(out, bytes);
      const wrote = out === undefined ? '' : `Wrote ${out}, ${bytes.length} bytes.\n`;
      process.stderr.write(printable(`${wrote}${storyText(verification)}`));
      if (verification.verdict === 'not verified') process.exitCode = EXIT.finding;
    });
  evidence
    .command('verify')
    .description('Say what a file of evidence proves, and what it does not. Needs nothing of the perimeter.')
    .argument('<file>', 'as it was exported, unchanged')
    .option('--keys <file>', "Entra's signing keys (JWKS) of the time, from a source of your own")
    .option('--anchor <file>', "Microsoft's own records (JSON): PIM requests, role assignments, audit entries")
    .option('--tenant', 'fetch those records, signed in as whoever "az login" says; needs --config')
    .option('--config <file>', 'perimeter.yaml: which tenant and which application are yours')
    .option('--tenant-id <id>', 'the same without perimeter.yaml: your tenant')
    .option('--approval-client <id>', 'and the application of the page on which people sign')
    .option('--json', 'print one JSON object instead of sentences')
    .addHelpText(
      'after',
      `\nExit codes: ${Object.entries(VERDICT_EXIT)
        .map(([verdict, code]) => `${code} ${verdict}`)
        .join(', ')}.`,
    )
    .action(async (file: string, { json = false, ...options }: VerifyOptions & { readonly json?: boolean }) => {
      const { verifyFile } = await import('./evidence-verify.ts');
      const verification = await verifyFile(file, options);
      process.stdout.write(json ? `${JSON.stringify(verification)}\n` : printable(verificationText(verification)));
      process.exitCode = VERDICT_EXIT[verification.verdict];
    });
}

function verificationText(verification: Verification): string {
  const { verdict, requestId, proved, notProved } = verification;
  const head = `${verdict.toUpperCase()}${requestId === undefined ? '' : `: request ${requestId}`}\n`;
  return `${head}${storyText(verification)}${list('Proved', proved)}${list('Not proved', notProved)}`;
}

function storyText({ says, contradictions }: Verification): string {
  const wrong = contradictions.map(({ code, sentence }) => `${sentence} (${code})`);
  return `${list('What cannot be true', wrong)}${list('What the file says', says)}`;
}

function list(title: string, sentences: readonly string[]): string {
  return sentences.length === 0 ? '' : `${title}:\n${sentences.map((sentence) => `  - ${sentence}\n`).join('')}`;
}

/** A file comes from anybody: nothing in it may move a terminal's cursor, or turn its text round. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
