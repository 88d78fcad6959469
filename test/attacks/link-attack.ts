import { type LinkWishes, type LinkWorld, startLinkWorld } from '../console/support/link-world.ts';

/** One lie about who is who, and its twin: run as those against the perimeter, in a world of their own (attack.ts). */
export interface LinkAttack {
  readonly class: 'account linking';
  readonly name: string;
  /** What the page refuses it with, or, where nothing is refused, what is seen in place of it. */
  readonly code: string;
  /** What is written of it: the newest case in the journal, or the line of the log where nobody had signed in to both. */
  readonly entry: string;
  readonly wishes?: LinkWishes;
  readonly run: (world: LinkWorld) => Promise<{
    /** Tries it, and returns the code; undefined when it went through. */
    attack(): Promise<string | undefined>;
    /** The same without the lie. Throws when it does not link. */
    twin(): Promise<void>;
  }>;
}

export interface LinkResult {
  readonly code: string;
  readonly journal: string;
  readonly faults: readonly string[];
}

export async function runLinkAttack(row: LinkAttack, onStep: (step: string) => void): Promise<LinkResult> {
  onStep('the world');
  const world = await startLinkWorld(row.wishes);
  try {
    onStep('what happened before');
    const begun = await row.run(world);
    const before = JSON.stringify(world.standing());
    const logged = world.console.logged.length;
    onStep('the attack');
    const code = (await begun.attack()) ?? 'went through';
    const entry = entryOf(world, code, logged);
    const faults = [
      ...(code === row.code ? [] : [`expected ${row.code}`]),
      ...(entry === row.entry ? [] : [`expected the entry: ${row.entry}`]),
      ...(JSON.stringify(world.standing()) === before ? [] : ['SOMEBODY WAS LINKED']),
    ];
    onStep('the twin');
    await begun.twin().catch((error: unknown) => {
      faults.push(`the twin failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    return { code, journal: entry, faults };
  } finally {
    onStep('the end');
    await world.close();
  }
}

/** The journal's newest case about linking, where that is a refusal; else the line of the log that tells of it. */
function entryOf(world: LinkWorld, code: string, after: number): string {
  const newest = world.newest();
  if (newest === `refused ${code}`) return newest;
  const told = world.console.logged.slice(after).some((line) => {
    const { err, msg } = line as { readonly err?: { readonly code?: string }; readonly msg?: string };
    return msg === 'console page refused' && err?.code === code;
  });
  return told ? `log: console page refused, ${code}` : 'none';
}
