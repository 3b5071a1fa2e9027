package dashboard

import (
	"errors"
	"net/http"

	"flowcentre/flow"
)

// What Options.Past answers besides a view. They come wrapped in a sentence that is
// shown to who asks.
var (
	ErrNoMoment = errors.New("neither a sequence nor a time")
	ErrBefore   = errors.New("before the first event")
	ErrBeyond   = errors.New("beyond the last event")
	ErrBusy     = errors.New("not rebuilt yet")
)

// past is the view at a sequence or moment. When it returns false the request is
// answered.
func (d *Dashboard) past(w http.ResponseWriter, r *http.Request, at string) (*flow.View, bool) {
	if d.o.Past == nil {
		refuse(w, Problem{
			Kind: "no-past", Title: "The past cannot be asked for here", Status: http.StatusNotImplemented,
			Detail: "This server answers only for the present.",
			Remedy: "Leave out at.",
		})
		return nil, false
	}
	v, err := d.o.Past(r.Context(), at)
	switch {
	case err == nil:
		return v, true
	case r.Context().Err() != nil: // nobody is there to be told
	case errors.Is(err, ErrNoMoment):
		refuse(w, Problem{
			Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest,
			Detail: "at is neither a sequence nor a time in RFC 3339 form.",
			Remedy: "Give a sequence, such as at=1042, or a time with its offset, such as at=2027-01-12T04:07:00Z; a + in an address is written %2B.",
		})
	case errors.Is(err, ErrBefore):
		refuse(w, Problem{
			Kind: "before-the-log", Title: "The log begins later", Status: http.StatusNotFound, Detail: err.Error(),
			Remedy: "Ask for the first event, or anything after it.",
		})
	case errors.Is(err, ErrBeyond):
		refuse(w, Problem{
			Kind: "beyond-the-log", Title: "The log has not come so far", Status: http.StatusNotFound, Detail: err.Error(),
			Remedy: "Leave out at: the answer is then the newest state there is.",
		})
	case errors.Is(err, ErrBusy):
		w.Header().Set("Retry-After", "5")
		refuse(w, Problem{
			Kind: "busy", Title: "The past is being rebuilt", Status: http.StatusServiceUnavailable, Detail: err.Error(),
			Remedy: "Ask the same again: what is being rebuilt goes on meanwhile.",
		})
	default:
		d.o.Logger.Error("rebuild the past", "at", at, "error", err)
		refuse(w, Problem{
			Kind: "internal", Title: "The past could not be rebuilt", Status: http.StatusInternalServerError,
			Remedy: "The centre's own log says why.",
		})
	}
	return nil, false
}
