// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/base64"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is what a signed note of C2SP tlog-checkpoint states, and whose signatures it bears.
type checkpoint struct {
	Origin  string   `json:"origin"`
	Size    int64    `json:"size"`
	Root    []byte   `json:"root"`
	Signed  []string `json:"signed"`
	Unknown []string `json:"unknown"`
	tree    tlog.Tree
}

func judgeCheckpoint(key, file string) (*checkpoint, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return openCheckpoint(key, string(text))
}

// openCheckpoint wants a valid signature of the one key that it is given.
func openCheckpoint(key, text string) (*checkpoint, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	stated, err := parseCheckpoint(opened.Text)
	if err != nil {
		return nil, err
	}
	if stated.Origin != verifier.Name() {
		return nil, errors.New("the origin is not the key's name")
	}
	stated.Signed = names(opened.Sigs)
	stated.Unknown = names(opened.UnverifiedSigs)
	return stated, nil
}

// parseCheckpoint does what tlog.ParseTree does, which knows but one origin.
func parseCheckpoint(text string) (*checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return nil, errors.New("not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || lines[1] != strconv.FormatInt(size, 10) {
		return nil, errors.New("not a size")
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil {
		return nil, err
	}
	tree := tlog.Tree{N: size, Hash: hash}
	return &checkpoint{Origin: lines[0], Size: size, Root: hash[:], tree: tree}, nil
}

func names(signatures []note.Signature) []string {
	found := []string{}
	for _, signature := range signatures {
		found = append(found, signature.Name)
	}
	return found
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func formatHashes(hashes []tlog.Hash) []string {
	lines := []string{}
	for _, hash := range hashes {
		lines = append(lines, base64.StdEncoding.EncodeToString(hash[:]))
	}
	return lines
}
