package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var covered = regexp.MustCompile("(?m)^\\| ([^|]+) \\| `(/[^`]*)` \\| ([^|]+) \\|$")

// TestWhatIsCoveredCanBeSeen opens every page of docs/coverage.md in the demonstration, and
// looks for the words that are said to stand there.
func TestWhatIsCoveredCanBeSeen(t *testing.T) {
	looksOnly(t)
	rows := covered.FindAllStringSubmatch(readDocs(t, "coverage.md"), -1)
	require.Len(t, rows, strings.Count(readDocs(t, "coverage.md"), "\n| ")-1, "a row that is no row")
	ctx := tab(t, 1920, 1080)
	c := startChild(t, "demo", "--data", t.TempDir(), "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--nats", "127.0.0.1:0")
	for _, row := range rows {
		t.Run(row[1], func(t *testing.T) {
			require.NoError(t, browser.Do(ctx, browser.Navigate(strings.TrimSuffix(c.wall, "/")+row[2])))
			becomes(t, ctx, 20*time.Second, live)
			becomes(t, ctx, 20*time.Second, `document.body.innerText.toLowerCase().includes(`+quoted(strings.ToLower(row[3]))+`)`)
			title, err := browser.Run(ctx, browser.Evaluate[string]("document.querySelector('h1').innerText"))
			require.NoError(t, err)
			assert.NotContains(t, title, "No such")
		})
	}
	c.stop(t)
}
