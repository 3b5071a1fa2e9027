package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// wireEvent is a CloudEvents 1.0 structured event as the log holds it. recorded and
// digest are extension attributes.
type wireEvent struct {
	SpecVersion string           `json:"specversion"`
	ID          string           `json:"id"`
	Source      string           `json:"source"`
	Type        string           `json:"type"`
	Time        capacity.Instant `json:"time"`
	Recorded    capacity.Instant `json:"recorded"`
	Digest      string           `json:"digest,omitempty"`
	Data        Data             `json:"data"`
}

// Encode writes e in the form of the log: one CloudEvents 1.0 JSON object. The same
// event always gives the same bytes. Seq is not written: the log gives it.
func Encode(e *Event) ([]byte, error) {
	p := printed{b: make([]byte, 0, 512)}
	if p.event(e); !p.bad {
		return p.b, nil
	}
	return json.Marshal(&wireEvent{
		SpecVersion: "1.0", ID: e.ID, Source: e.Feed, Type: e.Kind.String(),
		Time: e.Happened, Recorded: e.Recorded, Digest: e.Digest, Data: e.Data,
	})
}

// Decode reads what Encode wrote, at sequence seq of the log. A type that this version
// does not know gives the kind Unknown and no error. Bytes that are no such object give
// an error; the caller hands the fold an event with nothing but its sequence in its
// place, so that the line goes on and the loss is seen.
func Decode(seq uint64, b []byte) (Event, error) {
	if e := (Event{Seq: seq}); (&scan{b: b}).event(&e) {
		return e, nil
	}
	var w wireEvent
	if err := json.Unmarshal(b, &w); err != nil {
		return Event{Seq: seq}, fmt.Errorf("event %d: %w", seq, err)
	}
	return Event{
		Seq: seq, ID: w.ID, Feed: w.Source, Kind: KindOf(w.Type),
		Happened: w.Time, Recorded: w.Recorded, Digest: w.Digest, Data: w.Data,
	}, nil
}

// BodyDigest is 16 hexadecimal digits over what the producer said: kind, time and
// data. Two events of one feed with the same id and digest are the same event.
func BodyDigest(e *Event) (string, error) {
	head := fmt.Appendf(make([]byte, 0, 512), "%s\n%d\n", e.Kind, e.Happened)
	p := printed{b: head}
	if p.data(&e.Data); p.bad {
		b, err := json.Marshal(&e.Data)
		if err != nil {
			return "", err
		}
		p.b = append(head, b...)
	}
	sum := sha256.Sum256(p.b)
	return hex.EncodeToString(sum[:8]), nil
}

// Invalid says which field of an event is wrong, and why, in words for its producer.
type Invalid struct {
	Field  string // such as data.place
	Reason string
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Reason }

// Limits on what a producer may send.
const (
	MaxText   = 256 // bytes of any one text
	MaxCensus = 500 // patients in one census
	MaxListed = 700 // patients in one list of an A&E department, or of those who are to leave
	MaxAlso   = 16  // further identifiers of a patient
)

// Validate checks an event from a producer against its kind: required fields filled,
// no field filled that the kind does not have, known codes, sane lengths. It gives the
// first fault as *Invalid.
func (e *Event) Validate() error {
	if e.Kind == Unknown {
		return &Invalid{"type", "is not a type this centre knows; see docs/events.md for the list"}
	}
	if err := text("id", e.ID, true); err != nil {
		return err
	}
	if err := text("source", e.Feed, true); err != nil {
		return err
	}
	if e.Happened == 0 {
		return &Invalid{"time", "is missing; say when it happened, in RFC 3339 form"}
	}
	spec := e.Kind.Spec()
	filled := e.Data.filled()
	for _, name := range spec.Needs {
		if !slices.Contains(filled, name) {
			return &Invalid{"data." + name, "is missing, and " + spec.Type + " needs it"}
		}
	}
	for _, name := range filled {
		if !slices.Contains(spec.Needs, name) && !slices.Contains(spec.May, name) {
			return &Invalid{"data." + name, "has no meaning in " + spec.Type + "; leave it out"}
		}
	}
	switch e.Kind {
	case RequestReady, RequestLeft, RequestArrived, RequestCancelled:
		if e.Data.Patient == "" && e.Data.Request == "" {
			return &Invalid{"data.request", "is missing, and so is patient: one of them must say which request"}
		}
	case DischargeDelayed:
		if err := oneOf("data.reason", e.Data.Reason, DelayGroups); err != nil {
			return err
		}
	case AgreementAnswered:
		if err := oneOf("data.outcome", e.Data.Outcome, []string{AgreementAgreed, AgreementRefused}); err != nil {
			return err
		}
	case OutagePlanned:
		if err := validOutage(e); err != nil {
			return err
		}
	case StatusDeclared:
		if err := validLevel(e); err != nil {
			return err
		}
	case AlertNotNow:
		if err := oneOf("data.reason", e.Data.Reason, NotNows); err != nil {
			return err
		}
	case AlertShelved:
		if err := oneOf("data.reason", e.Data.Reason, Shelvings); err != nil {
			return err
		}
	case Noted:
		if err := oneOf("data.reason", e.Data.Reason, Notes); err != nil {
			return err
		}
	case ActionExtended, ActionBlocked, ActionNotPossible:
		if err := oneOf("data.reason", e.Data.Reason, Blocks); err != nil {
			return err
		}
	}
	return e.validate()
}

// filled names the fields that say something, in the order of the struct.
func (d *Data) filled() []string {
	var names []string
	add := func(name string, has bool) {
		if has {
			names = append(names, name)
		}
	}
	add("patient", d.Patient != "")
	add("also", len(d.Also) > 0)
	add("visit", d.Visit != "")
	add("from_patient", d.FromPatient != "")
	add("from_visit", d.FromVisit != "")
	add("place", d.Place != "")
	add("prior", d.Prior != "")
	add("class", d.Class != "")
	add("due", d.Due != 0)
	add("outcome", d.Outcome != "")
	add("going_to", d.GoingTo != "")
	add("reason", d.Reason != "")
	add("until", d.Until != 0)
	add("status", d.Status != "")
	add("census", d.Census != nil)
	add("swap", d.Swap != nil)
	add("role", d.Role != "")
	add("account", d.Account != "")
	add("mode", d.Mode != "")
	add("acuity", d.Acuity != "")
	add("service", d.Service != "")
	add("sex", d.Sex != "")
	add("request", d.Request != "")
	add("origin", d.Origin != "")
	add("needs", len(d.Needs) > 0)
	add("wants", d.Wants != "")
	add("ambulance", d.Ambulance != "")
	add("pathway", d.Pathway != "")
	add("owner", d.Owner != "")
	add("certainty", d.Certainty != "")
	add("about", d.About != "")
	add("item", d.Item != "")
	add("figure", d.Figure != nil)
	add("list", d.List != nil)
	add("places", d.Places != nil)
	add("how", d.How != "")
	add("referral", d.Referral != "")
	add("seeks", len(d.Seeks) > 0)
	add("intent", d.Intent != "")
	add("age", d.Age != 0)
	add("locality", d.Locality != "")
	add("age_band", d.AgeBand != "")
	add("frailty", d.Frailty != "")
	add("condition", d.Condition != "")
	add("call", d.Call != "")
	add("transfer", d.Transfer != "")
	add("from", d.From != "")
	add("to", d.To != "")
	add("purpose", d.Purpose != "")
	add("declared", d.Declared != nil)
	add("agreement", d.Agreement != "")
	add("link", d.Link != "")
	add("alert", d.Alert != nil)
	add("scope", d.Scope != "")
	add("action", d.Action != "")
	add("task", d.Task != "")
	add("count", d.Count != 0)
	add("meeting", d.Meeting != "")
	add("discharges", d.Leavers != nil)
	add("counter", d.Counter != 0)
	add("report", d.Report != nil)
	add("layout", d.Layout != nil)
	add("revision", d.Revision != 0)
	add("layout_id", d.LayoutID != "")
	return names
}

func (e *Event) validate() error {
	d := &e.Data
	for _, t := range []struct{ field, value string }{
		{"data.patient", d.Patient},
		{"data.visit", d.Visit},
		{"data.from_patient", d.FromPatient},
		{"data.from_visit", d.FromVisit},
		{"data.place", d.Place},
		{"data.prior", d.Prior},
		{"data.from", d.From},
		{"data.to", d.To},
		{"data.scope", d.Scope},
	} {
		if err := text(t.field, t.value, false); err != nil {
			return err
		}
	}
	for _, t := range []struct{ field, value string }{
		{"data.outcome", d.Outcome},
		{"data.going_to", d.GoingTo},
		{"data.reason", d.Reason},
		{"data.role", d.Role},
		{"data.account", d.Account},
		{"data.service", d.Service},
		{"data.request", d.Request},
		{"data.ambulance", d.Ambulance},
		{"data.owner", d.Owner},
		{"data.about", d.About},
		{"data.item", d.Item},
		{"data.referral", d.Referral},
		{"data.locality", d.Locality},
		{"data.condition", d.Condition},
		{"data.call", d.Call},
		{"data.transfer", d.Transfer},
		{"data.agreement", d.Agreement},
		{"data.action", d.Action},
		{"data.task", d.Task},
		{"data.meeting", d.Meeting},
	} {
		if err := code(t.field, t.value); err != nil {
			return err
		}
	}
	for _, t := range []struct {
		field, value string
		of           []string
	}{
		{"data.mode", d.Mode, Modes},
		{"data.acuity", d.Acuity, acuities},
		{"data.sex", d.Sex, Sexes},
		{"data.origin", d.Origin, e.origins()},
		{"data.pathway", d.Pathway, Pathways},
		{"data.certainty", d.Certainty, Certainties},
		{"data.wants", string(d.Wants), classes()},
		{"data.how", d.How, Ways},
		{"data.intent", d.Intent, Intents},
		{"data.age_band", d.AgeBand, AgeBands},
		{"data.frailty", d.Frailty, Frailties},
		{"data.purpose", d.Purpose, e.purposes()},
	} {
		if err := oneOf(t.field, t.value, t.of); err != nil {
			return err
		}
	}
	if err := eachOnce("data.needs", d.Needs, e.needs()); err != nil {
		return err
	}
	if err := eachOnce("data.seeks", d.Seeks, seekable()); err != nil {
		return err
	}
	if d.Age < 0 || d.Age > 120 {
		return &Invalid{"data.age", "is outside 0 to 120 years"}
	}
	if err := d.Places.validate(); err != nil {
		return err
	}
	if err := d.Declared.validate(); err != nil {
		return err
	}
	if err := hash("data.link", d.Link); err != nil {
		return err
	}
	if err := d.Alert.validate(); err != nil {
		return err
	}
	if d.Count < 0 || d.Count > maxOpen {
		return &Invalid{"data.count", fmt.Sprintf("is outside 0 to %d", maxOpen)}
	}
	for _, t := range []struct{ field, value string }{
		{"data.request", d.Request}, {"data.ambulance", d.Ambulance}, {"data.referral", d.Referral}, {"data.call", d.Call}, {"data.transfer", d.Transfer}, {"data.agreement", d.Agreement}, {"data.action", d.Action}, {"data.meeting", d.Meeting},
	} {
		if nhsNumber(t.value) {
			return &Invalid{t.field, "is an NHS number; send a number of the request or journey itself, never of a person"}
		}
	}
	if err := d.Figure.validate(); err != nil {
		return err
	}
	if err := validateList(d.List); err != nil {
		return err
	}
	if err := validateLeavers(d.Leavers); err != nil {
		return err
	}
	if d.Class != "" && !slices.Contains([]PatientClass{Inpatient, Emergency, Outpatient, Preadmit, OtherClass}, d.Class) {
		return &Invalid{"data.class", "is not one of inpatient, emergency, outpatient, preadmit, other"}
	}
	if d.Status != "" && !slices.Contains([]BedStatus{StatusClosed, StatusHousekeeping, StatusIsolated, StatusContaminated, StatusOccupied, StatusUnoccupied}, d.Status) {
		return &Invalid{"data.status", "is not one of closed, housekeeping, isolated, contaminated, occupied, unoccupied"}
	}
	if len(d.Also) > MaxAlso {
		return &Invalid{"data.also", fmt.Sprintf("has more than %d identifiers", MaxAlso)}
	}
	for i, a := range d.Also {
		if err := text(fmt.Sprintf("data.also[%d]", i), a, true); err != nil {
			return err
		}
	}
	if len(d.Census) > MaxCensus {
		return &Invalid{"data.census", fmt.Sprintf("has more than %d entries; send one census a unit", MaxCensus)}
	}
	for i, c := range d.Census {
		at := fmt.Sprintf("data.census[%d]", i)
		if err := text(at+".place", c.Place, true); err != nil {
			return err
		}
		if err := text(at+".patient", c.Patient, false); err != nil {
			return err
		}
		if err := text(at+".visit", c.Visit, false); err != nil {
			return err
		}
	}
	if s := d.Swap; s != nil {
		if err := text("data.swap.patient", s.Patient, true); err != nil {
			return err
		}
		if err := text("data.swap.place", s.Place, true); err != nil {
			return err
		}
		if s.Patient == d.Patient {
			return &Invalid{"data.swap.patient", "is the same patient as data.patient"}
		}
		return text("data.swap.visit", s.Visit, false)
	}
	return nil
}

// oneOf checks a code out of a fixed list; empty is none.
func oneOf(field, value string, of []string) error {
	if value == "" || slices.Contains(of, value) {
		return nil
	}
	return &Invalid{field, "is not one of " + strings.Join(of, ", ")}
}

// eachOnce checks a list of codes out of a fixed list, which makes it as short as that.
func eachOnce(field string, values, of []string) error {
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !slices.Contains(of, v) {
			return &Invalid{at, "is not one of " + strings.Join(of, ", ")}
		}
		if slices.Contains(values[:i], v) {
			return &Invalid{at, "is told twice"}
		}
	}
	return nil
}

var acuities = []string{"1", "2", "3", "4", "5"}

func classes() []string {
	var all []string
	for _, c := range capacity.BedClasses() {
		all = append(all, string(c))
	}
	return all
}

// nhsNumber tells a text that is an NHS number: ten digits whose last checks the others
// (modulus 11, NHS Data Dictionary, NHS NUMBER).
func nhsNumber(s string) bool {
	if len(s) != 10 {
		return false
	}
	sum := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		if i < 9 {
			sum += int(s[i]-'0') * (10 - i)
		}
	}
	check := (11 - sum%11) % 11
	return check != 10 && check == int(s[9]-'0')
}

// origins are those that the kind of fact can have.
func (e *Event) origins() []string {
	switch e.Kind {
	case ReferralMade:
		return Referrers
	case CallRaised:
		return Callers
	}
	return Origins
}

// needs are those that the kind of fact can have.
func (e *Event) needs() []string {
	switch e.Kind {
	case ReferralMade, CallRaised:
		return capacity.PlaceNeeds()
	}
	return Needs
}

func (e *Event) purposes() []string {
	if e.Kind == AgreementAsked {
		return Agreements
	}
	return Purposes
}

// seekable are the kinds of unit that a referral can seek.
func seekable() []string {
	var all []string
	for _, k := range append(capacity.PlaceKinds(), capacity.CommunityWard) {
		all = append(all, string(k))
	}
	return all
}

const (
	maxSorts = 20
	maxOpen  = 2_000 // places of one sort
)

func (p *PlacesTold) validate() error {
	if p == nil {
		return nil
	}
	if len(p.Sorts) == 0 && p.Accepting == nil && p.Assess == nil && p.Returns == nil {
		return &Invalid{"data.places", "says nothing; tell sorts, accepting, assess or returns"}
	}
	if len(p.Sorts) > maxSorts {
		return &Invalid{"data.places.sorts", fmt.Sprintf("has more than %d sorts of places", maxSorts)}
	}
	seen := map[string]bool{}
	for i, s := range p.Sorts {
		at := fmt.Sprintf("data.places.sorts[%d]", i)
		if s.Sort == "" {
			return &Invalid{at + ".sort", "is missing; name one of the unit's sorts of places"}
		}
		if err := code(at+".sort", s.Sort); err != nil {
			return err
		}
		if seen[s.Sort] {
			return &Invalid{at + ".sort", "is told twice"}
		}
		seen[s.Sort] = true
		if s.Open == nil && s.Used == nil && s.Waiting == nil && s.Wait == nil && s.Next == 0 {
			return &Invalid{at, "says nothing; tell open, used, waiting, next or wait_days"}
		}
		for _, n := range []struct {
			name  string
			value *int
		}{{"open", s.Open}, {"used", s.Used}, {"waiting", s.Waiting}, {"wait_days", s.Wait}} {
			if n.value != nil && (*n.value < 0 || *n.value > maxOpen) {
				return &Invalid{at + "." + n.name, fmt.Sprintf("is outside 0 to %d", maxOpen)}
			}
		}
		if s.Open != nil && s.Used != nil && *s.Used > *s.Open {
			return &Invalid{at + ".used", fmt.Sprintf("is %d of %d open: more are used than there are; correct one of them", *s.Used, *s.Open)}
		}
	}
	return nil
}

// validLevel checks what is asked of an OPEL level that is declared: who, of what, and when it
// is looked at again.
func validLevel(e *Event) error {
	if e.Data.Declared == nil || e.Data.Declared.Status != capacity.DeclaredOPEL {
		return nil
	}
	switch scope := e.Data.Declared.Scope; {
	case scope != "system" && !strings.HasPrefix(scope, "site/"):
		return &Invalid{"data.declared.scope", "is not system or a site, such as site/general: only these have a declared OPEL level"}
	case e.Data.Role == "":
		return &Invalid{"data.role", "is missing; say in which role the level is declared, such as on_call_director"}
	case e.Data.Due == 0:
		return &Invalid{"data.due", "is missing; say when the level is to be looked at again"}
	case e.Data.Due <= e.Happened || e.Data.Due > e.Data.Until:
		return &Invalid{"data.due", "is not between now and until: the level is looked at again before it expires"}
	}
	return nil
}

func (d *Declared) validate() error {
	if d == nil {
		return nil
	}
	s, ok := capacity.StatusNamed(d.Status)
	if !ok {
		var all []string
		for _, s := range capacity.Statuses() {
			all = append(all, s.Name)
		}
		return &Invalid{"data.declared.status", "is not one of " + strings.Join(all, ", ")}
	}
	if err := text("data.declared.scope", d.Scope, true); err != nil {
		return err
	}
	if _, ok := s.ValueNamed(d.Value); !ok {
		var all []string
		for _, v := range s.Values {
			all = append(all, v.Value)
		}
		return &Invalid{"data.declared.value", "is not one of " + strings.Join(all, ", ")}
	}
	return nil
}

func (a *AlertTold) validate() error {
	if a == nil {
		return nil
	}
	switch {
	case a.Name == "":
		return &Invalid{"data.alert.name", "is missing"}
	case len(a.Fingerprint) != 16 || strings.Trim(a.Fingerprint, "0123456789abcdef") != "":
		return &Invalid{"data.alert.fingerprint", "is not 16 hexadecimal digits"}
	case a.Started <= 0:
		return &Invalid{"data.alert.started", "is missing"}
	}
	if err := text("data.alert.scope", a.Scope, true); err != nil {
		return err
	}
	return code("data.alert.name", a.Name)
}

// hash checks a link: the SHA-256 of its token, in hexadecimal digits.
func hash(field, value string) error {
	if value != "" && (len(value) != 64 || strings.Trim(value, "0123456789abcdef") != "") {
		return &Invalid{field, "is not 64 hexadecimal digits: the SHA-256 of the link's token, never the token"}
	}
	return nil
}

func (r *Reported) validate() error {
	if r == nil {
		return nil
	}
	if err := code("data.figure.measure", r.Measure); err != nil {
		return err
	}
	switch {
	case r.Measure == "":
		return &Invalid{"data.figure.measure", "is missing; name one of GET /api/v1/measures"}
	case r.Scope == "":
		return &Invalid{"data.figure.scope", "is missing; say which, such as site/general"}
	case r.Value == nil:
		return &Invalid{"data.figure.value", "is missing; one left out is not 0"}
	case *r.Value < 0 || *r.Value > 1e6:
		return &Invalid{"data.figure.value", "is outside 0 to 1000000"}
	}
	if err := text("data.figure.scope", r.Scope, true); err != nil {
		return err
	}
	if r.How == "" {
		return &Invalid{"data.figure.how", "is missing; say phone, seen or other"}
	}
	return oneOf("data.figure.how", r.How, Hows)
}

func validateList(list []ListEntry) error {
	if len(list) > MaxListed {
		return &Invalid{"data.list", fmt.Sprintf("has more than %d entries; send one list a department", MaxListed)}
	}
	for i, a := range list {
		at := fmt.Sprintf("data.list[%d]", i)
		if a.Patient == "" && a.Visit == "" {
			return &Invalid{at + ".patient", "is missing, and so is visit: one of them must say who"}
		}
		if a.Arrived == 0 {
			return &Invalid{at + ".arrived", "is missing"}
		}
		for _, t := range []struct{ field, value string }{{".patient", a.Patient}, {".visit", a.Visit}, {".place", a.Place}} {
			if err := text(at+t.field, t.value, false); err != nil {
				return err
			}
		}
		if err := code(at+".service", a.Service); err != nil {
			return err
		}
		if err := oneOf(at+".mode", a.Mode, Modes); err != nil {
			return err
		}
		if err := oneOf(at+".acuity", a.Acuity, acuities); err != nil {
			return err
		}
	}
	return nil
}

func validateLeavers(list []DischargeEntry) error {
	if len(list) > MaxListed {
		return &Invalid{"data.discharges", fmt.Sprintf("has more than %d entries; send one list a ward", MaxListed)}
	}
	for i, l := range list {
		at := fmt.Sprintf("data.discharges[%d]", i)
		if l.Patient == "" && l.Visit == "" {
			return &Invalid{at + ".patient", "is missing, and so is visit: one of them must say who"}
		}
		for _, t := range []struct{ field, value string }{{".patient", l.Patient}, {".visit", l.Visit}} {
			if err := text(at+t.field, t.value, false); err != nil {
				return err
			}
		}
		for _, t := range []struct{ field, value string }{{".owner", l.Owner}, {".going_to", l.GoingTo}} {
			if err := code(at+t.field, t.value); err != nil {
				return err
			}
		}
		for _, t := range []struct {
			field, value string
			of           []string
		}{{".pathway", l.Pathway, Pathways}, {".reason", l.Reason, DelayGroups}, {".certainty", l.Certainty, Certainties}} {
			if err := oneOf(at+t.field, t.value, t.of); err != nil {
				return err
			}
		}
	}
	return nil
}

// text checks a short printable text.
func text(field, value string, needed bool) error {
	switch {
	case needed && value == "":
		return &Invalid{field, "is missing"}
	case len(value) > MaxText:
		return &Invalid{field, fmt.Sprintf("is longer than %d bytes", MaxText)}
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }):
		return &Invalid{field, "holds a control character or is not UTF-8"}
	}
	return nil
}

// code checks a code: what a table holds, never free text, which could name somebody.
func code(field, value string) error {
	if len(value) > 40 || strings.ContainsFunc(value, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	}) {
		return &Invalid{field, "is not a code: at most 40 letters, digits, dots, dashes and underscores"}
	}
	return nil
}
