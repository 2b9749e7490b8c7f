// SPDX-License-Identifier: Apache-2.0
// Prepares birth certificates: checks the facts, fills the template of their shape, holds the bytes against the rules.
// What comes out is a token that can be signed once.

import { algorithmOfPublicKey } from "../formats/index.ts";
import type { Authority } from "./authority.ts";
import { type BirthCertificateInput, checkBirthCertificateFacts } from "./birth-certificate.ts";
import { BirthTemplate, shapeOf } from "./birth-template.ts";
import type { PreparedCertificate } from "./prepared.ts";
import type { Profile } from "./profile.ts";
import { wholeSecond } from "./validity.ts";

/** Shapes kept per authority and profile: models times lengths of serial numbers, as a rule a handful. */
const maximumShapes = 256;

type Shapes = Map<string, BirthTemplate>;

const templates = new WeakMap<Authority, WeakMap<Profile, Shapes>>();

/** @throws NAT_ISSUE_FACTS, NAT_ISSUE_LINT, NAT_ALGORITHM_UNKNOWN */
export function prepareCertificate(input: BirthCertificateInput): PreparedCertificate {
  checkBirthCertificateFacts(input);
  return templateOf(input).prepare(input);
}

function templateOf(input: BirthCertificateInput): BirthTemplate {
  const algorithm = algorithmOfPublicKey(input.facts.publicKey);
  const shapes = shapesOf(input);
  const shape = shapeOf(input.facts, algorithm);
  const known = shapes.get(shape);
  if (known?.bornAt === wholeSecond(input.facts.bornAt).getTime()) return known;
  if (shapes.size >= maximumShapes) shapes.clear();
  const template = new BirthTemplate(input, algorithm);
  shapes.set(shape, template);
  return template;
}

function shapesOf({ authority, profile }: BirthCertificateInput): Shapes {
  const byProfile = keptFor(authority, templates, () => new WeakMap<Profile, Shapes>());
  return keptFor(profile, byProfile, () => new Map());
}

function keptFor<Key extends WeakKey, Kept>(key: Key, all: WeakMap<Key, Kept>, make: () => Kept): Kept {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}
