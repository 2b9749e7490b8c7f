#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A device's three acts against a real registrar, with nothing but curl and openssl: be born, answer a challenge, seal
# data. What it does not check is the receipt of its birth, which `natalis/device` does.
# sh examples/device.sh <registrar https address> <trust file> <station token file> [product]
# Bytes are text in hexadecimal until they leave. CBOR is RFC 8949, COSE_Sign1 RFC 9052, x5t and x5chain RFC 9360.
set -eu
umask 077
url=$1 trust=$2 token=$3 product=${4:-default}
audience=example
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# --- bytes ---
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() {
  printf '%b' "$(printf '%s\n' "$1" | awk '{
    for (i = 1; i < length($0); i += 2) printf "\\0%03o", 16 * digit(substr($0, i, 1)) + digit(substr($0, i + 1, 1))
  } function digit(c) { return index("123456789abcdef", c) }')"
}
sha256() { unhex "$1" | openssl dgst -sha256 -binary | hex; }
unbase64() { openssl base64 -d -A | hex; }

# --- CBOR: the shortest head of a major type, then what follows it ---
cbor_head() {
  if [ "$2" -lt 24 ]; then printf '%02x' $(($1 << 5 | $2))
  elif [ "$2" -lt 256 ]; then printf '%02x%02x' $(($1 << 5 | 24)) "$2"
  elif [ "$2" -lt 65536 ]; then printf '%02x%04x' $(($1 << 5 | 25)) "$2"
  elif [ "$2" -lt 4294967296 ]; then printf '%02x%08x' $(($1 << 5 | 26)) "$2"
  else printf '%02x%016x' $(($1 << 5 | 27)) "$2"; fi
}
cbor_uint() { cbor_head 0 "$1"; }
cbor_bytes() { cbor_head 2 $((${#1} / 2)) && printf '%s' "$1"; }
cbor_text() { cbor_head 3 "$(printf '%s' "$1" | wc -c)" && printf '%s' "$1" | hex; }
cbor_float64() {
  awk -v value="$1" 'BEGIN {
    sign = value < 0; v = sign ? -value : value + 0; e = 0
    while (v >= 2) { v /= 2; e++ }
    while (v > 0 && v < 1) { v *= 2; e-- }
    m = v > 0 ? (v - 1) * 1048576 : 0; printf "fb%03x%05x", sign * 2048 + (v > 0 ? e + 1023 : 0), int(m)
    m = (m - int(m)) * 65536; printf "%04x", int(m); printf "%04x", (m - int(m)) * 65536
  }'
}

# --- COSE_Sign1, tag 18: to_be_signed <typ> <payload>, then sign1 <typ> <payload> ---
protected() { printf 'a30126%s' "10$(cbor_text "$1")1822822f$(cbor_bytes "$x5t")"; } # ES256, typ, x5t by SHA-256
to_be_signed() { printf '84%s40%s' "$(cbor_text Signature1)$(cbor_bytes "$(protected "$1")")" "$(cbor_bytes "$2")"; }
sign1() {
  # openssl signs in DER; COSE wants the two integers side by side, 32 bytes each.
  signature=$(unhex "$(to_be_signed "$1" "$2")" | openssl dgst -sha256 -sign example.key |
    openssl asn1parse -inform DER | awk -F: '/INTEGER/ { printf "%64s", $NF }' | tr ' ABCDEF' '0abcdef')
  [ ${#signature} -eq 128 ] || { echo "no signature" >&2 && exit 1; }
  printf 'd284%s' "$(cbor_bytes "$(protected "$1")")a11821$x5chain$(cbor_bytes "$2")$(cbor_bytes "$signature")"
}

# --- the registrar: JSON in and out, over TLS that trusts the trust file's roots and nothing else ---
post() { # <path> <more words for curl>, body on standard input
  path=$1 && shift
  answer=$(curl -sS --fail-with-body --proto =https --cacert "$work/root.pem" "$@" \
    -H 'Content-Type: application/json' --data-binary @- "$url$path") || { printf '%s\n' "$answer" >&2 && exit 1; }
  printf '%s\n' "$answer"
}
member() { printf '%s\n' "$1" | sed -n "s/.*\"$2\":\"\\([^\"]*\\)\".*/\\1/p"; }
tr ',[' '\n\n' <"$trust" | sed -n 's/.*\(-----BEGIN CERTIFICATE-----[^"]*\)".*/\1/p' >"$work/roots"
printf '%b' "$(cat "$work/roots")" >"$work/root.pem"

# 1. Be born: with the same key and the same facts again, the same papers come. The token stands on no command line.
[ -e example.key ] || openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out example.key
openssl pkey -in example.key -pubout -out "$work/public.pem"
key_hash=$(openssl pkey -pubin -in "$work/public.pem" -outform DER | openssl dgst -sha256 -binary | hex)
serial=EXAMPLE-$(printf '%.16s' "$key_hash")
openssl req -new -key example.key -subj "/serialNumber=$serial" -outform DER -out "$work/request"
printf 'Authorization: Bearer %s\n' "$(cat "$token")" >"$work/authorization"
born=$(printf '{"product":"%s","model":"example","serial":"%s","facility":"this machine","request":"%s"}' \
  "$product" "$serial" "$(openssl base64 -A -in "$work/request")" | post /births -H @"$work/authorization")
printf '%b' "$(member "$born" certificate)" >example.pem
printf '%b' "$(printf '%s\n' "$born" | sed 's/.*"chain":\["\([^]]*\)"\].*/\1/; s/","//g')" >"$work/chain.pem"
openssl verify -no-CApath -no-CAstore -CAfile "$work/root.pem" -untrusted "$work/chain.pem" example.pem >"$work/path"
openssl x509 -in example.pem -noout -pubkey | cmp - "$work/public.pem"
x5t=$(openssl x509 -in example.pem -outform DER | openssl dgst -sha256 -binary | hex)
awk '/^-----BEGIN/ { der = ""; next } /^-----END/ { print der; next } { der = der $0 }' example.pem "$work/chain.pem" >"$work/ders"
x5chain=$(cbor_head 4 "$(wc -l <"$work/ders")")$(while read -r der; do
  cbor_bytes "$(printf '%s' "$der" | unbase64)"
done <"$work/ders")
device=$(member "$born" device)
echo "born: $device"

# 2. Answer a challenge, if it is meant for the party that this device means to talk to.
asked=$(printf '{"audience":"%s"}' "$audience" | post /challenges)
[ "$(member "$asked" audience)" = "$audience" ]
nonce=$(member "$asked" nonce | unbase64)
payload=a301$(cbor_bytes "$nonce")02$(cbor_text "$audience")03$(cbor_uint "$(date +%s)000")
unhex "$(sign1 application/vnd.natalis.answer+cose "$payload")" >"$work/answer"
printf '{"answer":"%s","audience":"%s"}' "$(openssl base64 -A -in "$work/answer")" "$audience" | post /authentications

# 3. Seal a reading. A leaf is the hash of a record, and the root over one leaf is that leaf.
reading=21.5
now=$(date -u '+%s %Y-%m-%dT%H:%M:%SZ')
time=${now% *}000000
leaf=$(sha256 "0084$(cbor_uint "$time")$(cbor_text temperature)$(cbor_text Cel)$(cbor_float64 "$reading")")
# The sequence number goes on where the last seal ended, whose hash comes along: no two seals may share a number.
first=0 previous=''
[ ! -e example.seal-state ] || read -r first previous <example.seal-state
# The log as the receipt shows it: the seal was made after that.
printf '%b' "$(member "$born" receipt)" | sed '1,/^$/d' >"$work/checkpoint"
size=$(sed -n 2p "$work/checkpoint")
root=$(sed -n 3p "$work/checkpoint" | unbase64)
[ "$first" = 0 ] && payload=a9 || payload=aa
payload=${payload}01$(cbor_bytes "$(printf '%s' "$device" | tr -d -)")020003$(cbor_uint "$first")0401
payload=${payload}05$(cbor_uint "$time")06$(cbor_uint "$time")07$(cbor_bytes "$leaf")
[ "$first" = 0 ] || payload=${payload}08$(cbor_bytes "$previous")
payload=${payload}09$(cbor_text natalis-record-1)0a82$(cbor_uint "$size")$(cbor_bytes "$root")
unhex "$(sign1 application/vnd.natalis.seal+cose "$payload")" >"$work/seal"
# The state before the seal: a cut between the two loses a seal, the other order would give a number twice.
echo "$((first + 1)) $(sha256 "$(to_be_signed application/vnd.natalis.seal+cose "$payload")")" >"$work/state"
mv "$work/state" example.seal-state
cat "$work/seal" >>example.seals
unhex "$leaf" >>example.leaves
[ -e example.csv ] || echo timestamp,name,unit,value >example.csv
echo "${now#* },temperature,Cel,$reading" >>example.csv
echo "sealed: example.seals, $(wc -c <"$work/seal") bytes"
