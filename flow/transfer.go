package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// transfer is everything told about one transfer or repatriation between hospitals, under its
// number.
type transfer struct {
	id    string
	Facts []leg            `json:"f"` // sorted by (happened, sequence)
	Last  capacity.Instant `json:"l"` // when anything was last recorded about it
	unit  string           // whose picture it is in
	sites []string         // of the system, that it is of
	whose string           // key of the patient whose list has its bed request
	offer string           // unit of the bed offered
	alarm alarm
}

// leg is what a transfer's list keeps of an event.
type leg struct {
	Seq      uint64            `json:"q"`
	Happened capacity.Instant  `json:"t"`
	Recorded capacity.Instant  `json:"r"`
	Kind     Kind              `json:"k"`
	Patient  string            `json:"i,omitempty"`
	From     string            `json:"a,omitempty"`
	To       string            `json:"b,omitempty"`
	Purpose  string            `json:"p,omitempty"`
	Service  string            `json:"s,omitempty"`
	Wants    capacity.BedClass `json:"w,omitempty"`
	Needs    []string          `json:"n,omitempty"`
	Due      capacity.Instant  `json:"d,omitempty"`
	Until    capacity.Instant  `json:"u,omitempty"`
	Reason   string            `json:"y,omitempty"`
	Bed      ref               `json:"e,omitzero"`
}

// passage is what a transfer's facts amount to.
type passage struct {
	capacity.SiteTransfer
	patient string
	wants   capacity.BedClass
	needs   []string
	service string
	due     capacity.Instant
	bed     ref
	until   capacity.Instant

	offered, booked capacity.Moment // booked is when it was first accepted since it was asked for
	legs            map[Kind]leg    // the one that each moment is of
}

const maxLegs = 20 // facts of one transfer; it has six

// transferFact takes one fact about a transfer, or holds it. What has no effect from the desk
// is refused there; from a feed it is taken, and contradicts.
func (s *State) transferFact(e *Event) {
	if reason := s.reason(e); reason != "" {
		s.hold(e, reason)
		return
	}
	t := s.transfers[e.Data.Transfer]
	f := leg{
		e.Seq, e.Happened, e.Recorded, e.Kind, e.Data.Patient, e.Data.From, e.Data.To, e.Data.Purpose, e.Data.Service, e.Data.Wants, e.Data.Needs,
		e.Data.Due, e.Data.Until, e.Data.Reason, s.hint(e.Feed, e.Data.Place),
	}
	if e.Feed == Desk {
		if code, detail := s.objects(t, &f, e.Data.Transfer); code != "" {
			d := decisionOf(e)
			d.About = e.Data.Transfer
			d.refuse(code, detail)
			s.remind(d)
			return
		}
	}
	if t == nil {
		t = &transfer{id: e.Data.Transfer}
		s.transfers[t.id] = t
	}
	i, _ := slices.BinarySearchFunc(t.Facts, f, func(x, y leg) int {
		return cmp.Or(cmp.Compare(x.Happened, y.Happened), cmp.Compare(x.Seq, y.Seq))
	})
	if t.Facts = slices.Insert(t.Facts, i, f); len(t.Facts) > maxLegs {
		first := max(0, slices.IndexFunc(t.Facts, func(f leg) bool { return f.Kind != SiteTransferAsked }))
		t.Facts = slices.Delete(t.Facts, first, first+1)
	}
	t.Last = max(t.Last, e.Recorded)
	s.changed.key(transferKey(t.id))
	s.ferry(t)
	if t.unit != "" {
		s.note(e, cmp.Or(f.Bed, ref{Unit: t.unit}))
	}
}

// objects is why what the desk says of a transfer has no effect, empty where it has.
func (s *State) objects(t *transfer, f *leg, id string) (code, detail string) {
	j := &passage{}
	if t != nil {
		j = t.passage()
	}
	if f.Kind == SiteTransferAsked {
		if j.Asked.Told() && !j.Declined.Told() && !j.Withdrawn.Told() {
			return RefusedUsed, "There is a transfer of the number " + id + " already; give another."
		}
		if rule := s.ruleAgainst(f.To, f.Wants, f.Needs, f.Service); rule != "" {
			return RefusedRule, f.To + " does not take such patients (rule " + rule + ")."
		}
		return "", ""
	}
	switch {
	case !j.Asked.Told():
		return RefusedUnknown, "There is no transfer " + id + "."
	case j.Arrived.Told() || j.Withdrawn.Told() || j.Declined.Told() && f.Kind != SiteTransferAccepted:
		return RefusedOver, "The transfer " + id + " is over; ask for it again."
	case f.Kind == SiteTransferAccepted || f.Kind == SiteTransferOffered:
		if rule := s.ruleAgainst(j.To, j.wants, j.needs, j.service); rule != "" {
			return RefusedRule, j.To + " does not take such patients (rule " + rule + ")."
		}
	}
	if f.Kind == SiteTransferOffered {
		if s.siteOf(f.Bed.Unit) != j.To {
			return RefusedPlace, "The bed is not at " + j.To + "."
		}
		return s.unkeepable(f.Bed, s.known(j.patient))
	}
	return "", ""
}

// siteOf is the site of a unit, empty for none.
func (s *State) siteOf(unit string) string {
	if u := s.units[unit]; u != nil {
		return u.def.Site
	}
	return ""
}

// ruleAgainst is the rule by which a site does not take such a patient, empty for none.
func (s *State) ruleAgainst(site string, wants capacity.BedClass, needs []string, service string) string {
	if !s.here(site) {
		return ""
	}
	for _, r := range s.site(site).Rules {
		if r.Forbids(wants, needs, service) {
			return r.ID
		}
	}
	return ""
}

// passage works a transfer out from its facts.
func (t *transfer) passage() *passage {
	j := &passage{legs: map[Kind]leg{}}
	j.ID = t.id
	for _, f := range t.Facts {
		j.Events = append(j.Events, f.Seq)
		now := capacity.Moment{At: f.Happened, Seq: f.Seq}
		j.due = cmp.Or(f.Due, j.due)
		switch f.Kind {
		case SiteTransferAsked:
			j.Purpose, j.From, j.To, j.service, j.wants, j.needs = f.Purpose, f.From, f.To, f.Service, f.Wants, f.Needs
			j.patient = cmp.Or(f.Patient, j.patient)
			if !j.Asked.Told() || j.Declined.Told() || j.Withdrawn.Told() {
				j.Asked = now
				j.Accepted, j.Declined, j.Withdrawn, j.offered, j.booked = capacity.Moment{}, capacity.Moment{}, capacity.Moment{}, capacity.Moment{}, capacity.Moment{}
				j.bed, j.until, j.Reason, j.legs = ref{}, 0, "", map[Kind]leg{}
			}
		case SiteTransferAccepted:
			j.Accepted, j.Declined, j.Reason = now, capacity.Moment{}, ""
		case SiteTransferDeclined:
			j.Declined, j.Accepted, j.offered, j.Reason = now, capacity.Moment{}, capacity.Moment{}, f.Reason
			j.bed, j.until = ref{}, 0
		case SiteTransferOffered:
			j.offered, j.bed, j.until = now, f.Bed, f.Until
		case SiteTransferLeft:
			if j.Left.Told() {
				continue
			}
			j.Left = now
		case SiteTransferArrived:
			j.Arrived = now
		case SiteTransferWithdrawn:
			j.Withdrawn, j.Reason = now, f.Reason
		}
		if (f.Kind == SiteTransferAccepted || f.Kind == SiteTransferLeft) && !j.booked.Told() {
			j.booked = now
		}
		j.legs[f.Kind] = f
	}
	j.Events, j.Keyed = inOrder(j.Events), j.patient != ""
	return j
}

// over is when the transfer was over, 0 while it is not.
func (j *passage) over() capacity.Instant {
	if j.Arrived.Told() {
		return j.Arrived.At
	}
	return max(j.Withdrawn.At, j.Declined.At)
}

func (j *passage) state() string {
	switch {
	case j.Arrived.Told():
		return TransferThere
	case j.Withdrawn.Told():
		return TransferUnwanted
	case j.Left.Told():
		return TransferOnWay
	case j.Declined.Told():
		return TransferRefused
	case j.offered.Told():
		return TransferBedKept
	case j.Accepted.Told():
		return TransferAgreed
	}
	return TransferAsked
}

// direction is in, out or between, of this system.
func (s *State) direction(from, to string) string {
	switch {
	case !s.here(to):
		return capacity.Out
	case s.here(from):
		return capacity.Between
	}
	return capacity.In
}

// ferry brings all that hangs on a transfer up to date.
func (s *State) ferry(t *transfer) {
	j := t.passage()
	s.moor(t, j)
	s.book(t, j)
	s.suspect(t, j)
	s.awaitTransfer(t, j)
}

// resume is ferry after loading: what it made in lists and contradictions is there already.
func (s *State) resume(t *transfer) {
	j := t.passage()
	s.moor(t, j)
	if j.patient != "" && j.Direction != capacity.Out && t.unit != "" && j.booked.Told() {
		t.whose = j.patient
	}
	s.awaitTransfer(t, j)
}

// moor puts a transfer into the picture of a unit: of the hospital that it is to, or else from.
func (s *State) moor(t *transfer, j *passage) {
	s.view.transfers = true
	site, offer := j.To, ""
	if j.Direction = s.direction(j.From, j.To); j.Direction == capacity.Out {
		site = j.From
	}
	if j.state() == TransferBedKept {
		offer = j.bed.Unit
	}
	if t.offer != offer {
		s.offers.remove(t.offer, t.id)
		if t.offer = offer; offer != "" {
			s.offers.add(offer, t.id)
		}
	}
	to := s.anchor(site, cmp.Or(j.wants, capacity.AdultGA))
	if !j.Asked.Told() {
		to = ""
	}
	if u := s.units[t.unit]; u != nil && t.unit != to {
		delete(u.ferries, t.id)
		s.view.unit(u)
	}
	if t.unit = to; to != "" {
		s.units[to].ferries[t.id] = true
		s.view.unit(s.units[to])
	}
	s.tallySites(t, j)
}

// anchor is the unit of a site in whose picture its transfers are: the first of the class,
// else the first with beds, as laid out.
func (s *State) anchor(site string, class capacity.BedClass) (unit string) {
	for _, id := range s.layout.Units {
		switch d := s.units[id].def; {
		case d.Site != site || !d.Kind.HasBeds():
		case d.Class == class:
			return id
		case unit == "":
			unit = id
		}
	}
	return unit
}

// tallySites counts how many transfers each site has: of one without any nobody may have told.
func (s *State) tallySites(t *transfer, j *passage) {
	var sites []string
	if j.Asked.Told() {
		sites = slices.DeleteFunc([]string{j.From, j.To}, func(site string) bool { return !s.here(site) })
	}
	if slices.Equal(sites, t.sites) {
		return
	}
	for _, site := range t.sites {
		if s.ferried[site]--; s.ferried[site] == 0 {
			delete(s.ferried, site)
			s.refigure(site)
		}
	}
	for _, site := range sites {
		if s.ferried[site]++; s.ferried[site] == 1 {
			s.refigure(site)
		}
	}
	t.sites = sites
}

// refigure has the figures of all units of a site made again.
func (s *State) refigure(site string) {
	for _, u := range s.within("site/" + site) {
		u.basis = nil
		s.view.unit(u)
	}
}

// bookedRequest is the bed request of a transfer.
func bookedRequest(transfer string) string { return "t-" + publicID("transfer "+transfer) }

// book makes the transfer's bed request what it has to be: a patient who is accepted into a
// hospital of the system needs a bed there. The request is facts in the patient's list like any
// other, and joins one that the hospital makes itself.
func (s *State) book(t *transfer, j *passage) {
	id := bookedRequest(t.id)
	var facts []fact
	if j.patient != "" && j.Direction != capacity.Out && t.unit != "" {
		facts = j.request(t, id)
	}
	if t.whose != "" && (len(facts) == 0 || t.whose != j.patient) {
		if p := s.known(t.whose); p != nil {
			s.amend(p, id, nil)
		}
	}
	if t.whose = ""; len(facts) > 0 {
		t.whose = j.patient
		s.amend(s.patientOf(j.patient), id, facts)
	}
}

// request is the facts of the transfer's bed request, oldest first.
func (j *passage) request(t *transfer, id string) (facts []fact) {
	if !j.booked.Told() {
		return nil
	}
	add := func(kind Kind, of Kind) *fact {
		f := j.legs[of]
		facts = append(facts, fact{Seq: f.Seq, Happened: f.Happened, Recorded: f.Recorded, Kind: kind, More: &detail{Request: id, Mode: t.id}})
		return &facts[len(facts)-1]
	}
	after := func(m capacity.Moment) bool {
		return m.Told() && cmp.Or(cmp.Compare(m.At, j.booked.At), cmp.Compare(m.Seq, j.booked.Seq)) > 0
	}
	first := add(booked, SiteTransferAccepted)
	if first.Seq != j.booked.Seq {
		for _, f := range t.Facts {
			if f.Seq == j.booked.Seq {
				first.Seq, first.Happened, first.Recorded = f.Seq, f.Happened, f.Recorded
			}
		}
	}
	first.Place, first.Due = ref{Unit: t.unit}, j.due
	first.More.Origin, first.More.Service, first.More.Wants, first.More.Needs = "transfer", j.service, string(j.wants), j.needs
	if after(j.offered) {
		f := add(bookedBed, SiteTransferOffered)
		f.Place, f.More.Until = j.bed, j.until
	}
	if after(j.Left) {
		add(bookedLeft, SiteTransferLeft)
	}
	switch {
	case after(j.Arrived):
		add(bookedArrived, SiteTransferArrived)
	case after(j.Withdrawn):
		add(bookedCancelled, SiteTransferWithdrawn).More.Reason = j.Reason
	case after(j.Declined):
		add(bookedCancelled, SiteTransferDeclined).More.Reason = j.Reason
	}
	return facts
}

// amend replaces the facts that a transfer made in a patient's list.
func (s *State) amend(p *patient, request string, facts []fact) {
	made := func(f fact) bool { return isBooked(f.Kind) && f.more().Request == request }
	var was []fact
	for _, f := range p.facts {
		if made(f) {
			was = append(was, f)
		}
	}
	if slices.EqualFunc(was, facts, func(a, b fact) bool { return a.same(&b) }) {
		return
	}
	p.facts = slices.DeleteFunc(p.facts, made)
	for _, f := range facts {
		s.insert(p, f)
	}
	s.changed.patient(p)
	s.rederive(p)
	if p.empty() {
		s.drop(p)
	}
}

// same says whether two facts are written alike.
func (f *fact) same(other *fact) bool {
	var a, b packer
	a.fact(f)
	b.fact(other)
	return slices.Equal(a, b)
}

func isBooked(k Kind) bool { return k >= booked && k <= bookedCancelled }

// suspect opens the contradictions that a transfer is in, and closes those it no longer is in.
func (s *State) suspect(t *transfer, j *passage) {
	doubts := func(kind string, so bool, since capacity.Instant, at ref, events ...uint64) {
		if id := kind + ":" + t.id; so {
			s.raise(&contradiction{ID: id, Kind: kind, At: at, Since: since, Events: inOrder(events)})
		} else {
			s.close(id)
		}
	}
	going := j.over() == 0
	doubts(NoTransfer, !j.Asked.Told(), t.Facts[0].Happened, ref{}, j.Events...)
	doubts(AgainstRule, going && j.Asked.Told() && j.Accepted.Told() && s.ruleAgainst(j.To, j.wants, j.needs, j.service) != "", j.Accepted.At, ref{}, j.Asked.Seq, j.Accepted.Seq)
	doubts(OfferedClosed, t.offer != "" && s.shut(j.bed), j.offered.At, j.bed, j.offered.Seq)
}

// shut says whether a bed, or each bed of a unit, takes nobody.
func (s *State) shut(at ref) bool {
	u := s.units[at.Unit]
	if u == nil {
		return false
	}
	if b := s.bed(at); b != nil {
		return b.condition(s.at).reason != ""
	}
	return len(u.order) > 0 && !slices.ContainsFunc(u.order, func(b *bed) bool { return b.condition(s.at).reason == "" })
}

// awaitTransfer has a transfer forgotten two local days after it is over, or eight days after
// the last that was told of it.
func (s *State) awaitTransfer(t *transfer, j *passage) {
	gone := t.Last.Add(keepClosed)
	if over := j.over(); over != 0 {
		gone = max(t.Last, over).Add(keepPictured)
	}
	if gone > s.at {
		s.due.set(&t.alarm, gone, dueTransfer, t.id)
		return
	}
	for _, kind := range []string{NoTransfer, AgainstRule, OfferedClosed} {
		s.close(kind + ":" + t.id)
	}
	t.Facts = nil
	s.moor(t, &passage{})
	delete(s.transfers, t.id)
	s.changed.key(transferKey(t.id))
}

// transfersByID are all transfers in the order of their numbers.
func (s *State) transfersByID() []*transfer {
	all := make([]*transfer, 0, len(s.transfers))
	for _, id := range slices.Sorted(maps.Keys(s.transfers)) {
		all = append(all, s.transfers[id])
	}
	return all
}

// bound adds the unit's transfers to its picture. One that names no patient needs a bed by
// itself: nobody else counts it. A bed offered to it stays free, so that it is needed once.
func (s *State) bound(p *capacity.Picture, u *unit, since capacity.Instant) {
	for _, id := range slices.Sorted(maps.Keys(u.ferries)) {
		j := s.transfers[id].passage()
		if over := j.over(); over != 0 && over < since {
			continue
		}
		j.Direction = s.direction(j.From, j.To)
		p.Transfers = append(p.Transfers, &j.SiteTransfer)
		if j.patient == "" && j.Direction != capacity.Out && j.booked.Told() && j.over() == 0 {
			p.Requests = append(p.Requests, &capacity.Request{
				ID: bookedRequest(id), Key: id, Unit: u.def.ID, Site: u.def.Site, Origin: "transfer", Service: j.service, Wants: cmp.Or(j.wants, capacity.AdultGA),
				Needs: j.needs, Due: j.due, Requested: j.booked, Events: j.Events,
			})
		}
	}
}

func (v *TransferView) id() string { return v.ID }

func (s *State) showTransfers(was []*TransferView) []*TransferView {
	shown := make([]*TransferView, 0, len(s.transfers))
	for _, t := range s.transfersByID() {
		j := t.passage()
		if !j.Asked.Told() {
			continue
		}
		v := &TransferView{
			ID: t.id, Version: s.seq, Purpose: j.Purpose, From: j.From, To: j.To, Direction: s.direction(j.From, j.To), Service: j.service, Wants: j.wants,
			Needs: append([]string{}, j.needs...), State: j.state(), Asked: j.Asked.At, Due: j.due, Accepted: j.Accepted.At, Declined: j.Declined.At, Reason: j.Reason,
			Bed: placeName(j.bed), Until: j.until, Request: s.bookings[t.id], Left: j.Left.At, Arrived: j.Arrived.At,
			Rule: s.ruleAgainst(j.To, j.wants, j.needs, j.service), Events: j.Events,
		}
		if j.patient != "" {
			v.Key = shortKey(j.patient)
		}
		shown = append(shown, same(was, v, (*TransferView).id, func(v *TransferView) *uint64 { return &v.Version }))
	}
	slices.SortStableFunc(shown, func(a, b *TransferView) int {
		return cmp.Or(cmp.Compare(a.Asked, b.Asked), strings.Compare(a.ID, b.ID))
	})
	s.bury("transfers", ids(was, (*TransferView).id), ids(shown, (*TransferView).id))
	return shown
}
