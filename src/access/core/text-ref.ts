/**
 * Free text and names do not stand in journal lines. A line holds this reference; the text lies beside, per case, and can be
 * erased while the chain of lines still verifies.
 */
export interface TextRef {
  /** Hex SHA-256 over salt and text; the salt lies with the text, so an erased text cannot be guessed from it. */
  readonly textDigest: string;
}
