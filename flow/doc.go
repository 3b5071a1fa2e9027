// Package flow holds the verbs of a health system: the facts that happen, what each
// must say, and what follows from them. State is the fold of the facts in the order
// of the log; Apply is the only thing that changes it.
//
// The package has no clock, no chance, no logging and no input or output; nothing in
// it depends on the order of a map or of goroutines. The same log gives the same
// state, byte for byte, whether it is followed live, replayed, or resumed.
package flow
