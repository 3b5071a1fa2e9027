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
