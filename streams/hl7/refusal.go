package hl7

// Refusal is why a message is refused. Code is stable; Detail is a sentence for the
// sender, with nothing of the message's content in it but names of triggers, segments
// and fields.
type Refusal struct {
	Code     Code
	Location string // the field at fault, such as "PV1-3"; may be empty
	Detail   string
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Detail }

func refuse(code Code, location, detail string) *Refusal {
	return &Refusal{Code: code, Location: location, Detail: detail}
}

// Code is a reason for refusing a message.
type Code string

// The reasons. The first group is answered AR or CR: the same message may be taken at
// another time or by another version. The second is a fault of the content, answered
// AE or CE: resending it unchanged is no use.
const (
	NoMSH              Code = "no_msh"
	BadSeparators      Code = "bad_separators"
	SeveralMessages    Code = "several_messages"
	NotFramed          Code = "not_framed"
	TooLarge           Code = "too_large"
	TooManySegments    Code = "too_many_segments"
	FieldTooLong       Code = "field_too_long"
	UnsupportedVersion Code = "unsupported_version"
	NoType             Code = "no_type"
	UnsupportedType    Code = "unsupported_type"
	UnsupportedTrigger Code = "unsupported_trigger"
	Unavailable        Code = "unavailable"

	NoPatient       Code = "no_patient"
	NoPV1           Code = "no_pv1"
	NoLocation      Code = "no_location"
	LocationCleared Code = "location_cleared"
	NoStatus        Code = "no_status"
	UnknownStatus   Code = "unknown_status"
	NoDue           Code = "no_due"
	NoVisit         Code = "no_visit"
	NoPriorPatient  Code = "no_prior_patient"
	NoPriorVisit    Code = "no_prior_visit"
	SeveralMerges   Code = "several_merges"
	SamePatient     Code = "same_patient"
	NoSecondPatient Code = "no_second_patient"
	BadTime         Code = "bad_time"
	BadText         Code = "bad_text"
)

// condition is a code of HL7 table 0357, for ERR-3.
type condition struct {
	code, text string
	reject     bool // AR, CR rather than AE, CE
}

var conditions = map[Code]condition{
	NoMSH:              {"100", "Segment sequence error", true},
	BadSeparators:      {"102", "Data type error", true},
	SeveralMessages:    {"100", "Segment sequence error", true},
	NotFramed:          {"100", "Segment sequence error", true},
	TooLarge:           {"207", "Application internal error", true},
	TooManySegments:    {"207", "Application internal error", true},
	FieldTooLong:       {"207", "Application internal error", true},
	UnsupportedVersion: {"203", "Unsupported version id", true},
	NoType:             {"200", "Unsupported message type", true},
	UnsupportedType:    {"200", "Unsupported message type", true},
	UnsupportedTrigger: {"201", "Unsupported event code", true},
	Unavailable:        {"207", "Application internal error", true},

	NoPatient:       {"101", "Required field missing", false},
	NoPV1:           {"100", "Segment sequence error", false},
	NoLocation:      {"101", "Required field missing", false},
	LocationCleared: {"101", "Required field missing", false},
	NoStatus:        {"101", "Required field missing", false},
	UnknownStatus:   {"103", "Table value not found", false},
	NoDue:           {"101", "Required field missing", false},
	NoVisit:         {"101", "Required field missing", false},
	NoPriorPatient:  {"101", "Required field missing", false},
	NoPriorVisit:    {"101", "Required field missing", false},
	SeveralMerges:   {"100", "Segment sequence error", false},
	SamePatient:     {"205", "Duplicate key identifier", false},
	NoSecondPatient: {"100", "Segment sequence error", false},
	BadTime:         {"102", "Data type error", false},
	BadText:         {"102", "Data type error", false},
}

// Rejected tells AR and CR from AE and CE: the fault is not in the content.
func (r *Refusal) Rejected() bool {
	c, known := conditions[r.Code]
	return c.reject || !known
}
