package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayImport says which packages of the module each folder may import. The nearest
// folder named here decides. streams and dashboard never meet; the core knows neither.
var mayImport = map[string][]string{
	"capacity":       {},
	"flow":           {"capacity"},
	"flow/store":     {"capacity", "flow"},
	"flow/engine":    {"capacity", "flow", "flow/store"},
	"streams":        {"capacity", "flow", "streams/hl7", "streams/mllp"},
	"streams/hl7":    {"capacity", "flow"},
	"streams/mllp":   {"capacity", "flow", "streams/hl7"},
	"streams/county": {"capacity"},
	"dashboard":      {"capacity", "flow", "dashboard/web"},
	"dashboard/web":  {},
	"configs":        {},
	"docs":           {},
}

// TestImports holds the arrows of the architecture (docs/ARCHITECTURE.md).
func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "flowcentre/...").Output()
	require.NoError(t, err)
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		require.NoError(t, d.Decode(&p))
		folder := strings.TrimPrefix(p.ImportPath, "flowcentre/")
		if strings.HasPrefix(folder, "cmd/") || strings.HasPrefix(folder, "tmp/") {
			continue
		}
		allowed, known := mayImport[folder]
		require.True(t, known, "folder %s is not in mayImport: say what it may import", folder)
		seen++
		for _, i := range p.Imports {
			if inner, ok := strings.CutPrefix(i, "flowcentre/"); ok {
				require.True(t, slices.Contains(allowed, inner), "%s must not import %s", folder, inner)
			}
			if folder == "capacity" {
				require.NotContains(t, i, ".", "capacity imports the standard library only, not %s", i)
			}
		}
	}
	require.Equal(t, len(mayImport), seen, "mayImport names a folder that is gone")
}
