// Package configs holds the configurations that come with the programme.
package configs

import "embed"

// Centre is the annotated configuration of one small hospital, a place to start from.
//
//go:embed centre.yaml
var Centre []byte

// Worcestershire is the county that the demonstration shows.
//
//go:embed worcestershire.yaml
var Worcestershire []byte

// Conditions is the table of conditions that holds where a configuration names none.
//
//go:embed conditions.yaml
var Conditions []byte

// Actions is the table of action cards that holds where a configuration names none.
//
//go:embed actions.yaml
var Actions []byte

// OPEL are the OPEL profiles, in opel/.
//
//go:embed opel/*.yaml
var OPEL embed.FS
