// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// judgeReceipt checks a proof of C2SP tlog-proof for the entry in a file.
func judgeReceipt(key, entryFile, proofFile string) (any, error) {
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(proofFile)
	if err != nil {
		return nil, err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return nil, errors.New("not a log proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return nil, err
	}
	proof, err := parseHashes(lines[2:])
	if err != nil {
		return nil, err
	}
	stated, err := openCheckpoint(key, signed)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= stated.Size {
		return nil, errors.New("an index outside the tree")
	}
	if err := tlog.CheckRecord(proof, stated.tree.N, stated.tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return nil, err
	}
	return map[string]int64{"index": index, "size": stated.Size}, nil
}

// growth is the claim that one tree goes on from another.
type growth struct {
	OldSize int64    `json:"oldSize"`
	OldRoot string   `json:"oldRoot"`
	NewSize int64    `json:"newSize"`
	NewRoot string   `json:"newRoot"`
	Proof   []string `json:"proof"`
}

func judgeGrowth(file string) (any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var claim growth
	if err := json.Unmarshal(text, &claim); err != nil {
		return nil, err
	}
	roots, err := parseHashes([]string{claim.OldRoot, claim.NewRoot})
	if err != nil {
		return nil, err
	}
	proof, err := parseHashes(claim.Proof)
	if err != nil {
		return nil, err
	}
	return claim, tlog.CheckTree(proof, claim.NewSize, roots[1], claim.OldSize, roots[0])
}
