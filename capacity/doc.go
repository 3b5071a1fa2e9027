// Package capacity holds the nouns of a health system: its organisations, sites,
// units, beds and feeds, how they are laid out, and how beds are counted.
//
// Everything here is a plain value. The package has no clock, no chance and no
// input or output; a linter keeps it so. Nothing in it is safe for concurrent
// change, and everything in it may be read concurrently once it no longer changes.
package capacity
