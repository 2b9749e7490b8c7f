// SPDX-License-Identifier: Apache-2.0

// Judge says what Go, which never heard of Natalis, makes of a log (golang.org/x/mod/sumdb, the code of Go's checksum
// database) and of certificates (crypto/x509). It prints JSON; where it refuses it says why and exits with 1, where it
// was asked wrongly with 2.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var commands = map[string]struct {
	words int
	run   func(words []string) (any, error)
}{
	"checkpoint": {2, func(words []string) (any, error) { return judgeCheckpoint(words[0], words[1]) }},
	"receipt":    {3, func(words []string) (any, error) { return judgeReceipt(words[0], words[1], words[2]) }},
	"growth":     {1, func(words []string) (any, error) { return judgeGrowth(words[0]) }},
	"log":        {3, func(words []string) (any, error) { return judgeLog(words[0], words[1], words[2]) }},
	"whole":      {3, func(words []string) (any, error) { return judgeWhole(words[0], words[1], words[2]) }},
	"path":       {3, func(words []string) (any, error) { return judgePath(words[0], words[1], words[2]) }},
}

func main() {
	if len(os.Args) < 2 {
		end(2, "no command")
	}
	command, known := commands[os.Args[1]]
	words := os.Args[2:]
	if !known || len(words) != command.words {
		end(2, "no such command, or not its words")
	}
	answer, err := command.run(words)
	if err != nil {
		end(1, err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		end(2, err)
	}
}

func end(code int, why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(code)
}
