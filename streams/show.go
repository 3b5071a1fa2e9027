package streams

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// hidden stands in a shown event where the log has the hash of a patient or visit.
const hidden = "hidden"

// Shown is one event of the log as anybody may see it.
type Shown struct {
	Seq      uint64           `json:"seq"`
	ID       string           `json:"id"`
	Feed     string           `json:"feed"`
	Type     string           `json:"type"` // unknown where this version does not know it, or cannot read the event
	Happened capacity.Instant `json:"happened,omitempty"`
	Recorded capacity.Instant `json:"recorded,omitempty"`
	Data     flow.Data        `json:"data"`
}

// show leaves out of an event who it is about.
func show(e flow.Event) Shown {
	hide := func(text *string, _ string) { *text = hidden }
	eachIdentifier(&e.Data, hide, hide)
	s := Shown{Seq: e.Seq, ID: e.ID, Feed: e.Feed, Type: e.Kind.String(), Happened: e.Happened, Recorded: e.Recorded, Data: e.Data}
	if e.Kind == flow.Unknown {
		s.Type = "unknown"
	}
	return s
}

func (d *Door) getEvent(w http.ResponseWriter, r *http.Request) {
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err != nil || seq == 0 {
		noEvent().write(w)
		return
	}
	entry, err := d.log.Event(r.Context(), seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		noEvent().write(w)
	case err != nil:
		retry(problem(http.StatusServiceUnavailable, "unavailable", "Not readable now", "The log cannot be read at the moment.", "Ask again."), "5").write(w)
	default:
		writeJSON(w, typeJSON, http.StatusOK, show(entry.Event))
	}
}

func noEvent() *Problem {
	return problem(http.StatusNotFound, "no-event", "No such event", "The log has no event of this sequence.", "Ask for one from 1 to the seq of GET /api/v1/state.")
}
