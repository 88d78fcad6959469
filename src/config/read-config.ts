import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

/** One thing to mend in a configuration file. Names keys, never values: a value may be a secret in the wrong place. */
export interface ConfigProblem {
  readonly line: number;
  readonly key: string;
  readonly message: string;
}

/** Something to mend, by its place in the file. */
export interface PathProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A further check, after the schema: rules between keys. Reports by path, gets its line number here. */
export type ConfigRule<T> = (config: T) => readonly PathProblem[];

/**
 * Reads one YAML file against its schema and rules, and reports every problem at once.
 * @throws {AppError} `config.unreadable`, `config.invalid` (message: one line a problem, `file:line: key: what to do`)
 */
export function readConfig<S extends z.ZodType>(
  file: string,
  schema: S,
  rules: readonly ConfigRule<z.infer<S>>[] = [],
): z.infer<S> {
  const { document, lines } = parsedFile(file);
  if (document.errors.length > 0) {
    throw invalid(
      file,
      document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        key: '',
        message: error.message.split('\n')[0] ?? error.code,
      })),
    );
  }
  const at = (path: readonly PropertyKey[]) => lineOf(document, lines, path);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    throw invalid(
      file,
      parsed.error.issues.flatMap((issue) => {
        const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
        return paths.map((path) => ({ line: at(path), key: path.join('.'), message: messageOf(issue) }));
      }),
    );
  }
  const broken = rules.flatMap((rule) => rule(parsed.data));
  if (broken.length > 0) throw configInvalid(file, broken);
  return parsed.data;
}

/** The error for what is wrong with a file that was read before, as `readConfig` throws it. */
export function configInvalid(file: string, problems: readonly PathProblem[]): AppError {
  const { document, lines } = parsedFile(file);
  return invalid(
    file,
    problems.map(({ path, message }) => ({ line: lineOf(document, lines, path), key: path.join('.'), message })),
  );
}

function parsedFile(file: string) {
  const lines = new LineCounter();
  return {
    lines,
    document: parseDocument(readText(file), { lineCounter: lines, uniqueKeys: true, version: '1.2', strict: true }),
  };
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is not a key of this file; check its spelling and its place';
  return issue.message;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('config.unreadable', `${file} cannot be read`, {
      cause,
      hint: `Name an existing file, for example --config ${file}.`,
    });
  }
}

/** The line of the deepest node on the path that exists: a missing key is reported where its parent begins. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function invalid(file: string, problems: readonly ConfigProblem[]): AppError {
  const text = problems.map(({ line, key, message }) => `${file}:${line}: ${key === '' ? '' : `${key}: `}${message}`).join('\n');
  return new AppError('config.invalid', text, { hint: 'Mend the lines above and start again.' });
}
