package hl7

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// Result is what one message comes to. Exactly one of Event, Ignored and Refusal is
// filled.
type Result struct {
	Event   *flow.Event // accepted; the caller fills Feed, and the door the rest
	Ignored string      // a valid message that changes no bed, by what it is: "ORU^R01"
	Refusal *Refusal

	TimeFellBack   bool // a time before the one taken could not be read, or lay ahead of the sending
	DueUnread      bool // the time when it is expected could not be read, and is left out
	UnknownCharset bool // MSH-18 names a character set not known here; guessed
}

// ahead is how far a sender's clock may be ahead of arrival.
const ahead = 5 * time.Minute

// Map reads one message as the fact it states; arrival is when it came in. It depends
// on nothing else, and never fails but by refusing.
func Map(message []byte, s *Settings, arrival capacity.Instant) Result {
	m, refusal := Read(message)
	if refusal != nil {
		return Result{Refusal: refusal}
	}
	x := mapping{Message: m, settings: s, arrival: arrival}
	if refusal := x.run(); refusal != nil {
		return Result{Refusal: refusal}
	}
	if x.result.Ignored == "" {
		x.event.ID = x.identity()
		x.result.Event = &x.event
	}
	x.result.UnknownCharset = m.charset() == unknownCharset
	return x.result
}

// mapping is one message on its way to an event.
type mapping struct {
	*Message
	settings *Settings
	arrival  capacity.Instant
	result   Result
	event    flow.Event

	trigger   string
	authority string
	main      cx // the patient's identifier to go by
	sent      capacity.Instant
	sentUntil capacity.Instant // the end of what MSH-7 stands for
}

func (x *mapping) run() *Refusal {
	rule, refusal := x.choose()
	if refusal != nil || x.result.Ignored != "" {
		return refusal
	}
	x.event.Kind = rule.kind
	if x.authority = x.settings.Authority; x.authority == "" {
		x.authority = x.at(field{msh, 4})
	}
	if refusal := x.when(rule); refusal != nil {
		return refusal
	}
	if rule.pv1 && x.nth(pv1, 0) == nil {
		return refuse(NoPV1, "PV1", x.trigger+" needs a PV1 segment")
	}
	if rule.kind != flow.BedStatusTold {
		if refusal := x.who(rule); refusal != nil {
			return refusal
		}
	}
	if refusal := x.where(rule); refusal != nil {
		return refusal
	}
	if rule.fill != nil {
		if refusal := rule.fill(x); refusal != nil {
			return refusal
		}
	}
	return x.complete(rule)
}

// choose finds what the trigger says, by MSH-9, and EVN-1 where MSH-9 names no trigger.
func (x *mapping) choose() (*rule, *Refusal) {
	if version := x.at(field{msh, 12}); version != "" && version != "2" && !strings.HasPrefix(version, "2.") {
		return nil, refuse(UnsupportedVersion, "MSH-12", "only HL7 version 2 is understood")
	}
	of := x.first(x.field(x.nth(msh, 0), 9))
	kind, trigger := strings.ToUpper(x.text(x.component(of, 1))), strings.ToUpper(x.text(x.component(of, 2)))
	if kind == "" {
		return nil, refuse(NoType, "MSH-9", "MSH-9 names no message type")
	}
	if trigger == "" {
		trigger = strings.ToUpper(x.at(field{evn, 1}))
	}
	named := isTrigger(trigger)
	switch {
	case otherTypes[kind] && named:
		x.result.Ignored = kind + "^" + trigger
		return nil, nil
	case otherTypes[kind]:
		x.result.Ignored = kind
		return nil, nil
	case kind != "ADT":
		return nil, refuse(UnsupportedType, "MSH-9", "the message type in MSH-9 is not one of HL7 version 2")
	case !named:
		return nil, refuse(UnsupportedTrigger, "MSH-9", "MSH-9 and EVN-1 name no trigger, such as A01")
	case unaffecting[trigger]:
		x.result.Ignored = kind + "^" + trigger
		return nil, nil
	}
	rule, known := rules[trigger]
	if !known {
		return nil, refuse(UnsupportedTrigger, "MSH-9", "ADT^"+trigger+" is not supported; docs/hl7.md lists what is")
	}
	x.trigger = trigger
	return rule, nil
}

// isTrigger tells whether s has the form of a trigger: a letter and two digits.
func isTrigger(s string) bool {
	return len(s) == 3 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9'
}

// at is the text of a field's first sub-component.
func (x *mapping) at(f field) string { return x.text(x.lead(f)) }

// lead is a field's first sub-component, as it stands.
func (x *mapping) lead(f field) []byte {
	return x.sub(x.component(x.first(x.field(x.nth(f.segment, 0), f.number)), 1), 1)
}

// when settles the time of the event: EVN-6 (unless the message cancels), EVN-2, MSH-7,
// arrival. One that lies after MSH-7, or more than five minutes ahead of arrival, is
// passed over; so is a mere date, where the next one lies on that date.
func (x *mapping) when(r *rule) *Refusal {
	zone := x.settings.zone()
	sent, sentRead := parseStamp(x.lead(msh7))
	if sentRead {
		x.sent = sent.near(x.arrival, zone)
		x.sentUntil = x.sent.Add(sent.span - time.Millisecond)
	}
	var unread string
	read := false
	for _, f := range [...]field{evn6, evn2, msh7} {
		text := x.lead(f)
		if len(text) == 0 || null(text) || f == evn6 && r.cancels {
			continue
		}
		s, ok := parseStamp(text)
		if !ok {
			unread, x.result.TimeFellBack = f.String(), true
			continue
		}
		read = true
		at, finer := x.sent, x.arrival
		if f != msh7 {
			at = s.until(x.latest(), zone)
			if sentRead && sent.clocked() {
				finer = x.sent
			}
		}
		if at > x.latest() || at > x.arrival.Add(ahead) {
			x.result.TimeFellBack = true
			continue
		}
		if !s.clocked() && at <= finer && finer < at.Add(s.span) {
			continue
		}
		x.event.Happened = at
		return nil
	}
	if unread != "" && !read {
		return refuse(BadTime, unread, unread+" is not a time of the form YYYYMMDDHHMMSS, with or without an offset")
	}
	x.event.Happened = x.arrival
	return nil
}

// latest is the end of MSH-7, and of the allowance past arrival where there is none.
func (x *mapping) latest() capacity.Instant {
	if x.sentUntil != 0 {
		return x.sentUntil
	}
	return x.arrival.Add(ahead)
}

// who fills patient, further identifiers, visit and class, and what is said of the patient.
func (x *mapping) who(r *rule) *Refusal {
	d := &x.event.Data
	patients := x.patients(x.nth(pid, 0))
	if len(patients) == 0 {
		return refuse(NoPatient, pid3.String(), "PID-3 holds no patient identifier")
	}
	x.main = patients[0]
	d.Patient = patients[0].String()
	for _, other := range patients[1:] {
		if id := other.String(); id != d.Patient && len(d.Also) < flow.MaxAlso && !slices.Contains(d.Also, id) {
			d.Also = append(d.Also, id)
		}
	}
	if r.visit {
		d.Visit = x.visit(x.nth(pid, 0), x.nth(pv1, 0))
	}
	if r.class {
		d.Class = class(x.at(field{pv1, 2}))
	}
	if r.care {
		d.Service = x.settings.Service(x.at(pv1to10))
		d.Sex = sexes[strings.ToUpper(x.at(pid8))]
	}
	if r.arrival {
		d.Acuity = x.settings.Acuity(x.at(pv2to40))
		if d.Mode = x.settings.Mode(x.at(pv2to38)); d.Mode == "" {
			d.Mode = x.settings.Modes[x.at(pv1to14)]
		}
	}
	return nil
}

// where fills place, prior, due and the discharge codes.
func (x *mapping) where(r *rule) *Refusal {
	d := &x.event.Data
	if r.clears && null(x.field(x.nth(pv1, 0), 3)) {
		return refuse(LocationCleared, pv1to3.String(), "PV1-3 is the null value; "+x.trigger+
			" must say where the patient is. Send A03 when the patient has left, A09 when away with the bed kept, A21 when on leave")
	}
	d.Place = x.firstPlace(r.place)
	d.Prior = x.firstPlace(r.prior)
	for _, f := range r.due {
		if text := x.lead(f); len(text) > 0 && !null(text) {
			d.Due = x.dueAt(text)
			x.result.DueUnread = d.Due == 0
			if d.Due != 0 {
				break
			}
		}
	}
	if r.leaving {
		d.Outcome = code(x.at(field{pv1, 36}))
		d.GoingTo = code(x.at(field{pv1, 37}))
	}
	return nil
}

// dueAt reads when something is expected. A date without a time of day is its last
// minute, so that nothing is late before the day is over; less than a date is no time.
func (x *mapping) dueAt(text []byte) capacity.Instant {
	s, ok := parseStamp(text)
	if !ok || s.span > 24*time.Hour {
		return 0
	}
	if !s.clocked() {
		s.local = s.local.Add(24*time.Hour - time.Minute)
	}
	ref := x.sent
	if ref == 0 {
		ref = x.arrival
	}
	return s.near(ref, x.settings.zone())
}

// code is s if it is a code, and nothing if it is words.
func code(s string) string {
	words := strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	})
	if words || len(s) > 40 {
		return ""
	}
	return s
}

// complete checks that the event says what its kind must say, in texts the log takes.
func (x *mapping) complete(r *rule) *Refusal {
	d := &x.event.Data
	switch {
	case d.Place == "" && needsPlace(r.kind):
		at := r.place[0].String()
		return refuse(NoLocation, at, at+" is empty, and "+x.trigger+" needs a location there")
	case d.Due == 0 && r.kind == flow.DischargeExpected && x.result.DueUnread:
		return refuse(BadTime, "PV2-9", "PV2-9 is not a date or time of the form YYYYMMDD or YYYYMMDDHHMMSS")
	case d.Due == 0 && r.kind == flow.DischargeExpected:
		return refuse(NoDue, "PV2-9", "PV2-9 is empty, and A16 needs the expected discharge there")
	case d.Visit == "" && r.kind == flow.VisitDeleted:
		return refuse(NoVisit, "PV1-19", "PV1-19 is empty, and A23 needs the visit number there")
	}
	for _, t := range [...]struct{ text, at string }{
		{d.Patient, "PID-3"},
		{d.Visit, "PV1-19"},
		{d.FromPatient, "MRG-1"},
		{d.FromVisit, "MRG-5"},
		{d.Prior, "PV1-6"},
	} {
		if !legible(t.text) {
			return illegible(t.at)
		}
	}
	if !legible(d.Place) {
		return illegible(r.place[0].String())
	}
	d.Also = slices.DeleteFunc(d.Also, func(id string) bool { return !legible(id) })
	if d.Swap != nil && !(legible(d.Swap.Patient) && legible(d.Swap.Visit) && legible(d.Swap.Place)) {
		return illegible("PV1")
	}
	return nil
}

func needsPlace(k flow.Kind) bool {
	return k == flow.Transferred || k == flow.Swapped || k == flow.TransferExpected || k == flow.BedStatusTold
}

func legible(s string) bool {
	if len(s) > flow.MaxText {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return false
		}
	}
	return true
}

func illegible(at string) *Refusal {
	return refuse(BadText, at, at+" is longer than "+strconv.Itoa(flow.MaxText)+" bytes or holds a control character")
}

// identity is the event's id: the same bytes give the same. A message that bears no time
// at all may be sent again and mean it, so its arrival counts too.
func (x *mapping) identity() string {
	h := sha256.New()
	header := x.nth(msh, 0)
	for _, n := range [...]int{3, 4, 10} {
		h.Write(x.field(header, n))
		h.Write([]byte{'|'})
	}
	h.Write(x.raw)
	if len(x.lead(msh7)) == 0 && len(x.lead(evn2)) == 0 {
		h.Write(strconv.AppendInt([]byte{'|'}, int64(x.arrival), 10))
	}
	var sum [sha256.Size]byte
	id := make([]byte, 4, 4+2*sha256.Size)
	copy(id, "hl7-")
	return string(hex.AppendEncode(id, h.Sum(sum[:0])))
}

func (f field) String() string { return f.segment.String() + "-" + strconv.Itoa(f.number) }
