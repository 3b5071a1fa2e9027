package docs

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// TestTheRunbookHasEveryContradiction: with its grace, and the role that it is for.
func TestTheRunbookHasEveryContradiction(t *testing.T) {
	page, err := os.ReadFile("runbook.md")
	require.NoError(t, err)
	for _, k := range flow.ContradictionKinds() {
		require.Contains(t, string(page), fmt.Sprintf("| `%s` | %d min | `%s` |", k.Kind, int(k.Grace.Minutes()), k.Owner))
	}
}
