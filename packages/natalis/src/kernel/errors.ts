// SPDX-License-Identifier: Apache-2.0
// The one error class of Natalis. Each room keeps a catalogue of codes with their meanings in an `errors.ts`
// (kernel: beside the function); docs/error-codes.md is generated from all of them.

/** A stable code: callers may branch on it, translations may key on it; the message may change, the code may not. */
export type ErrorCode = `NAT_${string}`;

/** Anything Natalis refuses. `code` is stable, `detail` says what was seen, `cause` keeps the error beneath. */
export class NatalisError extends Error {
  override readonly name = "NatalisError";
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, meaning: string, detail: string, cause?: unknown) {
    super(`${meaning} [${code}] ${detail}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** A catalogue: each code with one sentence that tells a caller what it means. */
export type ErrorCatalogue = Readonly<Record<ErrorCode, string>>;

/** Makes the errors of one catalogue; a code that is not in it does not compile. */
export function errorFactory<Catalogue extends ErrorCatalogue>(catalogue: Catalogue) {
  return (code: keyof Catalogue & ErrorCode, detail: string, cause?: unknown): NatalisError =>
    new NatalisError(code, catalogue[code] as string, detail, cause);
}

/** Whether an unknown thrown value is a Natalis error, of the given code if one is named. */
export function isNatalisError(error: unknown, code?: ErrorCode): error is NatalisError {
  return error instanceof NatalisError && (code === undefined || error.code === code);
}
