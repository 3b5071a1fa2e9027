package streams

import (
	"flowcentre/capacity"
	"flowcentre/flow"
)

// The columns of a discharge list, after patient and visit.
const (
	ofNCTR = iota + ofVisit + 1
	ofPathway
	ofReason
	ofOwner
	ofCertainty
	ofDue
	ofGoingTo
)

var leaversSheet = sheet{
	name: "a discharge list", entry: "a patient", subject: "which ward or site", example: "the id of the ward, or site/ and that of the site", whole: "the whole list", lacking: "both patient and visit",
	event: flow.DischargeListTaken, nobody: flow.Data{Leavers: []flow.DischargeEntry{}},
	columns: []column{
		ofPatient:   patientColumn,
		ofVisit:     visitColumn,
		ofNCTR:      {"nctr", []string{"nctr_since", "discharge_ready", "discharge_ready_date", "no_longer_meets_criteria_to_reside"}},
		ofPathway:   {"pathway", []string{"discharge_pathway"}},
		ofReason:    {"reason", []string{"delay_reason", "reason_for_delay"}},
		ofOwner:     {"owner", []string{"delay_owner", "with"}},
		ofCertainty: {"certainty", nil},
		ofDue:       {"due", []string{"expected", "expected_discharge", "edd", "planned_discharge"}},
		ofGoingTo:   {"going_to", []string{"destination"}},
	},
	sound: func(has func(int) bool) bool { return has(ofPatient) || has(ofVisit) },
	need:  ofVisit + 1,
	take: func(l *list, r *row) (who string, add func(*flow.Data), fault *RowFault) {
		e, fault := l.leaver(r)
		return known(e.Patient, e.Visit), func(d *flow.Data) { d.Leavers = append(d.Leavers, e) }, fault
	},
}

func (l *list) leaver(r *row) (e flow.DischargeEntry, fault *RowFault) {
	l.who(r, &e.Patient, &e.Visit)
	read(l, r, ofNCTR, &e.NCTR, l.instant)
	read(l, r, ofPathway, &e.Pathway, oneOf(flow.Pathways))
	read(l, r, ofReason, &e.Reason, oneOf(flow.DelayGroups))
	read(l, r, ofOwner, &e.Owner, l.coded)
	read(l, r, ofCertainty, &e.Certainty, oneOf(flow.Certainties))
	read(l, r, ofDue, &e.Due, l.instant)
	read(l, r, ofGoingTo, &e.GoingTo, l.coded)
	if r.fault != nil {
		return e, r.fault
	}
	return e, l.timely(r, map[string]*capacity.Instant{"nctr": &e.NCTR, "due": &e.Due}, func() *flow.Invalid { return leaverRecent(&e, l.taken) })
}
