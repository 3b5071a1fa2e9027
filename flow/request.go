package flow

import (
	"slices"

	"flowcentre/capacity"
)

// request is a patient's need for a bed, as derived from the facts.
type request struct {
	id        string
	at        ref // where it was asked for
	origin    string
	service   string
	reason    string
	role      string // who allocated the bed
	wants     capacity.BedClass
	needs     []string
	due       capacity.Instant
	bed       ref // allocated
	until     capacity.Instant
	transfers []string // between hospitals, that made it or that it has taken in
	made      bool     // by a transfer, not by the hospital
	inferred  *stay    // the stay by which it was seen to be fulfilled or given up

	requested, allocated, ready, left, arrived, cancelled capacity.Moment

	events []uint64
}

func (r *request) open() bool {
	return r.requested.Told() && !r.arrived.Told() && !r.cancelled.Told()
}

// requestFact takes a fact about a bed request: the one of its number; without a number
// the one that is open. One that nobody made is in doubt until it is made.
func (c *course) requestFact(f *fact) {
	r := c.requestOf(f)
	if r == nil {
		if f.Kind != BedRequested && f.Kind != booked {
			c.doubts = append(c.doubts, doubt{NoRequest, *f, 0, nil})
			if f.more().Request == "" {
				return
			}
		}
		r = &request{id: f.more().Request}
		if r.id == "" {
			r.id = "r" + itoa(f.Seq)
		}
		c.requests = append(c.requests, r)
	}
	c.note(&r.events, f)
	r.take(f)
	if f.Kind == BedRequested || f.Kind == booked {
		c.doubts = slices.DeleteFunc(c.doubts, func(d doubt) bool {
			id := d.fact.more().Request
			return d.kind == NoRequest && (id == "" || id == r.id)
		})
		for _, s := range c.stays {
			if s.phase == open && s.since >= f.Happened {
				c.fulfil(s, f)
			}
		}
	}
}

func (c *course) requestOf(f *fact) *request {
	if id := f.more().Request; id != "" {
		for _, r := range c.requests {
			if r.id == id {
				return r
			}
		}
		return nil
	}
	for _, r := range slices.Backward(c.requests) {
		if r.open() {
			return r
		}
	}
	return nil
}

func (r *request) take(f *fact) {
	d := f.more()
	now := capacity.Moment{At: f.Happened, Seq: f.Seq}
	switch f.Kind {
	case BedRequested, booked:
		if r.made = f.Kind == booked; r.made {
			r.transfers = []string{d.Mode}
		}
		first(&r.requested, f)
		r.at, r.due, r.needs = f.Place, f.Due, d.Needs
		r.origin, r.service, r.wants = d.Origin, d.Service, capacity.BedClass(d.Wants)
		if r.wants == "" {
			r.wants = capacity.AdultGA
		}
		if r.cancelled.Told() && r.cancelled.At < f.Happened {
			r.cancelled, r.reason, r.inferred = capacity.Moment{}, "", nil
			r.requested = now
		}
	case BedAllocated, bookedBed:
		r.bed, r.until, r.allocated, r.role = f.Place, d.Until, now, d.Role
	case AllocationEnded:
		r.bed, r.until, r.allocated, r.role = ref{}, 0, capacity.Moment{}, ""
	case RequestReady:
		first(&r.ready, f)
	case RequestLeft, bookedLeft:
		first(&r.left, f)
	case RequestArrived, bookedArrived:
		r.arrived, r.inferred = now, nil
	case RequestCancelled, bookedCancelled:
		r.cancelled, r.reason, r.inferred = now, d.Reason, nil
	}
}

// fulfil ends the requests that a stay's move has met, or its end has made void, and
// opens them again when that is undone.
func (c *course) fulfil(s *stay, f *fact) {
	ward := s.phase == open && s.at.Unit != "" && !c.dept(s.at.Unit)
	now := capacity.Moment{At: s.since, Seq: s.seq}
	for _, r := range c.requests {
		if r.inferred == s {
			r.arrived, r.cancelled, r.reason, r.inferred = capacity.Moment{}, capacity.Moment{}, "", nil
		}
		switch {
		case !r.open():
		case ward && s.since >= r.requested.At && c.moved(r, s):
			r.arrived, r.inferred = now, s
		case s.phase == ended && s.endSeq != 0 && s.ended >= r.requested.At && r.origin != "elective" && !r.made && !c.elsewhere(s):
			r.cancelled, r.reason, r.inferred = capacity.Moment{At: s.ended, Seq: s.endSeq}, "left", s
		}
	}
	if a := s.ae; a != nil && a.onward {
		for _, r := range c.requests {
			if r.open() && r.at.Unit == a.unit && !r.left.Told() {
				first(&r.left, f)
			}
		}
	}
}

// moved says whether being where the stay is now is what the request asked for: for a
// patient who had a bed already, another unit than that; of a transfer, any of the hospital.
func (c *course) moved(r *request, s *stay) bool {
	if r.made {
		return c.site(s.at.Unit) == c.site(r.at.Unit)
	}
	return s.at.Unit != r.at.Unit || r.origin == "elective"
}

// join lets a request that a transfer made be one with that which the hospital made itself for
// the same transfer. The bed kept for either is kept for it.
func (c *course) join() {
	for i := 0; i < len(c.requests); i++ {
		r := c.requests[i]
		if !r.made {
			continue
		}
		own := slices.IndexFunc(c.requests, func(o *request) bool {
			return !o.made && o.origin == "transfer" && o.requested.Told() && c.site(o.at.Unit) == c.site(r.at.Unit) && (o.open() || max(o.arrived.At, o.cancelled.At) >= r.requested.At)
		})
		if own < 0 {
			continue
		}
		o := c.requests[own]
		o.transfers = append(o.transfers, r.transfers...)
		if !o.allocated.Told() {
			o.bed, o.until, o.allocated, o.role = r.bed, r.until, r.allocated, r.role
		}
		if !o.left.Told() {
			o.left = r.left
		}
		o.events = append(o.events, r.events...)
		c.requests = slices.Delete(c.requests, i, i+1)
		i--
	}
}

// elsewhere says whether the patient has another open stay.
func (c *course) elsewhere(but *stay) bool {
	return slices.ContainsFunc(c.stays, func(s *stay) bool { return s != but && s.phase == open })
}

// whose is the patient that a fact is about. A fact of a bed request may name the request
// only; one that nobody has made yet holds it.
func (s *State) whose(e *Event, f *fact) (p *patient, reason string) {
	id := e.Data.Request
	if id == "" {
		return s.owner(e.Data.Patient, e.Data.Visit), ""
	}
	if e.Data.Patient == "" {
		key, ok := s.requests[id]
		if !ok {
			return nil, UnknownRequest
		}
		return s.patientOf(key), ""
	}
	p = s.owner(e.Data.Patient, e.Data.Visit)
	if key, taken := s.requests[id]; taken && s.patientOf(key) != p {
		id = publicID(id + "|" + p.key)
	}
	f.More.Request = id
	return p, ""
}

// register keeps which patient each request is of, and tries again what waited for one.
func (s *State) register(p *patient, c *course) {
	if len(c.requests) == 0 && len(p.requests) == 0 {
		return
	}
	for _, id := range p.bookings {
		delete(s.bookings, id)
	}
	s.view.transfers = s.view.transfers || len(p.bookings) > 0
	p.bookings = nil
	for _, r := range c.requests {
		for _, id := range r.transfers {
			p.bookings = append(p.bookings, id)
			if r.open() {
				s.bookings[id] = r.id
			}
		}
	}
	s.view.transfers = s.view.transfers || len(p.bookings) > 0
	var ids []string
	for _, r := range c.requests {
		ids = append(ids, r.id)
	}
	for _, id := range p.requests {
		if !slices.Contains(ids, id) && s.requests[id] == p.key {
			delete(s.requests, id)
		}
	}
	p.requests = ids
	for _, id := range ids {
		if _, known := s.requests[id]; !known {
			s.come(requestWant(id))
		}
		s.requests[id] = p.key
	}
}
