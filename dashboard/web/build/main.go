// Command build bundles the front end: it checks the vendored files against
// vendor/versions.json, bundles src with esbuild and writes ../dist. The same sources
// give the same bytes, on any machine. Run it with go generate ./dashboard/web. With
// -tests DIR it only bundles the tests of the pure modules, as DIR/run.js.
package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	log.SetFlags(0)
	tests := flag.String("tests", "", "bundle the tests into this `folder`")
	flag.Parse()
	root, err := filepath.Abs("..")
	if err != nil {
		log.Fatal(err)
	}
	if *tests != "" {
		err = bundleTests(root, *tests)
	} else {
		err = build(root)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func build(root string) error {
	licences, err := checkVendored(filepath.Join(root, "vendor"))
	if err != nil {
		return err
	}
	files, err := bundle(root)
	if err != nil {
		return err
	}
	page, hash, err := index(root, files)
	if err != nil {
		return err
	}
	files = append(
		files,
		file{"index.html", []byte(page)},
		file{"assets.hash", []byte(hash)},
		file{"assets/licences.txt", []byte(licences)},
	)
	return write(filepath.Join(root, "dist"), files)
}

// file is one file of the output; its name is relative to dist, with slashes.
type file struct {
	name    string
	content []byte
}

// bundle makes the script, the style sheet, the font and the icon, each named after
// its content.
func bundle(root string) ([]file, error) {
	vendored := func(path string) string { return filepath.Join(root, "vendor", filepath.FromSlash(path)) }
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "src/main.tsx", OutputPath: "app"},
			{InputPath: "src/style/style.css", OutputPath: "style"},
			{InputPath: "src/icon.svg", OutputPath: "icon"},
		},
		Outdir:            filepath.Join(root, "dist", "assets"),
		PublicPath:        "/assets",
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Format:            api.FormatESModule,
		Target:            api.ES2020,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		Alias: map[string]string{
			"preact":               vendored("preact/preact.mjs"),
			"preact/hooks":         vendored("preact/hooks.mjs"),
			"preact/jsx-runtime":   vendored("preact/jsxRuntime.mjs"),
			"@preact/signals":      vendored("preact-signals/signals.mjs"),
			"@preact/signals-core": vendored("preact-signals-core/signals-core.mjs"),
		},
		Loader: map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderCopy},
	})
	if err := faults(result); err != nil {
		return nil, err
	}
	var files []file
	for _, out := range result.OutputFiles {
		files = append(files, file{"assets/" + filepath.Base(out.Path), out.Contents})
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return files, nil
}

// bundleTests writes the tests of the pure modules as one script.
func bundleTests(root, dir string) error {
	return faults(api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{"src/tests/run.ts"},
		Outdir:        dir,
		Bundle:        true,
		Write:         true,
		Target:        api.ES2020,
	}))
}

// faults are the errors and warnings of a bundle with the lines that they are in: a brace that
// is missing in a style sheet is only a warning.
func faults(result api.BuildResult) error {
	if len(result.Errors)+len(result.Warnings) == 0 {
		return nil
	}
	lines := append(api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage}),
		api.FormatMessages(result.Warnings, api.FormatMessagesOptions{Kind: api.WarningMessage})...)
	return fmt.Errorf("bundle src:\n%s", strings.Join(lines, ""))
}

// index fills in the page that loads the bundle, and gives the hash by which a
// running page tells that the server has another version of it.
func index(root string, files []file) (page, hash string, err error) {
	template, err := os.ReadFile(filepath.Join(root, "src", "index.html"))
	if err != nil {
		return "", "", fmt.Errorf("read the page: %w", err)
	}
	page = string(template)
	for _, f := range files {
		stem, _, _ := strings.Cut(filepath.Base(f.name), "-")
		mark := "{{" + stem + filepath.Ext(f.name) + "}}"
		page = strings.ReplaceAll(page, mark, "/"+f.name)
	}
	sum := sha256.New()
	sum.Write([]byte(page))
	for _, f := range files {
		fmt.Fprintf(sum, "%s %d\n", f.name, len(f.content))
		sum.Write(f.content)
	}
	hash = hex.EncodeToString(sum.Sum(nil))[:16]
	page = strings.ReplaceAll(page, "{{assets}}", hash)
	if at := strings.Index(page, "{{"); at >= 0 {
		return "", "", fmt.Errorf("src/index.html: nothing is bundled for %.40s", page[at:])
	}
	return page, hash, nil
}

// checkVendored compares every vendored file with the recorded hash, so that an edit
// by hand does not pass for the original, and gives the licences to ship.
func checkVendored(dir string) (licences string, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, "versions.json"))
	if err != nil {
		return "", fmt.Errorf("read vendored versions: %w", err)
	}
	var packages []struct {
		Name, Version, Licence, Folder string
		SHA256                         map[string]string
	}
	if err := json.Unmarshal(raw, &packages); err != nil {
		return "", fmt.Errorf("read vendor/versions.json: %w", err)
	}
	var text strings.Builder
	for _, p := range packages {
		for name, want := range p.SHA256 {
			content, err := os.ReadFile(filepath.Join(dir, p.Folder, name))
			if err != nil {
				return "", fmt.Errorf("read vendored file: %w", err)
			}
			if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != want {
				return "", fmt.Errorf("vendor/%s/%s: its sha256 is %s, vendor/versions.json says %s", p.Folder, name, got, want)
			}
		}
		licence, err := os.ReadFile(filepath.Join(dir, p.Folder, "LICENSE"))
		if err != nil {
			return "", fmt.Errorf("read vendored licence: %w", err)
		}
		fmt.Fprintf(&text, "%s %s (%s)\n\n%s\n\n", p.Name, p.Version, p.Licence, strings.TrimSpace(string(licence)))
	}
	return text.String(), nil
}

// write replaces dir by the files.
func write(dir string, files []file) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear output: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make output folder: %w", err)
		}
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
	}
	return nil
}
