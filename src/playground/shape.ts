import { isWire, wordOf } from './wire.ts';

/** What is wrong and where, in the words and the JSON pointers of Slack's own `response_metadata.messages`. */
export interface Problem {
  readonly message: string;
  readonly pointer: string;
}

/** Judges one value; pushes what is wrong with it. */
export type Shape = (value: unknown, pointer: string, problems: Problem[]) => void;

function fault(problems: Problem[], problem: Problem): void {
  problems.push(problem);
}

export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
}

export const need = (shape: Shape): Field => ({ shape, required: true });
export const may = (shape: Shape): Field => ({ shape, required: false });

/** Slack counts UTF-16 code units as JavaScript does (not confirmed by its pages). */
export function text(limits: { readonly min?: number; readonly max?: number; readonly pattern?: RegExp } = {}): Shape {
  return (value, pointer, problems) => {
    if (typeof value !== 'string') return fault(problems, { message: 'must provide a string', pointer });
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern } = limits;
    if (value.length < min) problems.push({ message: `must be more than ${min - 1} characters`, pointer });
    if (value.length > max) problems.push({ message: `must be less than ${max + 1} characters`, pointer });
    if (pattern && !pattern.test(value)) problems.push({ message: 'has an invalid format', pointer });
  };
}

export const flag: Shape = (value, pointer, problems) => {
  if (typeof value !== 'boolean') problems.push({ message: 'must be a boolean', pointer });
};

export function whole(min: number, max: number): Shape {
  return (value, pointer, problems) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
      problems.push({ message: `must be an integer between ${min} and ${max}`, pointer });
    }
  };
}

export function oneOf(...allowed: readonly string[]): Shape {
  return (value, pointer, problems) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      problems.push({ message: `must be one of: ${allowed.join(', ')}`, pointer });
    }
  };
}

export function list(item: Shape, limits: { readonly min?: number; readonly max: number }): Shape {
  return (value, pointer, problems) => {
    if (!Array.isArray(value)) return fault(problems, { message: 'must provide an array', pointer });
    const min = limits.min ?? 1;
    if (value.length < min) problems.push({ message: `no less than ${min} items allowed`, pointer });
    if (value.length > limits.max) problems.push({ message: `no more than ${limits.max} items allowed`, pointer });
    value.forEach((entry: unknown, index) => item(entry, `${pointer}/${index}`, problems));
  };
}

/** An object with these fields and no others. */
export function object(fields: Readonly<Record<string, Field>>): Shape {
  return (value, pointer, problems) => {
    if (!isWire(value)) return fault(problems, { message: 'must provide an object', pointer });
    for (const [name, field] of Object.entries(fields)) {
      if (value[name] !== undefined) field.shape(value[name], `${pointer}/${name}`, problems);
      else if (field.required) problems.push({ message: `missing required field: ${name}`, pointer });
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) problems.push({ message: `invalid additional property: ${name}`, pointer });
    }
  };
}

/** An object whose `type` says which of these it is. */
export function byType(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, pointer, problems) => {
    if (!isWire(value)) return fault(problems, { message: 'must provide an object', pointer });
    const type = value['type'];
    if (type === undefined) return fault(problems, { message: 'missing required field: type', pointer });
    const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    if (!shape) return fault(problems, { message: `unsupported type: ${wordOf(type)}`, pointer: `${pointer}/type` });
    shape(value, pointer, problems);
  };
}

/** Both must hold. */
export function both(first: Shape, second: Shape): Shape {
  return (value, pointer, problems) => {
    first(value, pointer, problems);
    second(value, pointer, problems);
  };
}
