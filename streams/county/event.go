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
	Patient    string           `json:"patient,omitempty"`
	Also       []string         `json:"also,omitempty"`
	Visit      string           `json:"visit,omitempty"`
	Place      string           `json:"place,omitempty"`
	Class      string           `json:"class,omitempty"`
	Due        capacity.Instant `json:"due,omitempty"`
	Outcome    string           `json:"outcome,omitempty"`
	GoingTo    string           `json:"going_to,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Until      capacity.Instant `json:"until,omitempty"`
	Census     []counted        `json:"census,omitzero"`
	Role       string           `json:"role,omitempty"`
	Mode       string           `json:"mode,omitempty"`
	Acuity     string           `json:"acuity,omitempty"`
	Service    string           `json:"service,omitempty"`
	Sex        string           `json:"sex,omitempty"`
	Request    string           `json:"request,omitempty"`
	Origin     string           `json:"origin,omitempty"`
	Needs      []string         `json:"needs,omitempty"`
	Wants      string           `json:"wants,omitempty"`
	Ambulance  string           `json:"ambulance,omitempty"`
	Pathway    string           `json:"pathway,omitempty"`
	Owner      string           `json:"owner,omitempty"`
	Certainty  string           `json:"certainty,omitempty"`
	About      string           `json:"about,omitempty"`
	List       []listed         `json:"list,omitzero"`
	Discharges []leaver         `json:"discharges,omitzero"`
	Counter    uint64           `json:"counter,omitempty"`

	Referral  string    `json:"referral,omitempty"`
	Seeks     []string  `json:"seeks,omitempty"`
	Intent    string    `json:"intent,omitempty"`
	Age       int       `json:"age,omitempty"`
	Locality  string    `json:"locality,omitempty"`
	AgeBand   string    `json:"age_band,omitempty"`
	Frailty   string    `json:"frailty,omitempty"`
	Condition string    `json:"condition,omitempty"`
	Call      string    `json:"call,omitempty"`
	Transfer  string    `json:"transfer,omitempty"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to,omitempty"`
	Purpose   string    `json:"purpose,omitempty"`
	How       string    `json:"how,omitempty"`
	Places    *places   `json:"places,omitempty"`
	Declared  *declared `json:"declared,omitempty"`
}

// places is what a unit tells of its places.
type places struct {
	Sorts     []sortTold `json:"sorts,omitzero"`
	Accepting *bool      `json:"accepting,omitempty"`
	Assess    *bool      `json:"assess,omitempty"`
	Returns   *bool      `json:"returns,omitempty"`
}

type sortTold struct {
	Sort    string           `json:"sort"`
	Open    int              `json:"open"`
	Used    int              `json:"used"`
	Waiting *int             `json:"waiting,omitempty"`
	Next    capacity.Instant `json:"next,omitempty"`
	Wait    *int             `json:"wait_days,omitempty"`
}

type declared struct {
	Status string `json:"status"`
	Scope  string `json:"scope"`
	Value  string `json:"value"`
}

type counted struct {
	Place   string `json:"place"`
	Patient string `json:"patient"`
	Visit   string `json:"visit"`

	Admitted capacity.Instant `json:"admitted"`
}

// leaver is one patient of a discharge list.
type leaver struct {
	Patient string           `json:"patient"`
	Visit   string           `json:"visit"`
	NCTR    capacity.Instant `json:"nctr"`
	Pathway string           `json:"pathway"`
	Reason  string           `json:"reason,omitempty"`
	Owner   string           `json:"owner,omitempty"`
}

// listed is one attendance of an A&E list.
type listed struct {
	Patient  string           `json:"patient"`
	Visit    string           `json:"visit"`
	Arrived  capacity.Instant `json:"arrived"`
	Mode     string           `json:"mode"`
	Acuity   string           `json:"acuity,omitempty"`
	Place    string           `json:"place,omitempty"`
	Assessed capacity.Instant `json:"assessed,omitempty"`
	Seen     capacity.Instant `json:"seen,omitempty"`
	Referred capacity.Instant `json:"referred,omitempty"`
	Service  string           `json:"service,omitempty"`
	Decided  capacity.Instant `json:"decided,omitempty"`
	Ready    capacity.Instant `json:"ready,omitempty"`
}

// tell says a fact of a family, such as bed.cleaned, as a CloudEvent, and gives when it
// is sent. Nothing is said where no feed would say it.
func (c *County) tell(f *feed, family, fact string, d details) capacity.Instant {
	return c.write(f, c.now, family, fact, d)
}

// typed says a fact that a person types in when there is time for it: now and then late.
func (c *County) typed(f *feed, family, fact string, d details) {
	c.write(f, c.typedIn(), family, fact, d)
}

// write says what happens now and is sent then or later.
func (c *County) write(f *feed, sent capacity.Instant, family, fact string, d details) capacity.Instant {
	return c.record(f, c.now, sent, family, fact, d)
}

// record says what happened at a time and is sent at another.
func (c *County) record(f *feed, happened, sent capacity.Instant, family, fact string, d details) capacity.Instant {
	if f == nil {
		return 0
	}
	f.count++
	id := fmt.Sprintf("%s-%08d", f.id, f.count)
	body, err := json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: id, Source: f.id, Type: "flowcentre." + family + "." + fact + ".v1",
		Time: happened, ContentType: "application/json", Data: d,
	})
	if err != nil {
		panic("county: an event of plain values did not encode: " + err.Error())
	}
	return c.post(f, Message{At: sent, ID: id, Subject: "events." + f.id + "." + family, Body: body})
}

// named is what identifies a stay, as authority/type/value.
func (s *stay) named(authority string) details {
	return details{Patient: authority + "/MR/" + s.record, Also: []string{"NHS/NH/" + s.nhs}, Visit: authority + "/VN/" + s.visit}
}

// census tells who is on a ward.
func (c *County) census(w *ward) {
	d := details{Place: w.unit.ID, Role: "ward_clerk", Census: []counted{}}
	add := func(s *stay, place string) {
		n := s.named(w.assigner)
		d.Census = append(d.Census, counted{place, n.Patient, n.Visit, s.from})
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

// heartbeat tells that a producer is alive, and how much it has sent.
func (c *County) heartbeat(f *feed) {
	c.tell(f, "feed", "heartbeat", details{Counter: f.sent + 1})
}

func (s *stay) gender() string {
	if s.sex == "M" {
		return "male"
	}
	return "female"
}
