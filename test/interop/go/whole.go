// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// whole is what an auditor found that took nothing of a log but its entries and computed all the rest anew.
type whole struct {
	Checkpoint *checkpoint `json:"checkpoint"`
	Entries    int64       `json:"entries"`
	Tiles      int         `json:"tiles"`
}

// stored holds the hashes of a tree in the order in which Go's checksum database stores them.
type stored []tlog.Hash

func (hashes stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := []tlog.Hash{}
	for _, index := range indexes {
		if index < 0 || index >= int64(len(hashes)) {
			return nil, errors.New("no such hash")
		}
		found = append(found, hashes[index])
	}
	return found, nil
}

// judgeWhole reads every entry, computes the tree from them alone, and wants its root in the present checkpoint, every
// tile to be as the log serves it, every entry to be included, and the tree to go on from an older checkpoint.
func judgeWhole(key, url, olderFile string) (any, error) {
	older, err := judgeCheckpoint(key, olderFile)
	if err != nil {
		return nil, err
	}
	text, err := get(url + "/checkpoint")
	if err != nil {
		return nil, err
	}
	present, err := openCheckpoint(key, string(text))
	if err != nil {
		return nil, err
	}
	tree := present.tree
	entries := [][]byte{}
	hashes := stored{}
	err = eachEntry(url, tree.N, func(index int64, entry []byte) error {
		more, err := tlog.StoredHashes(index, entry, hashes)
		hashes = append(hashes, more...)
		entries = append(entries, entry)
		return err
	})
	if err != nil {
		return nil, err
	}
	if root, err := tlog.TreeHash(tree.N, hashes); err != nil || root != tree.Hash {
		return nil, errors.New("the checkpoint is not of these entries")
	}
	for index, entry := range entries {
		if _, err := proveEntry(tree, int64(index), entry, hashes); err != nil {
			return nil, err
		}
	}
	proof, err := tlog.ProveTree(tree.N, older.tree.N, hashes)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.tree.N, older.tree.Hash); err != nil {
		return nil, err
	}
	tiles, err := judgeTiles(url, tree.N, hashes)
	return &whole{present, int64(len(entries)), tiles}, err
}

func judgeTiles(url string, size int64, hashes tlog.HashReader) (int, error) {
	tiles := tlog.NewTiles(tileHeight, 0, size)
	for _, tile := range tiles {
		computed, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return 0, err
		}
		served, err := get(url + "/" + pathOf(tile))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(computed, served) {
			return 0, fmt.Errorf("%s is not of these entries", pathOf(tile))
		}
	}
	return len(tiles), nil
}
