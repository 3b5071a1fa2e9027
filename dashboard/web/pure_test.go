package web

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	browser "github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPureModules bundles src/tests and runs it in a browser: what frames make of the
// state, when a picture is not live, the engine's time, ages and days, rules.
func TestPureModules(t *testing.T) {
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	sources(t)
	dir := t.TempDir()
	out, err := exec.Command("go", "run", "-C", "build", ".", "-tests", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	script, err := os.ReadFile(filepath.Join(dir, "run.js"))
	require.NoError(t, err)

	profile, err := os.MkdirTemp("", "flowcentre-browser-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := append(browser.DefaultExecAllocatorOptions[:], browser.ExecPath(bin), browser.NoSandbox, browser.DisableGPU,
		browser.UserDataDir(profile), browser.Env("TZ=Pacific/Auckland")) // the browser's own zone must not matter
	alloc, stop := browser.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := browser.NewContext(alloc)
	t.Cleanup(end)
	require.NoError(t, browser.Do(ctx, browser.Navigate("about:blank")))
	_, err = browser.Run(ctx, browser.Evaluate[any](string(script)+";0"))
	require.NoError(t, err)
	found, err := browser.Run(ctx, browser.Poll[map[string]string]("window.found", browser.WithPollingTimeout(10*time.Second)))
	require.NoError(t, err)

	require.Greater(t, len(found), 35)
	for name, fault := range found {
		t.Run(name, func(t *testing.T) { assert.Empty(t, fault) })
	}
}

// sources opens every source, so that go test does not take a result from its cache
// when one of them has changed.
func sources(t *testing.T) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("src", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = os.ReadFile(path)
		return err
	}))
}
