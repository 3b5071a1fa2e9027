// Package web holds the front end as it is served: the bundle of src, made by go
// generate and committed, so that the program builds with nothing but Go.
package web

import (
	"embed"
	"io/fs"
)

//go:generate go run -C build .

//go:embed dist
var dist embed.FS

// FS holds index.html, which answers every page address and must be served with
// Cache-Control: no-cache, and assets/, whose names change with their content
// (licences.txt excepted) and may be kept for ever.
var FS = sub(dist, "dist")

// Assets is the hash of the whole front end, 16 hexadecimal digits. A page that hears
// another one in a hello frame reloads itself.
var Assets = text(FS, "assets.hash")

// Policy is the Content-Security-Policy under which the front end works, to be sent
// with index.html.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

// sub is the folder dir of f; it panics when dist was embedded without it.
func sub(f fs.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err)
	}
	return s
}

// text is the content of a file of f; it panics when dist was embedded without it.
func text(f fs.FS, name string) string {
	b, err := fs.ReadFile(f, name)
	if err != nil {
		panic(err)
	}
	return string(b)
}
