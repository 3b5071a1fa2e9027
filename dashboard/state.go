package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"flowcentre/flow"
)

// state answers with everything that people see.
func (d *Dashboard) state(w http.ResponseWriter, r *http.Request) {
	d.answer(w, r, func(b *body, v *flow.View) bool { b.all(v); return true })
}

// list answers with all of one kind.
func (d *Dashboard) list(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d.answer(w, r, func(b *body, v *flow.View) bool { b.list(kind, v, every); return true })
	}
}

// alerts answers with the alerts, and what they have asked of people by name and by shift.
func (d *Dashboard) alerts(w http.ResponseWriter, r *http.Request) {
	d.answer(w, r, func(b *body, v *flow.View) bool {
		b.list("alerts", v, every)
		b.member("rules", append([]*flow.RuleCount{}, v.Rules...))
		b.member("shifts", append([]*flow.ShiftCount{}, v.Shifts...))
		return true
	})
}

func (d *Dashboard) unit(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	d.answer(w, r, func(b *body, v *flow.View) bool { return b.one("unit", "units", v, id) })
}

// site answers with one site and its units.
func (d *Dashboard) site(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	d.answer(w, r, func(b *body, v *flow.View) bool {
		if !b.one("site", "sites", v, id) {
			return false
		}
		b.list("units", v, func(p part) bool { return p.entity.(*flow.UnitView).Site == id })
		return true
	})
}

// offers answers with the units that a referral can be put to.
func (d *Dashboard) offers(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	d.answer(w, r, func(b *body, v *flow.View) bool {
		o := v.Offers(id)
		if o == nil {
			return false
		}
		b.member("referral", o.Referral)
		b.member("offers", o.Offers)
		b.member("refused", o.Refused)
		return true
	})
}

// answer writes what fill takes from the view that the request asks for. fill returns
// false when the view does not have it.
func (d *Dashboard) answer(w http.ResponseWriter, r *http.Request, fill func(*body, *flow.View) bool) {
	v, ok := d.asked(w, r)
	if !ok {
		return
	}
	b := &body{encoder: d.encoder}
	if r.URL.Query().Get("at") != "" {
		b.encoder = newEncoder() // what the walls need next is not pushed out
	}
	b.open(v)
	found := fill(b, v)
	b.close()
	switch {
	case !found:
		refuse(w, Problem{
			Kind: "not-found", Title: "There is no such thing here", Status: http.StatusNotFound,
			Detail: "The layout in force names nothing by the last part of this address.",
			Remedy: "GET /api/v1/state lists every site, unit and feed by its id.",
		})
		return
	case b.err != nil:
		d.o.Logger.Error("encode view", "seq", v.Seq, "error", b.err)
		refuse(w, Problem{Kind: "internal", Title: "The answer could not be written", Status: http.StatusInternalServerError})
		return
	}
	tag := fmt.Sprintf(`"%s.%d"`, v.Epoch, v.Seq)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b.json)))
	_, _ = w.Write(b.json) // the client may be gone
}

// asked is the view that the request asks for: that of a past sequence or moment with
// at, else the newest, which with min_seq has at least that sequence. When it returns
// false the request is answered.
func (d *Dashboard) asked(w http.ResponseWriter, r *http.Request) (*flow.View, bool) {
	query := r.URL.Query()
	moment, ok := momentOf(w, r)
	if !ok {
		return nil, false
	}
	if moment != (Moment{}) {
		return d.past(w, r, moment)
	}
	if query.Has("min_seq") {
		seq, err := strconv.ParseUint(query.Get("min_seq"), 10, 64)
		if err != nil {
			refuse(w, Problem{
				Kind: "bad-parameter", Title: "A parameter cannot be read", Status: http.StatusBadRequest,
				Detail: "min_seq is not a whole number from 0.",
				Remedy: "Give the sequence that the answer to a posted event named, such as min_seq=1042.",
			})
			return nil, false
		}
		if !d.wait(w, r, seq) {
			return nil, false
		}
	}
	v, _ := d.o.Board.Latest()
	if v == nil {
		notReady(w)
		return nil, false
	}
	return v, true
}

// wait waits until seq is applied, for a bounded time.
func (d *Dashboard) wait(w http.ResponseWriter, r *http.Request, seq uint64) bool {
	ctx, cancel := context.WithTimeout(r.Context(), d.waitFor)
	defer cancel()
	err := d.o.Board.WaitFor(ctx, seq)
	if err == nil {
		return true
	}
	if r.Context().Err() != nil {
		return false // nobody is there to be told
	}
	status, detail := http.StatusServiceUnavailable, "The engine has stopped."
	if errors.Is(err, context.DeadlineExceeded) {
		status, detail = http.StatusGatewayTimeout, fmt.Sprintf("Sequence %d was asked for and not applied within %s.", seq, d.waitFor)
	}
	refuse(w, Problem{
		Kind: "not-applied", Title: "That event is not applied yet", Status: status, Detail: detail,
		Remedy: "Ask again; without min_seq the answer is the newest state there is, with its sequence.",
	})
	return false
}
