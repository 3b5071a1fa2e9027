package county

import (
	"fmt"
	"strings"

	"flowcentre/capacity"
)

// Origins of bed requests.
const (
	fromAE       = "ae"
	fromGP       = "gp"
	fromList     = "elective"
	fromElse     = "transfer"
	fromCritical = "step_down"
)

// request is one patient's need for a bed, as the producer that asks for it follows it.
type request struct {
	county *County
	id     string
	feed   *feed // asks; nil where nobody tells of it
	stay   *stay
	told   capacity.Instant // when the centre is told
	kept   bool             // the desk has kept a bed for it
	ready  bool
	left   bool
	ended  bool
}

// request asks for a bed for somebody, from a unit of the hospital.
func (h *hospital) request(s *stay, f *feed, origin string, from *ward, due capacity.Instant) *request {
	c := h.county
	c.requests++
	r := &request{county: c, id: fmt.Sprintf("%s-R%06d", strings.ToUpper(h.id), c.requests), feed: f, stay: s}
	s.request = r
	d := r.details()
	d.Place, d.Origin, d.Service, d.Due = from.unit.ID, origin, string(s.need), due
	d.Wants, d.Needs = string(capacity.AdultGA), []string{s.gender()}
	switch {
	case s.need == criticalCare:
		d.Wants, d.Needs, d.Service = string(capacity.CriticalCareClass), []string{pick(c, []string{"level_2", "level_3"})}, ""
	case s.alone:
		d.Needs = append(d.Needs, "side_room")
	}
	r.told = c.tell(f, "bed", "requested", d)
	return r
}

func (r *request) details() details {
	d := details{}
	if r.feed != nil {
		d = r.stay.named(r.feed.assigner)
	}
	d.Request = r.id
	return d
}

// isReady says that the patient can go to the bed.
func (r *request) isReady() {
	if r == nil || r.ready || r.ended {
		return
	}
	r.ready = true
	r.county.tell(r.feed, "bed", "request-ready", r.details())
}

// leaves says that the patient is on the way.
func (r *request) leaves() {
	if r == nil || r.left || r.ended {
		return
	}
	r.left = true
	r.county.tell(r.feed, "bed", "request-left", r.details())
}

// arrives says that the patient is in the bed.
func (r *request) arrives() {
	if r == nil || r.ended {
		return
	}
	r.leaves()
	r.ended = true
	r.county.tell(r.feed, "bed", "request-arrived", r.details())
}

// cancel says that the bed is not needed, and why.
func (r *request) cancel(reason string) {
	if r == nil || r.ended {
		return
	}
	r.ended = true
	d := r.details()
	d.Reason = reason
	r.county.tell(r.feed, "bed", "request-cancelled", d)
}
