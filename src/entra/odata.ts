/** A string literal of an OData filter: quotes doubled, nothing else has a meaning inside. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** One segment of a Graph path. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}
