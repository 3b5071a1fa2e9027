package dashboard

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Moment says which state is asked for: the present one, or with one of its fields one
// of the past.
type Moment struct {
	Seq uint64           // the last event applied then
	At  capacity.Instant // the centre's clock then
}

// Past gives the view of a past state, or its error wraps ErrNotKept or ErrBusy. It may
// go on after ctx has ended, so that the next who asks finds it done.
type Past func(ctx context.Context, m Moment) (*flow.View, error)

// Why there is no answer of the past. They come wrapped in a sentence that is shown to
// who asks.
var (
	ErrNotKept = errors.New("no state of that moment is kept") // it has passed too long ago, or not yet
	ErrBusy    = errors.New("others are asking for the past")
)

// momentOf reads what is asked. When it returns false the request is answered.
func momentOf(w http.ResponseWriter, r *http.Request) (Moment, bool) {
	at := r.URL.Query().Get("at")
	if at == "" {
		return Moment{}, true
	}
	if seq, err := strconv.ParseUint(at, 10, 64); err == nil && seq > 0 {
		return Moment{Seq: seq}, true
	}
	if t, err := capacity.ParseInstant(at); err == nil {
		return Moment{At: t}, true
	}
	refuse(w, Problem{
		Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest,
		Detail: "at is neither a sequence from 1 nor a time such as 2027-01-12T04:07:00Z.",
		Remedy: "Give the sequence or the time of the moment, a + in its offset written %2B, or leave at out for now.",
	})
	return Moment{}, false
}

// past is the view of a past state. When it returns false the request is answered.
func (d *Dashboard) past(w http.ResponseWriter, r *http.Request, m Moment) (*flow.View, bool) {
	if d.o.Past == nil {
		notReady(w)
		return nil, false
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.pastFor)
	defer cancel()
	v, err := d.o.Past(ctx, m)
	if err != nil {
		d.notThen(w, r, err)
	}
	return v, err == nil
}

// notThen says why a past state cannot be told of.
func (d *Dashboard) notThen(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil: // nobody is there to be told
	case errors.Is(err, ErrNotKept):
		refuse(w, Problem{
			Kind: "not-kept", Title: "That moment cannot be asked for", Status: http.StatusNotFound, Detail: err.Error(),
			Remedy: "Leave out at for what is so now.",
		})
	case errors.Is(err, ErrBusy):
		w.Header().Set("Retry-After", "5")
		refuse(w, Problem{
			Kind: "busy", Title: "Others are asking for the past", Status: http.StatusServiceUnavailable, Detail: err.Error(),
			Remedy: "Ask again in a few seconds.",
		})
	case errors.Is(err, context.DeadlineExceeded):
		w.Header().Set("Retry-After", "5")
		refuse(w, Problem{
			Kind: "too-slow", Title: "The past could not be counted again in time", Status: http.StatusGatewayTimeout,
			Remedy: "Ask the same again: the counting goes on meanwhile.",
		})
	default:
		d.o.Logger.Error("rebuild the past", "path", r.URL.Path, "error", err)
		refuse(w, Problem{Kind: "internal", Title: "The past could not be counted again", Status: http.StatusInternalServerError})
	}
}
