/** The words by which an entitlement is found. */
export interface Findable {
  readonly id: string;
  readonly name: string;
  readonly describes: string;
}

/**
 * Best match first: every word that was typed must occur; a name that starts with it beats a word of the name that does, which
 * beats the middle of the name, the id, and last the description. Equal ones keep the order of the file. Nothing typed: all.
 */
export function findEntitlements<T extends Findable>(all: readonly T[], search: string): readonly T[] {
  const words = fold(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  return all
    .map((entitlement, order) => ({ entitlement, order, score: scoreOf(entitlement, words) }))
    .filter(({ score }) => score !== undefined)
    .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.order - b.order)
    .map(({ entitlement }) => entitlement);
}

function scoreOf(entitlement: Findable, words: readonly string[]): number | undefined {
  let sum = 0;
  for (const word of words) {
    const score = scoreOfWord(entitlement, word);
    if (score === 0) return undefined;
    sum += score;
  }
  return sum;
}

function scoreOfWord(entitlement: Findable, word: string): number {
  const name = fold(entitlement.name);
  if (name.startsWith(word)) return 5;
  if (name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) return 4;
  if (name.includes(word)) return 3;
  if (entitlement.id.includes(word)) return 2;
  return fold(entitlement.describes).includes(word) ? 1 : 0;
}

/** Case and accents do not matter when somebody types in a hurry. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
