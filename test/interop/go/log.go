// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight  = 8
	bundleWidth = 1 << tileHeight
	longestTile = 1 << 25
)

// audit is what a monitor found that read a whole log: its present checkpoint, that it goes on from an older one, and
// that every entry of it is included. The proofs are Go's own, computed from the log's tiles.
type audit struct {
	Checkpoint *checkpoint         `json:"checkpoint"`
	Growth     []string            `json:"growth"`
	Inclusion  map[string][]string `json:"inclusion"`
	Tiles      int                 `json:"tiles"`
}

func judgeLog(key, url, olderFile string) (any, error) {
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
	mirror := &tileReader{url: url, saved: map[string][]byte{}}
	// Every hash that this reader hands out is proven to belong to the tree.
	hashes := tlog.TileHashReader(present.tree, mirror)
	proof, err := tlog.ProveTree(present.tree.N, older.tree.N, hashes)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckTree(proof, present.tree.N, present.tree.Hash, older.tree.N, older.tree.Hash); err != nil {
		return nil, err
	}
	inclusion, err := judgeEntries(url, present.tree, hashes)
	if err != nil {
		return nil, err
	}
	return &audit{present, formatHashes(proof), inclusion, len(mirror.saved)}, nil
}

func judgeEntries(url string, tree tlog.Tree, hashes tlog.HashReader) (map[string][]string, error) {
	inclusion := map[string][]string{}
	err := eachEntry(url, tree.N, func(index int64, entry []byte) error {
		proof, err := proveEntry(tree, index, entry, hashes)
		inclusion[fmt.Sprint(index)] = formatHashes(proof)
		return err
	})
	return inclusion, err
}

func proveEntry(tree tlog.Tree, index int64, entry []byte, hashes tlog.HashReader) (tlog.RecordProof, error) {
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return nil, fmt.Errorf("entry %d: %w", index, err)
	}
	return proof, nil
}

// eachEntry reads all entries in order, and ends with the first error.
func eachEntry(url string, size int64, judge func(index int64, entry []byte) error) error {
	for first := int64(0); first < size; first += bundleWidth {
		entries, err := readBundle(url, size, first)
		if err != nil {
			return err
		}
		for at, entry := range entries {
			if err := judge(first+int64(at), entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBundle reads the entry bundle that begins with entry first: C2SP tlog-tiles, a 16-bit length before each entry.
func readBundle(url string, size, first int64) ([][]byte, error) {
	width := size - first
	if width > bundleWidth {
		width = bundleWidth
	}
	tile := tlog.Tile{H: tileHeight, L: 0, N: first / bundleWidth, W: int(width)}
	bundle, err := get(url + "/" + strings.Replace(pathOf(tile), "tile/0/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	entries := [][]byte{}
	for len(bundle) >= 2 {
		length := 2 + int(binary.BigEndian.Uint16(bundle))
		if length > len(bundle) {
			return nil, errors.New("an entry that is cut off")
		}
		entries = append(entries, bundle[2:length])
		bundle = bundle[length:]
	}
	if len(bundle) != 0 || int64(len(entries)) != width {
		return nil, errors.New("not the entries of the bundle")
	}
	return entries, nil
}

// tileReader is a tlog.TileReader over HTTP.
type tileReader struct {
	url   string
	saved map[string][]byte
}

func (*tileReader) Height() int {
	return tileHeight
}

func (reader *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := [][]byte{}
	for _, tile := range tiles {
		data, saved := reader.saved[tile.Path()]
		if !saved {
			var err error
			if data, err = get(reader.url + "/" + pathOf(tile)); err != nil {
				return nil, err
			}
		}
		found = append(found, data)
	}
	return found, nil
}

func (reader *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for at, tile := range tiles {
		reader.saved[tile.Path()] = data[at]
	}
}

// pathOf is the tile's path in C2SP tlog-tiles, which has no height in it as that of the checksum database has.
func pathOf(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, longestTile))
}
