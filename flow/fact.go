package flow

import (
	"cmp"

	"flowcentre/capacity"
)

// fact is what a patient's list keeps of an event, with its places resolved.
type fact struct {
	Seq       uint64
	Happened  capacity.Instant
	Recorded  capacity.Instant
	Kind      Kind
	Visit     string
	FromVisit string
	Place     ref
	Prior     ref
	Class     PatientClass
	Due       capacity.Instant
	More      *detail // nil where the event says nothing of it
}

// detail is what only some kinds of fact say.
type detail struct {
	Service, Sex, Mode, Acuity   string
	Request, Origin, Wants, Role string
	Pathway, Certainty, GoingTo  string
	Reason, Owner, Ambulance     string
	Locality, AgeBand            string
	Frailty, Condition           string
	Feed                         string // of a fact about a discharge: who said it
	Needs                        []string
	Until                        capacity.Instant
	NCTR                         capacity.Instant // of a discharge list
}

var noDetail detail

// more is the fact's detail, an empty one where there is none.
func (f *fact) more() *detail {
	if f.More == nil {
		return &noDetail
	}
	return f.More
}

// Kinds that only the fold makes, of a census or a list.
const (
	counted            Kind = 200 + iota // a census found the patient there, admitted when Due says
	notCounted                           // a census of the unit did not find the patient
	listed                               // an A&E list has the patient in it again
	notListed                            // an A&E list of the department has not
	dischargeListed                      // what a discharge list says of the patient
	dischargeNotListed                   // a discharge list of where the patient was says nothing
	takenOn                              // a referral was accepted by a service that starts care at home
	handedBack                           // and is no longer
)

// Kinds that only the fold makes, of a transfer between hospitals: what it says of the bed
// request of its patient. Mode then holds the transfer's number.
const (
	booked          Kind = 220 + iota // the patient is accepted, and needs a bed
	bookedBed                         // a bed was offered
	bookedLeft                        // the patient is on the way
	bookedArrived                     // and there
	bookedCancelled                   // it was declined or withdrawn
)

func factOf(e *Event) fact {
	d := &e.Data
	f := fact{
		Seq: e.Seq, Happened: e.Happened, Recorded: e.Recorded, Kind: e.Kind,
		Visit: d.Visit, FromVisit: d.FromVisit, Class: d.Class, Due: d.Due,
	}
	feed := ""
	if dischargeKind(e.Kind) {
		feed = e.Feed
	}
	if feed == "" && d.Service == "" && d.Sex == "" && d.Mode == "" && d.Acuity == "" && d.Request == "" && d.Origin == "" && d.Wants == "" && d.Role == "" &&
		d.Pathway == "" && d.Certainty == "" && d.GoingTo == "" && d.Reason == "" && d.Owner == "" && d.Ambulance == "" && len(d.Needs) == 0 && d.Until == 0 &&
		d.Locality == "" && d.AgeBand == "" && d.Frailty == "" && d.Condition == "" {
		return f
	}
	f.More = &detail{
		Service: d.Service, Sex: d.Sex, Mode: d.Mode, Acuity: d.Acuity, Request: d.Request, Origin: d.Origin, Wants: string(d.Wants), Role: d.Role,
		Locality: d.Locality, AgeBand: d.AgeBand, Frailty: d.Frailty, Condition: d.Condition, Feed: feed,
		Pathway: d.Pathway, Certainty: d.Certainty, GoingTo: d.GoingTo, Reason: d.Reason, Owner: d.Owner, Ambulance: d.Ambulance, Needs: d.Needs, Until: d.Until,
	}
	return f
}

// segment takes what is said of the group that somebody belongs to.
func (d *detail) segment(to *capacity.Segment) {
	to.Locality, to.AgeBand = cmp.Or(d.Locality, to.Locality), cmp.Or(d.AgeBand, to.AgeBand)
	to.Frailty, to.Condition = cmp.Or(d.Frailty, to.Frailty), cmp.Or(d.Condition, to.Condition)
}

func (d *detail) texts() []*string {
	return []*string{
		&d.Service, &d.Sex, &d.Mode, &d.Acuity, &d.Request, &d.Origin, &d.Wants, &d.Role,
		&d.Pathway, &d.Certainty, &d.GoingTo, &d.Reason, &d.Owner, &d.Ambulance,
		&d.Locality, &d.AgeBand, &d.Frailty, &d.Condition, &d.Feed,
	}
}

func (p *packer) fact(f *fact) {
	p.number(f.Seq)
	p.instant(f.Happened)
	p.instant(f.Recorded)
	p.number(uint64(f.Kind))
	p.text(f.Visit)
	p.text(f.FromVisit)
	p.ref(f.Place)
	p.ref(f.Prior)
	p.text(string(f.Class))
	p.instant(f.Due)
	p.flag(f.More != nil)
	if d := f.More; d != nil {
		for _, t := range d.texts() {
			p.text(*t)
		}
		p.texts(d.Needs)
		p.instant(d.Until)
		p.instant(d.NCTR)
	}
}

func (u *unpacker) fact() fact {
	f := fact{
		Seq: u.number(), Happened: u.instant(), Recorded: u.instant(), Kind: Kind(u.number()),
		Visit: u.text(), FromVisit: u.text(), Place: u.ref(), Prior: u.ref(),
		Class: PatientClass(u.text()), Due: u.instant(),
	}
	if u.flag() {
		f.More = &detail{}
		for _, t := range f.More.texts() {
			*t = u.text()
		}
		f.More.Needs = u.texts()
		f.More.Until = u.instant()
		f.More.NCTR = u.instant()
	}
	return f
}
