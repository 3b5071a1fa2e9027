package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// pages are the texts of every Markdown file, by its path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (strings.HasPrefix(name, ".") && name != ".." || name == "tmp" || name == "bin" || name == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".md") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page, err := filepath.Rel(root, path)
		all[page] = string(text)
		return err
	}))
	require.Contains(t, all, "README.md")
	return all
}

var (
	fenced  = regexp.MustCompile("(?ms)^[ \t]*```[^\n]*\n.*?^[ \t]*```")
	inline  = regexp.MustCompile("`[^`\n]+`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
)

// code is what a page shows as code, prose what is left.
func code(page string) (code string) {
	blocks := fenced.FindAllString(page, -1)
	return strings.Join(append(blocks, inline.FindAllString(fenced.ReplaceAllString(page, ""), -1)...), "\n")
}

// anchors are the names by which headings of a page can be linked to.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, h[1])
		first := name
		for n := 1; all[name]; n++ {
			name = fmt.Sprintf("%s-%d", first, n)
		}
		all[name] = true
	}
	return all
}

// TestLinksLeadSomewhere follows every relative link and anchor of every page.
func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	links := 0
	for page, text := range all {
		prose := inline.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			to := page
			if target != "" {
				to = filepath.Join(filepath.Dir(page), target)
				_, err := os.Stat(filepath.Join(root, to))
				assert.NoError(t, err, "%s links to %s, which is not there", page, m[1])
			}
			if anchor != "" {
				assert.True(t, anchors(all[to])[anchor], "%s links to %s: no heading of %s is called that", page, m[1], to)
			}
		}
	}
	require.NotZero(t, links)
}

// TestWhatPagesNameExists: commands of the program, targets of make, and tests.
func TestWhatPagesNameExists(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	tests := testNames(t)
	program := regexp.MustCompile(`(?:^|[\s/` + "`" + `])flowcentre ([a-z]+)`)
	target := regexp.MustCompile(`(?:^|[\s` + "`" + `])make ([a-z]+)`)
	test := regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)
	for page, text := range pages(t) {
		shown := code(text)
		for _, m := range program.FindAllStringSubmatch(shown, -1) {
			assert.Contains(t, commands, m[1], "%s names a command that there is not", page)
		}
		for _, m := range target.FindAllStringSubmatch(shown, -1) {
			assert.Regexp(t, `(?m)^`+m[1]+`:`, string(makefile), "%s names a target that there is not", page)
		}
		for _, name := range test.FindAllString(shown, -1) {
			assert.True(t, tests[name], "%s names %s, which there is not", page, name)
		}
	}
}

// testNames are the names of all tests, benchmarks and fuzz targets.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	}))
	return names
}
