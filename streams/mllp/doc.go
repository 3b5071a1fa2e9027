// Package mllp carries HL7 v2 messages over TCP: a listener and a sender of the Minimal
// Lower Layer Protocol (HL7 v2 appendix C). A message is framed as 0x0B, the
// message, 0x1C 0x0D; one message at a time is under way on a connection, and its answer
// comes back before the next is read, so the order of a connection is kept.
//
// The listener forgives what is seen in the field: bytes between frames are skipped and
// counted, the final 0x0D may be missing, and a frame that begins anew before its end
// (a sender that gave up half-way) counts as broken and starts again. A frame over the
// size cap is answered AR or CR and the connection kept. A sender that frames nothing is
// told so, and closed.
//
// A frame is answered by the Handler, which answers only when the message is safe.
// Without an answer the connection is best closed: every sender then sends again.
package mllp
