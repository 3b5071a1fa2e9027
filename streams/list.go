package streams

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/streams/hl7"
)

// The columns of an A&E list, after patient and visit.
const (
	ofArrived = iota + ofVisit + 1
	ofMode
	ofAcuity
	ofArea
	ofAssessed
	ofSeen
	ofReferred
	ofService
	ofDecided
	ofReady
)

var aeSheet = sheet{
	name: "an A&E list", entry: "an attendance", subject: "which department", example: "the id of the A&E unit", whole: "the whole department", lacking: "arrived, or both patient and visit",
	event: flow.ListTaken, nobody: flow.Data{List: []flow.ListEntry{}},
	columns: []column{
		ofPatient:  patientColumn,
		ofVisit:    visitColumn,
		ofArrived:  {"arrived", []string{"arrived_at", "arrival", "arrival_time", "arrival_date_time"}},
		ofMode:     {"mode", []string{"arrival_mode", "mode_of_arrival"}},
		ofAcuity:   {"acuity", []string{"triage_category", "priority"}},
		ofArea:     {"area", []string{"location", "current_location"}},
		ofAssessed: {"assessed", []string{"assessed_at", "initial_assessment", "triage_time"}},
		ofSeen:     {"seen", []string{"seen_at", "seen_for_treatment"}},
		ofReferred: {"referred", []string{"referred_at", "referral_time"}},
		ofService:  {"service", []string{"specialty", "referred_to", "referred_service"}},
		ofDecided:  {"decided", []string{"decided_at", "decision_to_admit", "dta"}},
		ofReady:    {"ready", []string{"ready_at", "clinically_ready_to_proceed", "ready_to_proceed"}},
	},
	sound: func(has func(int) bool) bool { return has(ofArrived) && (has(ofPatient) || has(ofVisit)) },
	need:  ofArrived + 1,
	take: func(l *list, r *row) (who string, add func(*flow.Data), fault *RowFault) {
		e, fault := l.attendance(r)
		return known(e.Patient, e.Visit), func(d *flow.Data) { d.List = append(d.List, e) }, fault
	},
}

// row is one line of a list as it was sent.
type row struct {
	line  int        // of the file, from 1; in JSON which of the entries
	cells []string   // by column
	fault *RowFault  // the first for which it does not count
	left  []RowFault // cells left out of it
	open  bool       // it is the last, and has no line end
}

// RowFault is why a row of a list does not count or, where Kept, one of its cells: whoever
// is missing from a list counts as gone, so a row that says who came when is kept. It
// holds nothing of the row.
type RowFault struct {
	Kept   bool   `json:"kept,omitempty"`
	Line   int    `json:"line"` // of the file, from 1; in JSON which of the entries
	Column string `json:"column,omitempty"`
	Reason string `json:"reason"`
	Next   string `json:"next"`
}

// list makes the entries of an event out of rows.
type list struct {
	sheet *sheet
	feed  *Feed
	place string // what it is of
	taken capacity.Instant
}

// read gives what the sound rows say, how many those are, and the faults of the others.
func (l *list) read(rows []row) (d flow.Data, sound int, faults []RowFault) {
	d = l.sheet.nobody
	d.Place = l.place
	first := map[string]int{}
	for i := range rows {
		r := &rows[i]
		for c := range r.cells {
			read(l, r, c, &r.cells[c], clean)
		}
		who, add, fault := l.sheet.take(l, r)
		if fault == nil {
			if at, twice := first[who]; twice {
				fault = &RowFault{Column: "visit", Reason: fmt.Sprintf("is in line %d already", at), Next: "List everybody once."}
			} else {
				first[who] = r.line
			}
		}
		if fault != nil {
			fault.Line = r.line
			faults = append(faults, *fault)
			continue
		}
		for _, left := range r.left {
			left.Line, left.Kept = r.line, true
			faults = append(faults, left)
		}
		sound++
		add(&d)
	}
	return d, sound, faults
}

func (l *list) attendance(r *row) (e flow.ListEntry, fault *RowFault) {
	l.who(r, &e.Patient, &e.Visit)
	read(l, r, ofArrived, &e.Arrived, l.instant)
	read(l, r, ofMode, &e.Mode, l.mode)
	read(l, r, ofAcuity, &e.Acuity, l.acuity)
	read(l, r, ofArea, &e.Place, l.area)
	read(l, r, ofAssessed, &e.Assessed, l.instant)
	read(l, r, ofSeen, &e.Seen, l.instant)
	read(l, r, ofReferred, &e.Referred, l.instant)
	read(l, r, ofService, &e.Service, l.coded)
	read(l, r, ofDecided, &e.Decided, l.instant)
	read(l, r, ofReady, &e.Ready, l.instant)
	switch {
	case r.fault != nil:
		return e, r.fault
	case e.Arrived == 0:
		return e, &RowFault{Column: "arrived", Reason: "is empty", Next: "Say when the patient arrived."}
	}
	return e, l.timely(r, map[string]*capacity.Instant{
		"arrived": &e.Arrived, "assessed": &e.Assessed, "seen": &e.Seen, "referred": &e.Referred, "decided": &e.Decided, "ready": &e.Ready,
	}, func() *flow.Invalid { return entryRecent(&e, l.taken) })
}

// read reads a cell that holds something, unless the row is at fault already. A cell that
// the row can do without is left out when it cannot be read.
func read[T any](l *list, r *row, column int, into *T, how func(string) (T, *RowFault)) {
	if r.fault != nil || len(r.cells) == 0 || r.cells[column] == "" {
		return
	}
	value, fault := how(r.cells[column])
	switch {
	case fault == nil:
		*into = value
		return
	case column < l.sheet.need:
		r.fault = fault
	default:
		r.cells[column] = ""
		r.left = append(r.left, *fault)
		fault = &r.left[len(r.left)-1]
	}
	fault.Column = l.sheet.columns[column].name
}

// clean is a cell without outer blanks. NULL, as databases export it, is nothing.
func clean(text string) (string, *RowFault) {
	text = strings.TrimSpace(text)
	if text == "" || strings.EqualFold(text, "null") {
		return "", nil
	}
	switch {
	case !utf8.ValidString(text):
		return "", &RowFault{Reason: "is not UTF-8", Next: "Save the file as CSV UTF-8."}
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", &RowFault{Reason: "holds a control character or line break", Next: "Leave it out."}
	case len(text) > flow.MaxText:
		return "", &RowFault{Reason: fmt.Sprintf("is longer than %d bytes", flow.MaxText), Next: "Send codes and numbers, no text."}
	case strings.ContainsRune("=+@-", rune(text[0])):
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return "", &RowFault{Reason: "begins like a spreadsheet's formula", Next: "Send the value itself; leave the cell empty where there is none."}
		}
	}
	return text, nil
}

// identifier reads who it is: authority/type/value, or a bare number where the feed has
// an authority.
func (l *list) identifier(kind string) func(string) (string, *RowFault) {
	return func(text string) (string, *RowFault) {
		if !strings.Contains(text, "/") && l.feed.HL7.Authority != "" {
			text = hl7.Identifier(l.feed.HL7.Authority, kind, text)
		}
		if !identifies(text) {
			return "", &RowFault{Reason: "is not written authority/type/value", Next: "Write it like RWP50/MR/1234567, or give the feed an authority (hl7: authority)."}
		}
		return text, nil
	}
}

// layouts are the ways to write a local time.
var layouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "02/01/2006 15:04", "02/01/2006 15:04:05"}

func (l *list) instant(text string) (capacity.Instant, *RowFault) {
	if at, ok := l.feed.instant(text, l.taken); ok {
		return at, nil
	}
	return 0, &RowFault{Reason: "is not a time", Next: "Write 2027-01-12 04:07, 12/01/2027 04:07 or 2027-01-12T04:07:00Z; leave the cell empty where there is none."}
}

// instant reads a time in RFC 3339 form, or a local one of the feed. One that the clocks
// showed twice is the later that is not after latest.
func (f *Feed) instant(text string, latest capacity.Instant) (capacity.Instant, bool) {
	if at, err := capacity.ParseInstant(text); err == nil {
		return at, true
	}
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range layouts {
		local, err := time.Parse(layout, text)
		if err == nil && local.Year() >= 1971 && local.Year() <= 2199 {
			return hl7.Reading(local, zone, latest), true
		}
	}
	return 0, false
}

func (l *list) mode(text string) (string, *RowFault) {
	word := underscored(text)
	if _, own := l.feed.HL7.Modes[text]; !own && slices.Contains(flow.Modes, word) {
		return word, nil
	}
	if m := l.feed.HL7.Mode(text); m != "" {
		return m, nil
	}
	return "", &RowFault{Reason: "is not one of " + strings.Join(flow.Modes, ", "), Next: "Send one of them, or have the feed's arrival_modes say which is meant."}
}

func (l *list) acuity(text string) (string, *RowFault) {
	if a := l.feed.HL7.Acuity(text); a != "" {
		return a, nil
	}
	return "", &RowFault{Reason: "is not 1 to 5", Next: "Send the category as a number, or have the feed's acuities say which is meant."}
}

// area is a place within the department, unless it is written as a whole place.
func (l *list) area(text string) (string, *RowFault) {
	if strings.Contains(text, "/") {
		return text, nil
	}
	return capacity.Within(l.place, text), nil
}
