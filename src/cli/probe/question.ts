import { AppError, codeOf } from '../../access/core/app-error.ts';

/** What was seen, in words that quote no names and no secrets; and whether it is what Hallpass goes by. */
export interface Saw {
  readonly saw: string;
  readonly agrees: boolean;
}

/** Something that no documentation settles, and that a real tenant can be asked. */
export interface Question<Parts> {
  readonly id: string;
  readonly asks: string;
  /** What Hallpass goes by. */
  readonly assumes: string;
  /** Whether there is anything to ask about. Default: there is. */
  concerns?(parts: Parts): boolean;
  ask(parts: Parts): Promise<Saw>;
}

export interface Asked {
  readonly of: string;
  readonly id: string;
  readonly asks: string;
  readonly assumes: string;
  readonly answer: 'as assumed' | 'otherwise' | 'not answered';
  readonly saw: string;
}

/** One after the other; one that gets no answer does not stop the next. */
export async function askAll<Parts>(of: string, parts: Parts, questions: readonly Question<Parts>[]): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const question of questions) {
    if (question.concerns?.(parts) === false) continue;
    const { id, asks, assumes } = question;
    const { saw, answer } = await answerTo(() => question.ask(parts));
    asked.push({ of, id, asks, assumes, answer, saw });
  }
  return asked;
}

async function answerTo(ask: () => Promise<Saw>): Promise<Pick<Asked, 'saw' | 'answer'>> {
  try {
    const { saw, agrees } = await ask();
    return { saw, answer: agrees ? 'as assumed' : 'otherwise' };
  } catch (error) {
    const why = error instanceof AppError ? (error.hint ?? error.message) : 'The answer was not understood.';
    return { saw: `${why} (${codeOf(error)})`, answer: 'not answered' };
  }
}
