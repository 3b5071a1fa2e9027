package streams

import (
	"slices"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// sheet is a kind of list: its columns, and what its rows become.
type sheet struct {
	name    string // as people call it, with its article
	entry   string // one row of it, with its article
	subject string // what it is of, with "which"
	example string // how that is named
	whole   string // what half a list would be taken for
	lacking string // what a header must not lack, in words
	event   flow.Kind
	nobody  flow.Data // what the event says when nobody is on it
	columns []column
	sound   func(has func(column int) bool) bool // the header has what it must
	need    int                                  // the first columns, without which a row cannot count
	take    func(l *list, r *row) (who string, add func(*flow.Data), fault *RowFault)
}

// column is a column of a list, with the names it may go by.
type column struct {
	name  string
	other []string
}

// The columns that every list begins with.
const (
	ofPatient = iota
	ofVisit
)

var (
	patientColumn = column{"patient", []string{"patient_id", "hospital_number", "mrn"}}
	visitColumn   = column{"visit", []string{"visit_number", "visit_id", "attendance", "attendance_number", "attendance_id"}}
)

// sheets are the lists that can be posted, by the last part of their address.
var sheets = map[string]*sheet{"ae": &aeSheet, "discharge": &leaversSheet}

// find finds a column by one of its names; case, blanks and dashes do not count.
func (s *sheet) find(name string) (column int, ok bool) {
	name = underscored(strings.TrimSpace(name))
	for i, c := range s.columns {
		if name == c.name || slices.Contains(c.other, name) {
			return i, true
		}
	}
	return 0, false
}

// underscored is text in small letters, with underscores for blanks and dashes.
func underscored(text string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(text))
}

// who reads who a row is about, told by one of patient and visit.
func (l *list) who(r *row, patient, visit *string) {
	read(l, r, ofPatient, patient, l.identifier(l.feed.HL7.PatientType))
	read(l, r, ofVisit, visit, l.identifier("VN"))
	if r.fault == nil && *patient == "" && *visit == "" {
		r.fault = &RowFault{Column: "visit", Reason: "is empty, and so is patient", Next: "Say who it is by one of them."}
	}
}

// known is how a row is told from the others.
func known(patient, visit string) string {
	if visit == "" {
		return "patient " + patient
	}
	return visit
}

// timely takes the times out of a row that cannot be true when the list was taken.
func (l *list) timely(r *row, times map[string]*capacity.Instant, check func() *flow.Invalid) *RowFault {
	for late := check(); late != nil; late = check() {
		fault := RowFault{Column: late.Field, Reason: late.Reason, Next: "Correct the time, or say by as_at when the list was taken."}
		if column, _ := l.sheet.find(late.Field); column < l.sheet.need {
			return &fault
		}
		*times[late.Field] = 0
		r.left = append(r.left, fault)
	}
	return nil
}

// oneOf reads a code of a fixed list.
func oneOf(codes []string) func(string) (string, *RowFault) {
	return func(text string) (string, *RowFault) {
		if word := underscored(text); slices.Contains(codes, word) {
			return word, nil
		}
		return "", &RowFault{Reason: "is not one of " + strings.Join(codes, ", "), Next: "Send one of them, or leave the cell empty."}
	}
}

// coded reads a code of the feed's own.
func (l *list) coded(text string) (string, *RowFault) {
	if s := l.feed.HL7.Service(text); s != "" {
		return s, nil
	}
	return "", &RowFault{Reason: "is not a code", Next: "Send a code, or have the feed's services say which is meant; no names of people."}
}
