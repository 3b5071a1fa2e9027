package streams

import (
	"crypto/sha256"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"flowcentre/capacity"
	"flowcentre/flow"
)

const typeCSV = "text/csv"

// ListAnswer is what became of a list.
type ListAnswer struct {
	ID        string           `json:"id"`
	Seq       uint64           `json:"seq"`
	Duplicate bool             `json:"duplicate,omitempty"`
	AsAt      capacity.Instant `json:"as_at"`
	Rows      int              `json:"rows"`
	Taken     int              `json:"taken"`
	Refused   []RowFault       `json:"refused"`
	Note      string           `json:"note,omitempty"`
}

// postList takes a whole list, as CSV or JSON, for one event.
func (d *Door) postList(of *sheet, w http.ResponseWriter, r *http.Request) {
	feed, p := d.sender(r, "source")
	if p != nil {
		p.write(w)
		return
	}
	media, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; media != typeCSV && media != typeJSON || charset != "" && !strings.EqualFold(charset, "utf-8") {
		problem(http.StatusUnsupportedMediaType, "content-type", "Content type not taken", "The content type says no form of a list.", "Send "+typeCSV+" or "+typeJSON+", in UTF-8.").write(w)
		return
	}
	raw, p := body(w, r, MaxBody)
	if p != nil {
		p.write(w)
		return
	}
	answer, p := d.list(r, of, feed, media == typeCSV, raw)
	if p != nil {
		p.write(w)
		return
	}
	writeJSON(w, typeJSON, http.StatusAccepted, answer)
}

// list reads and posts a list. What is refused of it, in whole or by row, is counted.
func (d *Door) list(r *http.Request, of *sheet, feed string, isCSV bool, raw []byte) (*ListAnswer, *Problem) {
	refuse := func(reason, detail string) {
		d.Refuse(feed, flow.Refusal{Reason: reason, Detail: detail, Digest: digestOf(raw)})
	}
	l, rows, p := d.readList(r, of, feed, isCSV, raw)
	if p != nil {
		refuse("list", p.Detail)
		return nil, p
	}
	data, sound, faults := l.read(rows)
	if p := cutOff(rows, faults); p != nil {
		refuse("list", p.Detail)
		return nil, p
	}
	for _, f := range faults {
		reason := "list_row"
		if f.Kept {
			reason = "list_cell"
		}
		refuse(reason, fmt.Sprintf("line %d: %s %s", f.Line, f.Column, f.Reason))
	}
	if dropped := len(rows) - sound; dropped > sound {
		p := unsound("", fmt.Sprintf("%d of %d rows are at fault: too many to take the others for %s.", dropped, len(rows), of.whole), "Correct the rows and send the list again.")
		p.Refused = faults
		return nil, p
	}
	e := flow.Event{
		ID: d.keys.listID(feed, l.place, l.taken, raw), Feed: feed, Kind: of.event, Happened: l.taken, Data: data,
	}
	result := d.post(r.Context(), feed, []flow.Event{e}, asRead)[0]
	if result.Err != nil {
		p := ProblemOf(result.Err)
		if p.Status == http.StatusRequestEntityTooLarge {
			p.Next = "Leave out columns that nobody needs, and patients who have left."
		}
		return nil, p
	}
	return &ListAnswer{
		ID: result.ID, Seq: result.Seq, Note: result.Note, Duplicate: result.Duplicate, AsAt: l.taken,
		Rows: len(rows), Taken: sound, Refused: append([]RowFault{}, faults...),
	}, nil
}

// readList reads what the request says of the list, and its rows.
func (d *Door) readList(r *http.Request, of *sheet, feed string, isCSV bool, raw []byte) (*list, []row, *Problem) {
	settings := d.feeds.byID[feed]
	query := r.URL.Query()
	l := &list{sheet: of, feed: &settings, place: query.Get("place"), taken: d.clock.Now()}
	if l.place == "" {
		return nil, nil, unsound("place", "The address does not say "+of.subject+" the list is of.", "Add ?place= with "+of.example+".")
	}
	if text := query.Get("as_at"); text != "" {
		at, ok := settings.instant(text, l.taken)
		if !ok {
			return nil, nil, unsound("as_at", "as_at is not a time.", "Write 2027-01-12T04:07:00Z, or a local time; in an address a plus sign is written %2B.")
		}
		l.taken = at
	}
	read := readEntries
	if isCSV {
		read = readCSV
	}
	rows, p := read(of, raw)
	if p == nil {
		p = counts(r, len(rows))
	}
	if p == nil && len(rows) > flow.MaxListed {
		p = unsound("rows", fmt.Sprintf("The list has more than %d rows.", flow.MaxListed), "List only who belongs there now.")
	}
	return l, rows, p
}

// counts compares how many rows the sender says there are with how many came.
func counts(r *http.Request, rows int) *Problem {
	said := r.URL.Query().Get("rows")
	if said == "" {
		said = r.Header.Get("X-Rows")
	}
	if said == "" {
		return nil
	}
	n, err := strconv.Atoi(said)
	switch {
	case err != nil || n < 0:
		return unsound("rows", "The number of rows that the sender gives is none.", "Give the rows without the header, or leave the number out.")
	case n != rows:
		return unsound("rows", fmt.Sprintf("%d rows came, and the sender says %d.", rows, n), "Send the whole list again.")
	}
	return nil
}

// listID is the id of a list: the same content at the same time gives the same.
func (k *Keys) listID(feed, place string, taken capacity.Instant, raw []byte) string {
	sum := sha256.Sum256(raw)
	return "list-" + k.hash("list|", fmt.Sprintf("%s|%s|%d|%x", feed, place, taken, sum))
}
