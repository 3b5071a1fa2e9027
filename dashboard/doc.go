// Package dashboard is what people and programs see of the centre: the wall's pages,
// the reading API and the stream that keeps a wall live. It shows the newest view that
// the engine published and changes nothing.
//
// docs/openapi.yaml describes every address it serves and every frame of the stream.
package dashboard
