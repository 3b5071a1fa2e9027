package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Question is a figure that is to be opened: as it stands now, or, with Seq or At, as it
// stood then.
type Question struct {
	Measure string
	Scope   string
	Seq     uint64           // the last event applied then; 0 where it is not said
	At      capacity.Instant // the centre's clock then; 0 where it is not said
}

// ErrNotKept is for a moment of which nothing is kept, or that has not come.
var ErrNotKept = errors.New("no state of that moment is kept")

// why answers with a figure, its definition, its inputs and every thing that it counts.
func (d *Dashboard) why(w http.ResponseWriter, r *http.Request) {
	q, ok := questionOf(w, r)
	if !ok {
		return
	}
	if d.o.Why == nil {
		notReady(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.whyFor)
	defer cancel()
	found, err := d.o.Why(ctx, q)
	switch {
	case r.Context().Err() != nil:
		return // nobody is there to be told
	case errors.Is(err, ErrNotKept):
		refuse(w, Problem{
			Kind: "not-kept", Title: "That moment cannot be asked for", Status: http.StatusNotFound, Detail: err.Error(),
			Remedy: "Leave out at for the figure as it stands now.",
		})
	case errors.Is(err, context.DeadlineExceeded):
		refuse(w, Problem{
			Kind: "too-slow", Title: "The figure could not be counted again in time", Status: http.StatusGatewayTimeout,
			Remedy: "Ask again, or for a later moment.",
		})
	case err != nil:
		d.o.Logger.Error("open figure", "measure", q.Measure, "scope", q.Scope, "error", err)
		refuse(w, Problem{Kind: "internal", Title: "The figure could not be counted again", Status: http.StatusInternalServerError})
	case found == nil:
		refuse(w, Problem{
			Kind: "not-found", Title: "There is no such figure", Status: http.StatusNotFound,
			Detail: "The catalogue has no measure of that name, or it means nothing for that scope.",
			Remedy: "GET /api/v1/measures lists every measure that each scope has.",
		})
	default:
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found) // the client may be gone
	}
}

// questionOf reads what is asked. When it returns false the request is answered.
func questionOf(w http.ResponseWriter, r *http.Request) (Question, bool) {
	query := r.URL.Query()
	q := Question{Measure: r.PathValue("name"), Scope: query.Get("scope")}
	if q.Scope == "" {
		q.Scope = "system"
	}
	at := query.Get("at")
	if at == "" {
		return q, true
	}
	if seq, err := strconv.ParseUint(at, 10, 64); err == nil && seq > 0 {
		q.Seq = seq
		return q, true
	}
	if t, err := time.Parse(time.RFC3339, at); err == nil && capacity.At(t) > 0 {
		q.At = capacity.At(t)
		return q, true
	}
	refuse(w, Problem{
		Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest,
		Detail: "at is neither a sequence from 1 nor a time such as 2027-01-12T04:07:00Z.",
		Remedy: "Give the sequence or the time of the moment, or leave at out for now.",
	})
	return Question{}, false
}

// Why opens a figure; nil where there is no such measure or the scope does not have it.
type Why func(ctx context.Context, q Question) (*flow.WhyView, error)
