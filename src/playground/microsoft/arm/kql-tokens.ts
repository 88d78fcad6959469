export class KqlRefusal extends Error {
  readonly code: 'ParserFailure' | 'InvalidQueryLanguage' | 'InvalidTable';
  readonly token: string;

  constructor(code: KqlRefusal['code'], token: string) {
    super(`${code}: ${token}`);
    this.name = 'KqlRefusal';
    this.code = code;
    this.token = token;
  }
}

const TOKEN =
  /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(==|!=|=~|!~|>=|<=|!in~|!in|in~|[()[\],.=<>|])|([A-Za-z_]\w*|\d+(?:\.\d+)?))/y;
export interface Token {
  readonly kind: 'text' | 'mark' | 'word' | 'end';
  readonly value: string;
}

/** @throws {KqlRefusal} a mark that is not of the language */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null) throw new KqlRefusal('ParserFailure', trimmed.slice(at, at + 20).trim());
    const [, single, double, mark, word] = match;
    const quoted = single ?? double;
    if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll(/\\(.)/g, '$1') });
    else tokens.push(mark === undefined ? { kind: 'word', value: word ?? '' } : { kind: 'mark', value: mark });
  }
  return tokens;
}
