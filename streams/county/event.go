package county

import (
	"encoding/json"
	"fmt"

	"flowcentre/capacity"
)

// cloudEvent is one CloudEvents 1.0 structured event.
type cloudEvent struct {
	SpecVersion string           `json:"specversion"`
	ID          string           `json:"id"`
	Source      string           `json:"source"`
	Type        string           `json:"type"`
	Time        capacity.Instant `json:"time"`
	ContentType string           `json:"datacontenttype"`
	Data        details          `json:"data"`
}

type details struct {
	Patient string           `json:"patient,omitempty"`
	Also    []string         `json:"also,omitempty"`
	Visit   string           `json:"visit,omitempty"`
	Place   string           `json:"place,omitempty"`
	Class   string           `json:"class,omitempty"`
	Due     capacity.Instant `json:"due,omitempty"`
	Outcome string           `json:"outcome,omitempty"`
	GoingTo string           `json:"going_to,omitempty"`
	Reason  string           `json:"reason,omitempty"`
	Until   capacity.Instant `json:"until,omitempty"`
	Census  []counted        `json:"census,omitzero"`
	Role    string           `json:"role,omitempty"`
	Counter uint64           `json:"counter,omitempty"`
}

type counted struct {
	Place   string `json:"place"`
	Patient string `json:"patient"`
	Visit   string `json:"visit"`
}

// tell says a fact of a family, such as bed.cleaned, as a CloudEvent.
func (c *County) tell(f *feed, family, fact string, d details) {
	if f == nil {
		return
	}
	f.count++
	id := fmt.Sprintf("%s-%08d", f.id, f.count)
	body, err := json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: id, Source: f.id, Type: "flowcentre." + family + "." + fact + ".v1",
		Time: c.now, ContentType: "application/json", Data: d,
	})
	if err != nil {
		panic("county: an event of plain values did not encode: " + err.Error())
	}
	c.post(f, Message{ID: id, Subject: "events." + f.id + "." + family, Body: body})
}

// named is what identifies a stay, as authority/type/value.
func (s *stay) named(authority string) details {
	return details{Patient: authority + "/MR/" + s.record, Also: []string{"NHS/NH/" + s.nhs}, Visit: authority + "/VN/" + s.visit}
}

// census tells who is on a ward.
func (c *County) census(w *ward) {
	d := details{Place: w.unit.ID, Role: "ward_clerk", Census: []counted{}}
	add := func(s *stay, place string) {
		n := s.named(w.records.assigner)
		d.Census = append(d.Census, counted{place, n.Patient, n.Visit})
	}
	for _, b := range w.beds {
		if b.stay != nil {
			add(b.stay, b.place())
		}
	}
	for _, s := range w.guests {
		add(s, w.unit.ID)
	}
	c.tell(w.board, "bed", "census", d)
}

// heartbeat tells that a producer is alive.
func (c *County) heartbeat(f *feed) {
	c.tell(f, "feed", "heartbeat", details{Counter: f.count + 1})
}
