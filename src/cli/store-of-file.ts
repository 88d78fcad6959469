import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { hallpassConfigSchema } from '../config/hallpass-config.ts';
import { hallpassRules } from '../config/hallpass-rules.ts';
import type { StoreSetting } from '../config/parts.ts';
import { readConfig } from '../config/read-config.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';

/** A store, and whose it is. */
export interface StoreOfFile {
  readonly service: 'bot' | 'perimeter';
  readonly setting: StoreSetting;
}

/** Both files have a store; only the perimeter's says who may call it. @throws {AppError} `config.*` */
export function storeOfFile(file: string): StoreOfFile {
  if (isPerimeters(file)) return { service: 'perimeter', setting: loadPerimeterConfig(file).store };
  return { service: 'bot', setting: readConfig(file, hallpassConfigSchema, hallpassRules).store };
}

function isPerimeters(file: string): boolean {
  try {
    const raw: unknown = parse(readFileSync(file, 'utf8'));
    return typeof raw === 'object' && raw !== null && 'caller' in raw;
  } catch {
    // The reader of configuration says what is wrong, with the line.
    return false;
  }
}
