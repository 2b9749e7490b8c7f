// SPDX-License-Identifier: Apache-2.0
// Which hardware is certified, for custody 4: a table that people review, row by row, against the certificate that the
// row names. A row is added with its source and the day of its review, and never from memory: what cannot be shown is
// not here. Firmware is named exactly, since a certificate is of one.

import { equalBytes } from "../kernel/index.ts";
import type { EvidenceContext, EvidenceFinding, EvidenceFormat, EvidenceRoot, HardwareIdentity } from "./evidence.ts";
import { rootsFor } from "./roots.ts";

export interface Certification {
  readonly scheme: "FIPS 140-2" | "FIPS 140-3" | "Common Criteria";
  /** As the scheme's own list has it. */
  readonly certificate: string;
  /** Level of the scheme: an overall security level, an evaluation assurance level. */
  readonly level: string;
  /** As evidence names it. */
  readonly manufacturer: string;
  readonly model: string;
  /** Versions that the certificate is of. */
  readonly firmware: readonly string[];
  /** Instants between which the certificate counts; without end, where its list states none. */
  readonly validFrom: Date;
  readonly validTo?: Date;
  /** Where a reader finds the certificate. */
  readonly source: string;
  /** The day on which it was read there. */
  readonly reviewed: Date;
}

/** Reviewed rows. None: docs/certifications.md says what was looked for and why nothing is exact enough. */
export const certifications: readonly Certification[] = [];

/** The certificate of hardware at a time, if the table has one. */
export function certificationOf(
  { manufacturer, model, firmware }: HardwareIdentity,
  at: Date,
  table: readonly Certification[] = certifications,
): Certification | undefined {
  return table.find(
    (row) =>
      row.manufacturer === manufacturer &&
      row.model === model &&
      firmware !== undefined &&
      row.firmware.includes(firmware) &&
      isWithin(row, at),
  );
}

/** A format whose findings of custody 3 are 4 where the hardware is certified; roots with a lower cap keep it. */
export function withCertifications(
  format: EvidenceFormat,
  table: readonly Certification[] = certifications,
): EvidenceFormat {
  return {
    format: format.format,
    async verify(statement, binding, context) {
      const finding = await format.verify(statement, binding, context);
      return finding.custody === 3 && isUncapped(finding, format.format, context)
        ? raised(finding, context.at, table)
        : finding;
    },
  };
}

/** By its cap for this very format: for another one it may count more. What is not found there raises nothing. */
function isUncapped({ root }: EvidenceFinding, format: string, context: EvidenceContext): boolean {
  if (root === undefined) return false;
  const { hash } = root;
  const isIt = ({ certificate }: EvidenceRoot) => equalBytes(context.hash.sha256(certificate.der), hash);
  const found = rootsFor(context, format).filter(isIt);
  return found.length > 0 && found.every(({ cap }) => cap === 4);
}

function raised(finding: EvidenceFinding, at: Date, table: readonly Certification[]): EvidenceFinding {
  const row = finding.hardware && certificationOf(finding.hardware, at, table);
  if (row === undefined) return finding;
  const { scheme, certificate, level } = row;
  return { ...finding, custody: 4, details: [...finding.details, ["certified", `${scheme} ${level}, ${certificate}`]] };
}

function isWithin({ validFrom, validTo }: Certification, at: Date): boolean {
  return at.getTime() >= validFrom.getTime() && (validTo === undefined || at.getTime() < validTo.getTime());
}
