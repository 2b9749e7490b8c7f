// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
)

// identity is what a TLS server written in Go knows of a client whose certificate it has verified.
type identity struct {
	Subject   string   `json:"subject"`
	Serial    string   `json:"serial"`
	URIs      []string `json:"uris"`
	Policies  []string `json:"policies"`
	Lists     []string `json:"lists"`
	Issuers   []string `json:"issuers"`
	Algorithm string   `json:"algorithm"`
	NotAfter  int      `json:"notAfter"`
	Path      int      `json:"path"`
	Revoked   bool     `json:"revoked"`
}

// judgePath verifies the first certificate of a file, a TLS client's, up to a root, and looks for it on a list.
func judgePath(rootFile, chainFile, listFile string) (*identity, error) {
	roots, err := readCertificates(rootFile)
	if err != nil {
		return nil, err
	}
	chain, err := readCertificates(chainFile)
	if err != nil {
		return nil, err
	}
	if len(chain) < 2 {
		return nil, errors.New("no chain")
	}
	leaf, issuer := chain[0], chain[1]
	options := x509.VerifyOptions{
		Roots:         poolOf(roots),
		Intermediates: poolOf(chain[1:]),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	paths, err := leaf.Verify(options)
	if err != nil {
		return nil, err
	}
	revoked, err := isListed(leaf, issuer, listFile)
	if err != nil {
		return nil, err
	}
	return &identity{
		Subject:   leaf.Subject.String(),
		Serial:    hex.EncodeToString(leaf.SerialNumber.Bytes()),
		URIs:      texts(leaf.URIs),
		Policies:  texts(leaf.PolicyIdentifiers),
		Lists:     leaf.CRLDistributionPoints,
		Issuers:   leaf.IssuingCertificateURL,
		Algorithm: leaf.PublicKeyAlgorithm.String(),
		NotAfter:  leaf.NotAfter.Year(),
		Path:      len(paths[0]),
		Revoked:   revoked,
	}, nil
}

func isListed(leaf, issuer *x509.Certificate, file string) (bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return false, errors.New("no list")
	}
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		return false, err
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return false, err
	}
	for _, entry := range list.RevokedCertificates {
		if entry.SerialNumber.Cmp(leaf.SerialNumber) == 0 {
			return true, nil
		}
	}
	return false, nil
}

func readCertificates(file string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	certificates := []*x509.Certificate{}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		certificates = append(certificates, certificate)
	}
	return certificates, nil
}

func poolOf(certificates []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool
}

func texts[Value interface{ String() string }](values []Value) []string {
	found := []string{}
	for _, value := range values {
		found = append(found, value.String())
	}
	return found
}
