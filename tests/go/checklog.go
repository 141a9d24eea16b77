// Checklog checks the transparency log of a built site with the packages of Go's checksum database,
// golang.org/x/mod/sumdb/note and tlog, which share no code with the program that wrote it.
//
// Usage:
//
//	checklog SITE VKEY
//
// It checks the signature of SITE/log/checkpoint, recomputes the tree from the entry bundles, compares every tile file
// with it (the partial ones that earlier sizes left behind too), and makes and checks inclusion and consistency proofs
// through tlog.TileHashReader. On success it prints "ok SIZE".
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	log.SetFlags(0)
	log.SetPrefix("checklog: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: checklog SITE VKEY")
	}
	dir := filepath.Join(os.Args[1], "log")
	tree := openCheckpoint(dir, os.Args[2])
	hashes := recompute(dir, tree.N)
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err)
	if tree.N > 0 && root != tree.Hash {
		log.Fatalf("the entries have the root %v, the checkpoint says %v", root, tree.Hash)
	}
	compareTiles(dir, tree.N, hashes)
	checkProofs(tree, hashes, tlog.TileHashReader(tree, tiles(dir)))
	fmt.Println("ok", tree.N)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func read(dir, path string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	check(err)
	return data
}

// openCheckpoint verifies the checkpoint's signature and returns the tree it describes.
func openCheckpoint(dir, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open(read(dir, "checkpoint"), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		log.Fatalf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

// path maps a tile of the checksum database, tile/8/L/NNN or tile/8/data/NNN, to its name in a C2SP log.
func path(t tlog.Tile) string {
	rest := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(rest, "data/", "entries/", 1)
}

// stored keeps all hashes of a tree in memory.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not in the log", x)
		}
		list[i] = s[x]
	}
	return list, nil
}

// recompute hashes every entry of the log.
func recompute(dir string, size int64) stored {
	var hashes stored
	for n := int64(0); n < size; n += 1 << height {
		width := size - n
		if width > 1<<height {
			width = 1 << height
		}
		for i, entry := range entries(dir, tlog.Tile{H: height, L: -1, N: n >> height, W: int(width)}) {
			added, err := tlog.StoredHashes(n+int64(i), entry, hashes)
			check(err)
			hashes = append(hashes, added...)
		}
	}
	return hashes
}

// entries reads the bundle of a tile of level -1: as many entries as the tile is wide.
func entries(dir string, tile tlog.Tile) [][]byte {
	var list [][]byte
	bundle := read(dir, path(tile))
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			log.Fatalf("%s is cut short", path(tile))
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		list, bundle = append(list, bundle[2:end]), bundle[end:]
	}
	if len(list) != tile.W {
		log.Fatalf("%s has %d entries", path(tile), len(list))
	}
	return list
}

// compareTiles checks that all tiles which the size demands are there, and that every tile and bundle is right.
func compareTiles(dir string, size int64, hashes stored) {
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if tile.W == 1<<height || int64(tile.W) == (size>>uint(height*tile.L))&(1<<height-1) {
			read(dir, path(tile))
		}
	}
	check(filepath.WalkDir(filepath.Join(dir, "tile"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(filepath.Join(dir, "tile"), name)
		check(err)
		level := strings.Replace(filepath.ToSlash(rel), "entries/", "data/", 1)
		tile, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", height, level))
		check(err)
		hashed, found := tile, []byte(nil)
		if tile.L >= 0 {
			found = read(dir, path(tile))
		} else {
			hashed.L = 0
			for _, entry := range entries(dir, tile) {
				hash := tlog.RecordHash(entry)
				found = append(found, hash[:]...)
			}
		}
		if want, err := tlog.ReadTileData(hashed, hashes); err != nil || !bytes.Equal(want, found) {
			log.Fatalf("%s does not have the hashes of the log", path(tile))
		}
		return nil
	}))
}

// checkProofs makes proofs for a sample of entries and sizes from tiles alone, and checks them.
func checkProofs(tree tlog.Tree, hashes stored, reader tlog.HashReader) {
	step := tree.N/50 + 1
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, hashes[tlog.StoredHashIndex(0, n)]))
		old, err := tlog.TreeHash(n+1, hashes)
		check(err)
		growth, err := tlog.ProveTree(tree.N, n+1, reader)
		check(err)
		check(tlog.CheckTree(growth, tree.N, tree.Hash, n+1, old))
	}
}

// tiles reads the tiles of a log from its directory.
type tiles string

func (dir tiles) Height() int { return height }

func (dir tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(list))
	for i, tile := range list {
		data[i] = read(string(dir), path(tile))
	}
	return data, nil
}

func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}
