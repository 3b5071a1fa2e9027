package streams

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// The columns of a list of places.
const (
	placesUnit = iota
	placesSort
	placesAsAt
	placesOpen
	placesUsed
	placesVacant
	placesAccepting
	placesReason
	placesWaiting
	placesNext
	placesWait
)

// placesSheet is what providers have free, a sort of places a row. Of the national Capacity
// Tracker's columns cqcid and admissionstatus are known; the others go by its everyday words.
var placesSheet = sheet{
	name: "a list of places", entry: "a sort of places", event: flow.PlacesReported, lacking: "unit, sort, and one of used and vacant", need: placesWaiting,
	columns: []column{
		placesUnit:      {"unit", []string{"provider", "home", "location", "cqcid", "cqc_id"}},
		placesSort:      {"sort", []string{"bed_type", "type", "care_type"}},
		placesAsAt:      {"as_at", []string{"last_updated", "updated"}},
		placesOpen:      {"open", []string{"capacity", "total_beds", "maximum_capacity"}},
		placesUsed:      {"used", []string{"occupied", "used_beds"}},
		placesVacant:    {"vacant", []string{"free", "vacancies", "vacant_beds"}},
		placesAccepting: {"accepting", []string{"admissionstatus", "admission_status"}},
		placesReason:    {"reason", nil},
		placesWaiting:   {"waiting", nil},
		placesNext:      {"next", []string{"next_place"}},
		placesWait:      {"wait_days", nil},
	},
	sound: func(has func(int) bool) bool {
		return has(placesUnit) && has(placesSort) && (has(placesUsed) || has(placesVacant))
	},
}

// PlacesListAnswer is what became of a list of places.
type PlacesListAnswer struct {
	Rows    int          `json:"rows"`
	Taken   int          `json:"taken"`
	Results []PlacesTold `json:"results"` // a unit and time each
	Refused []RowFault   `json:"refused"`
}

// PlacesTold is what became of the rows of one unit and time.
type PlacesTold struct {
	Lines     []int            `json:"lines"` // of the file, from 1
	Unit      string           `json:"unit"`
	AsAt      capacity.Instant `json:"as_at"`
	Seq       uint64           `json:"seq,omitempty"`
	Duplicate bool             `json:"duplicate,omitempty"`
	Outcome   string           `json:"outcome,omitempty"` // in effect, older, or unknown
	Note      string           `json:"note,omitempty"`
	Error     *Problem         `json:"error,omitempty"`
}

// postPlacesList takes a CSV of places. Every row counts by itself: one at fault is told, and
// the rest of the file counts.
func (d *Door) postPlacesList(w http.ResponseWriter, r *http.Request) {
	feed, p := d.sender(r, "source")
	if p != nil {
		p.write(w)
		return
	}
	media, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; media != typeCSV || charset != "" && !strings.EqualFold(charset, "utf-8") {
		problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no CSV.", "Send "+typeCSV+", in UTF-8.").write(w)
		return
	}
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	settings := d.feeds.byID[feed]
	l := &list{sheet: &placesSheet, feed: &settings, taken: d.clock.Now()}
	rows, p := readCSV(l.sheet, raw)
	if p == nil {
		p = counts(r, len(rows))
	}
	if p == nil && len(rows) > flow.MaxListed {
		p = unsound("rows", fmt.Sprintf("The list has more than %d rows.", flow.MaxListed), "Send it in several files.")
	}
	if p != nil {
		d.Refuse(feed, flow.Refusal{Reason: "list", Detail: p.Detail, Digest: digestOf(raw)})
		p.write(w)
		return
	}
	events, told, faults := d.placesRows(feed, l, rows)
	if p := cutOff(rows, faults); p != nil {
		d.Refuse(feed, flow.Refusal{Reason: "list", Detail: p.Detail, Digest: digestOf(raw)})
		p.write(w)
		return
	}
	for _, f := range faults {
		d.Refuse(feed, flow.Refusal{Reason: "list_row", Detail: fmt.Sprintf("line %d: %s %s", f.Line, f.Column, f.Reason), Digest: digestOf(raw)})
	}
	d.tellAll(r.Context(), feed, events, told)
	answer := PlacesListAnswer{Rows: len(rows), Results: told, Refused: append([]RowFault{}, faults...)}
	for i := range told {
		if told[i].Error == nil {
			answer.Taken += len(told[i].Lines)
		}
	}
	writeJSON(w, typeJSON, http.StatusAccepted, answer)
}

// placesRows makes one event of the rows of each unit and time, in the order of the file.
func (d *Door) placesRows(feed string, l *list, rows []row) (events []flow.Event, told []PlacesTold, faults []RowFault) {
	told = []PlacesTold{}
	for i := range rows {
		r := &rows[i]
		for c := range r.cells {
			read(l, r, c, &r.cells[c], clean)
		}
		s, unit, at, fault := l.placesRow(r)
		if fault == nil && at > l.taken {
			fault = &RowFault{Column: "as_at", Reason: "lies in the future", Next: "Correct the time."}
		}
		n := len(events) - 1
		if same := n >= 0 && told[n].Unit == unit && told[n].AsAt == at; fault == nil && !same {
			told = append(told, PlacesTold{Unit: unit, AsAt: at})
			events = append(events, flow.Event{Feed: feed, Kind: flow.PlacesReported, Happened: at, Data: flow.Data{Place: unit, How: "csv", Places: &flow.PlacesTold{}}})
			n++
		}
		if fault == nil {
			fault = l.accepting(r, &events[n].Data)
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
		told[n].Lines = append(told[n].Lines, r.line)
		events[n].Data.Places.Sorts = append(events[n].Data.Places.Sorts, s)
	}
	for i := len(events) - 1; i >= 0; i-- { // of whose rows none is sound
		if len(told[i].Lines) == 0 {
			events, told = slices.Delete(events, i, i+1), slices.Delete(told, i, i+1)
		}
	}
	for i := range events {
		e := &events[i]
		e.ID = d.keys.listID(feed, e.Data.Place, e.Happened, placesBytes(e))
	}
	return events, told, faults
}

// placesBytes is what an event of places says, for its id.
func placesBytes(e *flow.Event) (b []byte) {
	number := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	for _, s := range e.Data.Places.Sorts {
		b = fmt.Appendf(b, "%s %d %d %d %d %d|", s.Sort, number(s.Open), number(s.Used), number(s.Waiting), number(s.Wait), s.Next)
	}
	if a := e.Data.Places.Accepting; a != nil {
		b = fmt.Appendf(b, "%t %s", *a, e.Data.Reason)
	}
	return b
}

// placesRow reads one row. A sort of which only the vacant places are told needs to say how many
// there are.
func (l *list) placesRow(r *row) (s flow.SortTold, unit string, at capacity.Instant, fault *RowFault) {
	var vacant *int
	at = l.taken
	read(l, r, placesUnit, &unit, verbatim)
	read(l, r, placesSort, &s.Sort, placeSort)
	read(l, r, placesAsAt, &at, l.instant)
	read(l, r, placesOpen, &s.Open, places)
	read(l, r, placesUsed, &s.Used, places)
	read(l, r, placesVacant, &vacant, places)
	read(l, r, placesWaiting, &s.Waiting, places)
	read(l, r, placesNext, &s.Next, l.instant)
	read(l, r, placesWait, &s.Wait, places)
	switch {
	case r.fault != nil:
		return s, unit, at, r.fault
	case unit == "":
		return s, unit, at, &RowFault{Column: "unit", Reason: "is empty", Next: "Say which unit it is."}
	case s.Sort == "":
		return s, unit, at, &RowFault{Column: "sort", Reason: "is empty", Next: "Say which sort of places it is, as laid out."}
	case s.Used == nil && vacant == nil:
		return s, unit, at, &RowFault{Column: "used", Reason: "is empty, and so is vacant", Next: "Say how many are used, or how many are vacant; an empty cell is not 0."}
	case s.Used == nil && s.Open == nil:
		return s, unit, at, &RowFault{Column: "open", Reason: "is empty, and only vacant is told", Next: "Say how many places there are."}
	case s.Used == nil:
		used := *s.Open - *vacant
		s.Used = &used
	}
	if s.Open != nil && (*s.Used < 0 || *s.Used > *s.Open) {
		return s, unit, at, &RowFault{Column: "used", Reason: "is more than there are", Next: "Correct open, used or vacant."}
	}
	return s, unit, at, nil
}

// accepting reads whether the unit takes new people, the same in all its rows.
func (l *list) accepting(r *row, d *flow.Data) *RowFault {
	var word string
	read(l, r, placesAccepting, &word, oneOf([]string{"yes", "no", "open", "closed", "accepting", "not_accepting", "true", "false"}))
	read(l, r, placesReason, &d.Reason, oneOf(ClosedReasons))
	if r.fault != nil || word == "" {
		return r.fault
	}
	takes := word == "yes" || word == "open" || word == "accepting" || word == "true"
	if d.Places.Accepting != nil && *d.Places.Accepting != takes {
		return &RowFault{Column: "accepting", Reason: "differs from another row of the unit", Next: "Say the same in all rows of a unit."}
	}
	d.Places.Accepting = &takes
	return nil
}

func verbatim(cell string) (string, *RowFault) { return cell, nil }

func placeSort(cell string) (string, *RowFault) { return underscored(cell), nil }

// places reads a number of places or people.
func places(cell string) (*int, *RowFault) {
	n, err := strconv.Atoi(cell)
	if err != nil || n < 0 || n > 2_000 {
		return nil, &RowFault{Reason: "is no number from 0 to 2000", Next: "Send a whole number; leave the cell empty where it is not known."}
	}
	return &n, nil
}

// tellAll logs the events, and says of each whether it changes what stands.
func (d *Door) tellAll(ctx context.Context, feed string, events []flow.Event, told []PlacesTold) {
	stood := map[string]capacity.Instant{}
	for _, u := range d.view().Units {
		if u.Slots != nil {
			stood[u.ID] = u.Slots.Told
		}
	}
	answers := make([]Answer, len(events))
	for i, result := range d.post(ctx, feed, events, asRead) {
		answers[i] = answerTo(result)
	}
	d.outcomes(ctx, answers)
	for i := range told {
		t, a := &told[i], &answers[i]
		t.Seq, t.Duplicate, t.Outcome, t.Error = a.Seq, a.Duplicate, a.Outcome, a.Error
		if stands := stood[t.Unit]; a.Error == nil && !a.Duplicate && stands > t.AsAt {
			t.Outcome, t.Note = "older", "It is older than what stands, told "+stands.String()+": it is kept as history, and the figures are unchanged."
		}
	}
}
