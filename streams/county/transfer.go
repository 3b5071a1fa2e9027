package county

import (
	"fmt"
	"time"

	"flowcentre/capacity"
)

// transfer is a patient whom one hospital asks another to take.
type transfer struct {
	county  *County
	id      string
	feed    *feed // of the site team that asks, or that somebody comes to from outside
	to      *feed // of the site team that is asked; the same where it is outside
	stay    *stay // who is to come, or to go
	from    *hospital
	leaving *stay // the stay at a hospital here that it ends
	left    bool
	ended   bool
}

// Of transfers, a day.
const (
	transfersOut     = .0028 // per core bed, to specialist hospitals outside
	transfersBetween = .0028 // per core bed of the smaller hospital, to the largest
	declinesTransfer = .14
)

// outside are hospitals beyond the system: where the county's people are treated and come
// back from.
var outside = []string{"out/birmingham", "out/birmingham", "out/coventry", "out/hereford", "out/gloucester"}

// transferDesk is the feed of the hospital's site team, where it tells of transfers.
func (h *hospital) transferDesk() *feed {
	for _, w := range h.wards {
		if w.board != nil && w.board.has("transfers") {
			return w.board
		}
	}
	return nil
}

// askTransfer says that one hospital asks another to take a patient.
func (c *County) askTransfer(h *hospital, s *stay, purpose, from, to string) *transfer {
	f := h.transferDesk()
	if f == nil {
		return nil
	}
	c.transfers++
	t := &transfer{county: c, id: fmt.Sprintf("T%06d", 100_000+c.transfers), feed: f, to: f, stay: s}
	d := s.named(f.assigner)
	d.Transfer, d.From, d.To, d.Purpose, d.Service, d.Wants, d.Role = t.id, from, to, purpose, string(s.need), string(capacity.AdultGA), "clinical_site_manager"
	d.Due = c.now.Add(24 * time.Hour)
	c.tell(f, "bed", "transfer-asked", d)
	return t
}

func (t *transfer) say(f *feed, fact string, d details) {
	d.Transfer, d.Role = t.id, "clinical_site_manager"
	t.county.tell(f, "bed", fact, d)
}

// offered says that a bed is kept for it.
func (t *transfer) offered(b *bed) {
	if t != nil && !t.ended {
		t.say(t.to, "transfer-bed-offered", details{Place: b.place()})
	}
}

// leaves says that the patient is on the way; who was in a hospital here leaves it.
func (t *transfer) leaves() {
	if t == nil || t.left || t.ended {
		return
	}
	t.left = true
	t.say(t.feed, "transfer-left", details{})
	if s := t.leaving; s != nil && !s.gone {
		t.from.discharge(s)
	}
}

// arrives says that the patient is there.
func (t *transfer) arrives(place string) {
	if t == nil || t.ended {
		return
	}
	t.leaves()
	t.ended = true
	t.say(t.to, "transfer-arrived", details{Place: place})
}

func (t *transfer) withdraw(reason string) {
	if t != nil && !t.ended {
		t.ended = true
		t.say(t.feed, "transfer-withdrawn", details{Reason: reason})
	}
}

// answer has the hospital that is asked say yes or no, after some time.
func (t *transfer) answer(within time.Duration, yes func()) {
	c := t.county
	c.after(c.between(15*minute, within), func() {
		if t.ended {
			return
		}
		if c.chance(declinesTransfer) {
			t.ended = true
			t.say(t.to, "transfer-declined", details{Reason: pick(c, []string{"no_bed", "telemetry", "not_appropriate"})})
			return
		}
		t.say(t.to, "transfer-accepted", details{})
		yes()
	})
}

// takeOver brings somebody back from another hospital, when there is a bed.
func (h *hospital) takeOver() {
	c := h.county
	s := c.visitOf(c.newPerson(c.adultAge(), "", h.locality()), "R", "")
	h.falls(s)
	t := c.askTransfer(h, s, "repatriation", pick(c, outside), h.id)
	if t == nil {
		h.wants(s, fromElse)
		return
	}
	s.transfer = t
	t.answer(3*time.Hour, func() { h.wants(s, fromElse) })
}

// sendOut asks a specialist hospital outside to take somebody.
func (h *hospital) sendOut() {
	c := h.county
	s := h.anybody()
	if s == nil {
		return
	}
	t := c.askTransfer(h, s, "transfer", h.id, outside[0])
	if t == nil {
		return
	}
	t.from = h
	t.answer(7*time.Hour, func() {
		if !h.settled(s) {
			t.withdraw("left")
			return
		}
		s.today, s.sent, t.leaving = true, true, s
		c.after(c.between(2*time.Hour, 9*time.Hour), func() {
			t.leaves()
			c.after(c.between(50*minute, 110*minute), func() { t.arrives("") })
		})
	})
}

// sendTo asks a larger hospital of the system to take somebody.
func (h *hospital) sendTo(other *hospital) {
	c := h.county
	s := h.anybody()
	if s == nil {
		return
	}
	t := c.askTransfer(h, s, "transfer", h.id, other.id)
	if t == nil {
		return
	}
	t.from, t.to = h, other.transferDesk()
	t.answer(4*time.Hour, func() {
		if !h.settled(s) {
			t.withdraw("left")
			return
		}
		s.today, s.sent, t.leaving = true, true, s
		next := c.visitOf(s.person, "R", "")
		other.falls(next)
		next.transfer, t.stay = t, next
		other.wants(next, fromElse)
	})
}

// anybody is a settled patient of the hospital, or nil.
func (h *hospital) anybody() *stay {
	for range 8 {
		if len(h.staying) == 0 {
			return nil
		}
		if s := pick(h.county, h.staying); h.settled(s) && s.plan.nctr == 0 && s.care == nil {
			return s
		}
	}
	return nil
}

// largest is the hospital with most beds.
func (c *County) largest() *hospital {
	var most *hospital
	for _, h := range c.sites {
		if most == nil || h.core(nil) > most.core(nil) {
			most = h
		}
	}
	return most
}
