// Package hl7 reads HL7 v2 messages as the facts they state, and writes their
// acknowledgments. It is pure: no input or output, no clock, no logging; the arrival of
// a message is an argument.
//
// Split takes a body apart, Map turns one message into exactly one flow.Event, into
// "no effect here", or into a Refusal with a reason its sender can act on, and
// Acknowledge builds the answer. All of HL7 2.1 to 2.8 in its pipe form is read; segments
// and fields that are not needed are never looked at.
//
// Nothing of a patient but identifiers (PID-3, visit numbers, MRG) goes into an event,
// as authority/type/value in the clear, for the door to replace by keyed hashes. No
// refusal holds anything of the message but names of triggers, segments and fields.
//
// # What is read
//
// The separators are those of MSH-1 and MSH-2: one to five different signs, the fifth
// the truncation sign of v2.7; `^~\\&`, escaped once too often, is taken for `^~\&`. A
// byte order mark, blanks, line ends and framing bytes around a message are left off.
// CR, LF and CR LF end a segment, mixed as well (the standard: CR only). Names of
// segments may be in lower case; their order does not matter; unknown ones are passed
// over. \F\ \S\ \T\ \R\ \E\ \Xhh\ and \.br\ are read, other escapes stay as they are.
// MSH-18 may say 8859/1, 8859/15 or UNICODE UTF-8; with nothing or ASCII the bytes are
// UTF-8 if they are valid as such, else Latin-1; with any other set the same, and the
// result is marked. Outer blanks of an identifier, code or part of a place are cut off.
// The caps are MaxMessage, MaxField and MaxSegments.
//
// # Decisions
//
// An empty field says nothing, "" says delete (HL7 v2.4 chapter 2). They differ in
// PV1-3 only: an A02 or A08 whose PV1-3 is "" takes the patient off a bed to nowhere.
// No fact of the catalogue says that, and reading it as "no change" would keep a bed
// occupied in silence, so it is refused (location_cleared), with the triggers that do
// say what is meant. In any other trigger "" is as good as empty.
//
// A12 has three dialects: PV1-3 is where the patient goes back to (the standard; Epic
// feeds; Simulated Hospital), or the cancelled target with the origin in PV1-6 (the
// German PAM profile repeats the A02), or there is no location at all (Patients Know
// Best). Place and Prior are passed on as sent; the fold undoes the latest transfer from
// its own history and looks at them only where it has none.
//
// A13 may still bear PV1-45, which elsewhere means discharged: the trigger outranks the
// field, and PV1-45 is never read. A01, A04 and A06 are all "admitted", told apart by
// class; an A04 mostly has no PV1-3. A31 never touches a bed, though it may bear a
// PV1-3. A17 is one event with both patients; PV1-3 is the new bed of each (HL7 v2.4
// section 3.3.17). A09 says where from (PV1-6), not the temporary place (PV1-11): the
// bed is kept, and a place in no layout would only be held. A05 and A14 say where to in
// PV1-42; where that is empty and the class is preadmit, PV1-3 is planned, not active
// (HL7 v2-to-FHIR, PV1 to Encounter). A26 and A27 name what they cancel in PV2-1.
//
// A33, A52 and A53 cancel A09, A21 and A22 and are read as the opposite fact: back, back
// from leave, on leave. A32 is refused: it would have to undo a move.
//
// Merges (A18, A30, A34, A36, A39, A40, A43, A46, A47) name the identity that ends in
// MRG-1, else MRG-4. One with neither authority nor type is read with those of PID-3;
// one that the survivor has too does not end; the others become further identifiers of
// the survivor. Several MRG segments in one message are several facts and are refused.
// A42, A45 and A50 move a visit: MRG-5, else MRG-6, to the visit of PV1-19.
//
// An A20 without a status is refused, though the standard lets NPU-2 be empty: it says
// nothing. Statuses are table 0116, after the feed's own (a Meditech feed says 1 and 2).
//
// A visit to A&E has the triggers of any other and class emergency; the fold takes it for
// an attendance. PV1-10 is read as a code only: its words could be a doctor's name.
// PV2-40, the level of care on admission (table 0432), is where feeds put the triage
// category; that table's own letters say nothing of it.
//
// The visit number is PV1-19, else PV1-50, else PID-18; one without a type is a VN, so
// that a bare number and a full one are the same visit. Authorities left out are the
// feed's, else MSH-4.
//
// Two messages are the same if all their bytes are: MSH-10 alone repeats in the field
// (Simulated Hospital starts again at 1 with each run). A message with neither MSH-7 nor
// EVN-2 is never a repeat.
//
// # Times
//
// A fact happened at EVN-6, else EVN-2, else MSH-7, else on arrival. EVN-6 of a message
// that cancels is not used: with some it is the time of what is cancelled (Simulated
// Hospital), with others that of the cancelling. A time later than MSH-7 is passed over
// (a transfer after a pending one says the hour it was planned for), so is one more than
// five minutes ahead of arrival, and one that cannot be read; the result is marked. If
// none can be read, the message is refused. A mere date is passed over without a mark
// where the next time lies on that date.
//
// Times without an offset are in the feed's zone. In the hour that autumn has twice the
// reading nearest to arrival is taken for MSH-7, and for others the later reading that
// is not after MSH-7. In the hour that spring leaves out, a clock not yet put forward
// and one put forward early are told apart in the same way. When something is expected
// is PV2-8, PV2-9 or PV2-47, else EVN-3; a date without a time is its last minute.
//
// # Acknowledgments
//
// Original mode (AA, AE, AR) when MSH-15 and MSH-16 are both empty, else enhanced (HL7
// v2.4 chapter 2): CA, CE or CR as MSH-15 asks; if it asks for nothing, AA, AE or AR
// as MSH-16 asks. A message gets one answer at most: where both are asked for, the accept
// acknowledgment. AR and CR: type, trigger or version not supported, no header to read,
// over a cap, or this side not available. AE and CE: a fault of the content.
package hl7
