// Package configs holds the configurations that come with the programme.
package configs

import _ "embed"

// Centre is the annotated configuration of one small hospital, a place to start from.
//
//go:embed centre.yaml
var Centre []byte

// Worcestershire is the county that the demonstration shows.
//
//go:embed worcestershire.yaml
var Worcestershire []byte
