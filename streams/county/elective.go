package county

import (
	"time"

	"flowcentre/capacity"
)

// bookElectives tells the afternoon before who comes for an operation.
func (h *hospital) bookElectives() { h.book(1, 3*time.Hour) }

// book tells within some time who comes for an operation in so many days.
func (h *hospital) book(days int, within time.Duration) {
	c := h.county
	if day := c.local().AddDate(0, 0, days).Weekday(); day == time.Saturday || day == time.Sunday {
		return
	}
	for range c.poisson(h.electives()) {
		comes := c.today(float64(24*days) + 6.8 + 3.2*c.rnd.Float64())
		if comes < c.now.Add(within) {
			continue // is there already
		}
		s, w := h.elective(comes)
		c.after(c.between(0, within), func() {
			if s.gone {
				return
			}
			c.hl7(h.adult[0].records, "A05", s, visitFields{class: "P", arriving: comes, planned: comes})
			h.request(s, w.theatres, fromList, w, comes-comes%60_000)
		})
	}
}

// elective brings a patient for an operation on the day, who goes home again when there
// is no bed by late afternoon.
func (h *hospital) elective(comes capacity.Instant) (*stay, *ward) {
	c := h.county
	weights := make([]float64, len(h.adult))
	for i, w := range h.adult {
		if w.is.surgical() {
			weights[i] = float64(len(w.beds))
		}
	}
	w := h.adult[c.weighed(weights)]
	sex := ""
	if w.is == gynaecology {
		sex = "F"
	}
	s := c.visitOf(c.newPerson(c.adultAge(), sex, ""), "C", w.is)
	off := func(reason string) {
		if s.admitted || s.moving || s.gone {
			return
		}
		s.gone = true
		c.hl7(h.adult[0].records, "A38", s, visitFields{class: "P"})
		s.request.cancel(reason)
	}
	if c.chance(unfit) {
		c.at(comes.Add(-c.between(30*minute, 3*time.Hour)), func() { off("unfit") })
		return s, w
	}
	c.at(comes, func() {
		s.request.isReady()
		h.ask(s)
	})
	c.at(comes.Add(8*time.Hour), func() { off("no_bed") })
	return s, w
}

// unfit are the electives that are called off on the morning, whatever beds there are.
const unfit = .03
