// Package engine follows the log. One goroutine owns the state: it takes events in the
// order of the log, commits what they changed to the store, and only then publishes
// the view that people see. So nothing is ever shown that a crash could take back.
//
// The engine is right or visibly stopped. An event that is missing from the log, or a
// store that cannot be written to, stops it; the last view stays on the board, marked.
package engine
