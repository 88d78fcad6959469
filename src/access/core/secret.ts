import { inspect } from 'node:util';

const MASK = '[secret]';

/** A secret that cannot be printed: every way to turn it into text but `reveal()` yields a mask. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value, for the one line that hands it to a client. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
