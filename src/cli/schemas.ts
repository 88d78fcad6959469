import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { hallpassConfigSchema } from '../config/hallpass-config.ts';
import { perimeterConfigSchema } from '../perimeter/perimeter-config.ts';

const FOLDER = 'docs/schemas';

/** `hallpass schemas`: JSON Schemas of both configuration files, for editors. */
export function registerSchemas(program: Command): void {
  program
    .command('schemas')
    .description('Write the JSON Schemas of hallpass.yaml and perimeter.yaml, for editors.')
    .option('--folder <path>', 'where to write them', FOLDER)
    .action(({ folder }: { readonly folder: string }) => {
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(configSchemas())) writeFileSync(join(folder, name), text);
    });
}

/** File name and text of each. Keys with a default may be left out, so it is the input side that is described. */
export function configSchemas(): Readonly<Record<string, string>> {
  return {
    'hallpass.schema.json': textOf('hallpass.yaml', hallpassConfigSchema),
    'perimeter.schema.json': textOf('perimeter.yaml', perimeterConfigSchema),
  };
}

function textOf(title: string, schema: z.ZodType): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`;
}
