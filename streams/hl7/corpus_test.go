package hl7

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outcomes says in a line what every message of a body comes to.
func outcomes(t *testing.T, body []byte) string {
	var all []string
	for message := range Split(body) {
		r := Map(message, &Settings{TimeZone: london(t)}, arrival)
		checkValid(t, r)
		switch {
		case r.Refusal != nil:
			all = append(all, "refused "+string(r.Refusal.Code))
		case r.Ignored != "":
			all = append(all, "ignored "+r.Ignored)
		default:
			all = append(all, r.Event.Kind.String())
		}
		if r.TimeFellBack {
			all[len(all)-1] += " (time fell back)"
		}
		if r.UnknownCharset {
			all[len(all)-1] += " (unknown charset)"
		}
	}
	return strings.Join(all, ", ")
}

// TestCorpus compares what becomes of every file with a golden list. After a change of
// meaning, look at each difference and run the test with -update.
func TestCorpus(t *testing.T) {
	for name, folder := range map[string]func(testing.TB) string{
		"handwritten": func(testing.TB) string { return filepath.Join("testdata", "handwritten") },
		"corpus":      corpus,
	} {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", name+".golden")
			got := listing(t, folder(t))
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

func listing(t *testing.T, folder string) string {
	var list []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(folder, path)
		if err != nil || d.IsDir() || name == "README.md" || strings.HasPrefix(name, "stream") {
			return err
		}
		body, err := os.ReadFile(path)
		list = append(list, fmt.Sprintf("%s: %s\n", filepath.ToSlash(name), outcomes(t, body)))
		return err
	}))
	slices.Sort(list)
	return strings.Join(list, "")
}
