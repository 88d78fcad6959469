import type { ListedFile } from './manifest.ts';

const EVERY_MS = 2_000;

/** A line now and then while files go by: a large store takes minutes. */
export function createProgress(verb: string, say: (line: string) => void): (file: ListedFile) => void {
  let [files, bytes, saidAt] = [0, 0, performance.now()];
  return (file) => {
    files += 1;
    bytes += file.bytes;
    if (performance.now() - saidAt < EVERY_MS) return;
    saidAt = performance.now();
    say(`${files} files, ${sizeOf(bytes)} ${verb} ...`);
  };
}

export function sizeOf(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1_000 ** step).toFixed(1)} ${units[step] ?? ''}`;
}
