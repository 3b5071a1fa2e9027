// Package streams carries facts from producers into the log and from the log to the
// engine: the embedded NATS JetStream server, the log itself, the centre's clock, the
// keys that hide who a patient is, the door that every producer's event goes through,
// and the gateways in front of it (HTTP, NATS, HL7 v2).
//
// An event is accepted when the log has it on disk and not before. Nothing but the door
// and the centre's own clock, layout and reports writes the log.
package streams
