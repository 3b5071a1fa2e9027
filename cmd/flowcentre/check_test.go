package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each file in testdata says in its name whether it is sound; beside it lies what
// check answers.
func TestCheckAnswers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*.yml")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, ".layout.yml") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			var out, diagnostics bytes.Buffer
			exit := checkCommand(t.Context(), []string{file}, &out, &diagnostics)
			if strings.HasSuffix(file, ".good.yml") {
				assert.Equal(t, 0, exit)
			} else {
				assert.Equal(t, 1, exit)
			}
			assert.Empty(t, diagnostics.String())
			golden := strings.TrimSuffix(file, ".yml") + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), out.String())
		})
	}
}

func TestCheckIsUsedWrongly(t *testing.T) {
	for _, args := range [][]string{nil, {"a", "b"}, {"-x"}} {
		var out, diagnostics bytes.Buffer
		assert.Equal(t, 2, checkCommand(t.Context(), args, &out, &diagnostics), "%v", args)
		assert.Contains(t, diagnostics.String(), "flowcentre check FILE")
		assert.Empty(t, out.String())
	}
}

func TestCheckOfNoFile(t *testing.T) {
	var out, diagnostics bytes.Buffer
	assert.Equal(t, 1, checkCommand(t.Context(), []string{"testdata/none.yml"}, &out, &diagnostics))
	assert.Contains(t, out.String(), "testdata/none.yml:1:1: the file cannot be read")
}
