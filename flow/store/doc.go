// Package store keeps the state of a flow centre on disk: every record of the state,
// and how far into which log it has come, in one bbolt file. Both change in one
// transaction or not at all, so what is on disk is always the state after some event
// of the log, whenever the process or the power was cut.
//
// The log stays the only truth: a store that is lost or damaged is built again from it.
package store
