package hl7

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The integration engineer's page names every trigger, and every reason for refusing with
// the answer it gets.
func TestPageNamesEveryTriggerAndReason(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "hl7.md"))
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(page), "## What each trigger does")
	table, _, _ = strings.Cut(table, "Every other message type")
	_, rows, _ := strings.Cut(table, "|---|")
	named := map[string]bool{}
	for _, trigger := range regexp.MustCompile(`\bA\d\d\b`).FindAllString(rows, -1) {
		named[trigger] = true
		assert.True(t, rules[trigger] != nil || unaffecting[trigger], "%s is on the page and not read", trigger)
	}
	for trigger := range rules {
		assert.True(t, named[trigger], "%s is not on the page", trigger)
	}
	for trigger := range unaffecting {
		assert.True(t, named[trigger], "%s is not on the page", trigger)
	}

	_, refusals, _ := strings.Cut(string(page), "## Refusals and what to do")
	answers := map[Code]string{}
	for row := range strings.SplitSeq(refusals, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 3 {
			continue
		}
		for _, code := range regexp.MustCompile("`([a-z_0-9]+)`").FindAllStringSubmatch(cells[1], -1) {
			answers[Code(code[1])] = strings.TrimSpace(cells[2])
		}
	}
	for code, c := range conditions {
		want := "AE"
		if c.reject {
			want = "AR"
		}
		assert.Equal(t, want, strings.TrimSuffix(answers[code], ", closed"), "%s", code)
	}
	assert.Len(t, answers, len(conditions))
}
