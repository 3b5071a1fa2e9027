package dashboard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// assets are the front end's files.
type assets struct {
	files fs.FS
}

func newAssets(files fs.FS) *assets {
	return &assets{files: files}
}

// named by their content: an address whose answer never changes
var hashedName = regexp.MustCompile(`[-.]([0-9A-Z]{8}|[0-9a-f]{8,64})\.[a-z0-9.]+$`)

// The types are listed here because those of the mime package depend on the machine.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".webmanifest": "application/manifest+json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".woff2":       "font/woff2",
	".txt":         "text/plain; charset=utf-8",
}

// page answers with the one page of the front end, which looks at its own address.
func (d *Dashboard) page(w http.ResponseWriter, r *http.Request) {
	if !d.assets.serve(w, r, "index.html") {
		refuse(w, Problem{
			Kind: "no-front-end", Title: "This build has no front end", Status: http.StatusServiceUnavailable,
			Detail: "No index.html was built into it.",
			Remedy: "Build it with go generate ./dashboard/web; the API works without it.",
		})
	}
}

// file answers with the front end's file of that name.
func (d *Dashboard) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if !strings.HasPrefix(name, "api/") && d.assets.serve(w, r, name) {
		return
	}
	refuse(w, Problem{
		Kind: "not-found", Title: "There is nothing at this address", Status: http.StatusNotFound,
		Remedy: "The wall is at /, the state at /api/v1/state.",
	})
}

// serve answers with a file, packed if there is a packed one beside it and the client
// takes it. It returns false, with nothing written, when there is no such file.
func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) bool {
	kind, known := contentTypes[path.Ext(name)]
	if a.files == nil || !known || !fs.ValidPath(name) {
		return false
	}
	content, err := fs.ReadFile(a.files, name)
	if err != nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	if hashedName.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if packed, err := fs.ReadFile(a.files, name+".gz"); err == nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			content = packed
		}
	}
	sum := sha256.Sum256(content)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	return true
}
