package hl7

import (
	"strings"
	"time"

	"flowcentre/flow"
)

// Settings is how one feed speaks HL7. The zero value speaks the standard, in UTC.
type Settings struct {
	TimeZone    *time.Location            // of times without an offset; nil is UTC, never the host's
	Authority   string                    // of identifiers that name none in CX.4; empty takes MSH-4
	Facility    string                    // of locations that name none in PL.4
	PatientType string                    // the CX.5 of the identifier to go by; empty takes the first of PID-3
	BedStatus   map[string]flow.BedStatus // the feed's own bed statuses (NPU-2), before table 0116
	Places      map[string]string         // what the feed calls a place (see capacity.JoinPlace), to what it is here
	Services    map[string]string         // the feed's hospital services (PV1-10), to codes of the layout; others stand as they are
	Modes       map[string]string         // how a patient comes (PV2-38, PV1-14), to one of flow.Modes; PV2-38 before table 0430
	Acuities    map[string]string         // the feed's triage categories (PV2-40), to 1 to 5, which stand for themselves
	Ack         AckMode                   // empty is AckAuto
}

// bedStatuses is HL7 table 0116.
var bedStatuses = map[string]flow.BedStatus{
	"C": flow.StatusClosed,
	"H": flow.StatusHousekeeping,
	"I": flow.StatusIsolated,
	"K": flow.StatusContaminated,
	"O": flow.StatusOccupied,
	"U": flow.StatusUnoccupied,
}

func (s *Settings) bedStatus(code string) (flow.BedStatus, bool) {
	if status, ok := s.BedStatus[code]; ok {
		return status, true
	}
	status, ok := bedStatuses[strings.ToUpper(code)]
	return status, ok
}

// arrivals is HL7 table 0430, how a patient came.
var arrivals = map[string]string{"A": "ambulance", "H": "ambulance", "C": "walk_in", "F": "walk_in", "P": "walk_in", "O": "other"}

// Mode is how a patient came to A&E, by what PV2-38 or a list says; empty when that says
// nothing here.
func (s *Settings) Mode(text string) string {
	if mode, ok := s.Modes[text]; ok {
		return mode
	}
	return arrivals[strings.ToUpper(text)]
}

// Acuity is a triage category, 1 to 5, and empty for what is none.
func (s *Settings) Acuity(text string) string {
	if acuity, ok := s.Acuities[text]; ok {
		return acuity
	}
	if len(text) == 1 && text >= "1" && text <= "5" {
		return text
	}
	return ""
}

// Service is a hospital service as a code, and empty for words that are mapped to none.
func (s *Settings) Service(text string) string {
	if service, ok := s.Services[text]; ok {
		return service
	}
	return code(text)
}

// sexes is what of HL7 table 0001 says which bays a patient may be in.
var sexes = map[string]string{"M": "male", "F": "female"}

// classes is HL7 table 0004, and the words that are sent in its place.
var classes = map[string]flow.PatientClass{
	"I": flow.Inpatient, "INPATIENT": flow.Inpatient, "IMP": flow.Inpatient,
	"E": flow.Emergency, "EMERGENCY": flow.Emergency, "EMER": flow.Emergency,
	"O": flow.Outpatient, "OUTPATIENT": flow.Outpatient, "AMB": flow.Outpatient,
	"P": flow.Preadmit, "PREADMIT": flow.Preadmit, "PREADMISSION": flow.Preadmit,
}

func class(code string) flow.PatientClass {
	if code == "" {
		return ""
	}
	if c, ok := classes[code]; ok {
		return c
	}
	if c, ok := classes[strings.ToUpper(code)]; ok {
		return c
	}
	return flow.OtherClass
}

func (s *Settings) zone() *time.Location {
	if s.TimeZone == nil {
		return time.UTC
	}
	return s.TimeZone
}
