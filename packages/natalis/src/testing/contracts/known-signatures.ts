// SPDX-License-Identifier: Apache-2.0
// Published signatures for the contract of SignatureVerifier: ECDSA of RFC 6979 A.2.5 to A.2.7 ("sample", every digest
// of the table under every curve), Ed25519 and Ed448 of RFC 8032 sections 7.1 and 7.4.

import { encodeInteger, encodeSequence, signatureSchemeFor } from "../../formats/index.ts";
import { concatBytes, encodeUtf8, fromHex, type SignatureScheme } from "../../kernel/index.ts";

/** A signature that is valid. */
export interface KnownSignature {
  readonly scheme: SignatureScheme;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/** With the scheme that the identifier (DER, in hexadecimal) means under the key. */
export function knownSignature(
  identifier: string,
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): KnownSignature {
  const scheme = signatureSchemeFor(fromHex(identifier), publicKey) as SignatureScheme;
  return { scheme, publicKey, data, signature };
}

const ecdsaIdentifiers = {
  "SHA-1": "300906072a8648ce3d0401",
  "SHA-256": "300a06082a8648ce3d040302",
  "SHA-384": "300a06082a8648ce3d040303",
  "SHA-512": "300a06082a8648ce3d040304",
} as const;

/** SubjectPublicKeyInfo up to the point, the point, and r and s joined. */
interface EcdsaVectors {
  readonly prefix: string;
  readonly point: string;
  readonly signatures: Readonly<Record<keyof typeof ecdsaIdentifiers, string>>;
}

/** A.2.5. */
const p256: EcdsaVectors = {
  prefix: "3059301306072a8648ce3d020106082a8648ce3d030107034200",
  point:
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b2" +
    "0c2d7e9f5177a3c294d4462299",
  signatures: {
    "SHA-1":
      "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d326d7f147dac089441bb2e2fe8f7a3fa264b9c4750" +
      "98fdcf6e00d7c996e1b8b7eb",
    "SHA-256":
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900db" +
      "b9aff4064dc4ab2f843acda8",
    "SHA-384":
      "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef77194861f0491e6998b9455193e34e7b0d284ddd7149" +
      "a74b95b9261f13abde940954",
    "SHA-512":
      "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f002362ab1adbe2b8adf9cb9edab740ea6049c02811" +
      "4f2460f96554f61fae3302fe",
  },
};

/** A.2.6. */
const p384: EcdsaVectors = {
  prefix: "3076301006072a8648ce3d020106052b81040022036200",
  point:
    "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9" +
    "b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
  signatures: {
    "SHA-1":
      "ec748d839243d6fbef4fc5c4859a7dffd7f3abddf72014540c16d73309834fa37b9ba002899f6fda3a4a9386790d4eb2a3bcfa94" +
      "7beef4732bf247ac17f71676cb31a847b9ff0cbc9c9ed4c1a5b3facf26f49ca031d4857570ccb5ca4424a443",
    "SHA-256":
      "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cdf3aa443f" +
      "b107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0",
    "SHA-384":
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe4699ef4aeb" +
      "15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    "SHA-512":
      "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709512c8cce" +
      "ee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5",
  },
};

/** A.2.7. */
const p521: EcdsaVectors = {
  prefix: "30819b301006072a8648ce3d020106052b8104002303818600",
  point:
    "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38" +
    "ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db2574" +
    "1b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
  signatures: {
    "SHA-1":
      "00343b6ec45728975ea5cba6659bbb6062a5ff89eea58be3c80b619f322c87910fe092f7d45bb0f8eee01ed3f20babec079d202a" +
      "e677b243ab40b5431d497c55d75d00e7b0e675a9b24413d448b8cc119d2bf7b2d2df032741c096634d6d65d0dbe3d5694625fb9e" +
      "8104d3b842c1b0e2d0b98bea19341e8676aef66ae4eba3d5475d5d16",
    "SHA-256":
      "01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564d67f61c6f14" +
      "d527d54972810421e7d87589e1a7004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b" +
      "1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc",
    "SHA-384":
      "01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054ba40cc0b8d3f" +
      "f035b12ae75168397f5d50c6745101f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85d" +
      "c394a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61",
    "SHA-512":
      "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4" +
      "e8455cc91f9b15bf05ec36e377fa00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e" +
      "5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
  },
};

/** Section 7.1, test 2. */
const ed25519 = knownSignature(
  "300506032b6570",
  fromHex("302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
  fromHex("72"),
  fromHex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ),
);

/** Section 7.4, "1 octet". */
const ed448 = knownSignature(
  "300506032b6571",
  fromHex(
    "3043300506032b6571033a00" +
      "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
  ),
  fromHex("03"),
  fromHex(
    "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037" +
      "ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adaf" +
      "d1d234441cf807c03a00",
  ),
);

export const publishedSignatures = {
  p256: ecdsaSignatures(p256),
  p384: ecdsaSignatures(p384),
  p521: ecdsaSignatures(p521),
  ed25519,
  ed448,
};

function ecdsaSignatures({ prefix, point, signatures }: EcdsaVectors): KnownSignature[] {
  const publicKey = concatBytes(fromHex(prefix), fromHex(point));
  const digests = Object.keys(signatures) as (keyof typeof signatures)[];
  return digests.map((digest) =>
    knownSignature(ecdsaIdentifiers[digest], publicKey, encodeUtf8("sample"), ecdsaValue(signatures[digest])),
  );
}

/** Ecdsa-Sig-Value (RFC 3279 2.2.3). */
function ecdsaValue(joined: string): Uint8Array {
  const middle = joined.length / 2;
  const [r, s] = [joined.slice(0, middle), joined.slice(middle)];
  return encodeSequence(encodeInteger(BigInt(`0x${r}`)), encodeInteger(BigInt(`0x${s}`)));
}
