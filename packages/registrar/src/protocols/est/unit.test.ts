// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { generateKey } from "@natalis/node";
import type { Principal } from "natalis/birth";
import {
  algorithms,
  assembleSigned,
  encodeCertificationRequestInfo,
  encodeName,
  oids,
  parseCertificationRequest,
} from "natalis/formats";
import { type Profile, parseProfile } from "natalis/issue";
import { birthInputOf, isModelFixed, labelledProfile, profileFor, type Profiles } from "./unit.ts";

const { signer } = generateKey(algorithms.ES256);
const station: Principal = { id: "station-1", name: "Plant 7", role: "station", products: ["meter"] };

function profileOf(product: string, models?: readonly string[]): Profile {
  return parseProfile({
    product,
    version: 1,
    maker: "Example Makers",
    ...(models && { models }),
    productNumber: 1,
    algorithms: ["ES256"],
    notAfter: "none",
    minimumCustody: 0,
    admission: { kind: "open" },
  });
}

function profilesOf(...products: string[]): Profiles {
  return new Map(products.map((product) => [product, profileOf(product)]));
}

function requestOf(...attributes: readonly (readonly [oid: string, value: string])[]) {
  const subject = encodeName(attributes.map(([oid, value]) => ({ oid, value })));
  const info = encodeCertificationRequestInfo({ subject, publicKey: signer.publicKey });
  return parseCertificationRequest(assembleSigned(info, signer.algorithm.signatureIdentifier, new Uint8Array(70)));
}

const serial = [oids.serialNumber, "SN-1"] as const;
const model = [oids.organizationalUnitName, "M-1"] as const;
const other = [oids.organizationalUnitName, "M-2"] as const;

describe("the product line", () => {
  const isRefused = { code: "NAT_EST_LABEL" };

  test("is the one that the label names", () => {
    const profiles = profilesOf("meter", "valve");
    assert.equal(labelledProfile("valve", profiles).product, "valve");
    assert.equal(profileFor("meter", profiles, station).product, "meter");
    assert.throws(() => profileFor("pump", profiles, station), isRefused);
    assert.throws(() => labelledProfile("", profiles), isRefused);
  });

  test("of another station is refused as one that is not there", () => {
    const refusalOf = (profiles: Profiles) => {
      try {
        return profileFor("valve", profiles, station).product;
      } catch (error) {
        return String(error);
      }
    };
    assert.match(refusalOf(profilesOf("meter", "valve")), /NAT_EST_LABEL/);
    assert.equal(refusalOf(profilesOf("meter", "valve")), refusalOf(profilesOf("meter")));
    const registrar = { ...station, role: "registrar", products: [] } as const;
    assert.equal(profileFor("valve", profilesOf("meter", "valve"), registrar).product, "valve");
  });

  test("is never an operation", () => {
    const profiles = profilesOf("cacerts", "simpleenroll");
    for (const label of profiles.keys()) assert.throws(() => labelledProfile(label, profiles), isRefused);
  });

  test("without a label is the station's only one", () => {
    assert.equal(profileFor(undefined, profilesOf("meter", "valve"), station).product, "meter");
    const both = { ...station, products: ["meter", "valve"] };
    assert.throws(() => profileFor(undefined, profilesOf("meter", "valve"), both), isRefused);
    assert.throws(() => profileFor(undefined, profilesOf("valve"), station), isRefused);
    assert.throws(() => profileFor(undefined, profilesOf(), station), isRefused);
  });

  test("without a label and for no station is the only one that there is", () => {
    const admin = { ...station, role: "admin", products: [] } as const;
    assert.equal(profileFor(undefined, profilesOf("meter"), admin).product, "meter");
    assert.throws(() => profileFor(undefined, profilesOf("meter", "valve"), admin), isRefused);
  });
});

describe("the unit", () => {
  const open = profileOf("meter");
  const fixed = profileOf("meter", ["M-1"]);
  const isRefused = { code: "NAT_EST_UNIT" };

  test("has its serial and model from the request, its facility from the station", () => {
    const request = requestOf([oids.commonName, "unit"], serial, model);
    assert.deepEqual(birthInputOf(request, open, station), {
      product: "meter",
      certificationRequest: request.der,
      model: "M-1",
      serial: "SN-1",
      facility: "Plant 7",
    });
  });

  test("need not name the only model, and may not name another", () => {
    assert.equal(isModelFixed(fixed), true);
    assert.equal(birthInputOf(requestOf(serial), fixed, station).model, "M-1");
    assert.equal(birthInputOf(requestOf(serial, model), fixed, station).model, "M-1");
    assert.throws(() => birthInputOf(requestOf(serial, other), fixed, station), isRefused);
    assert.throws(() => birthInputOf(requestOf(serial, model, other), fixed, station), isRefused);
  });

  test("must name its model where there are several, and its serial, each once", () => {
    assert.equal(isModelFixed(open) || isModelFixed(profileOf("meter", ["M-1", "M-2"])), false);
    for (const request of [requestOf(), requestOf(serial), requestOf(model), requestOf(serial, serial, model)])
      assert.throws(() => birthInputOf(request, open, station), isRefused);
    assert.throws(() => birthInputOf(requestOf(serial, model, other), open, station), isRefused);
    assert.throws(() => birthInputOf(requestOf(), fixed, station), isRefused);
  });
});
