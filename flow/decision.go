package flow

import (
	"cmp"
	"slices"
	"strings"

	"flowcentre/capacity"
)

// decision is what became of what a person decided.
type decision struct {
	Seq     uint64           `json:"q"`
	At      capacity.Instant `json:"t"`
	Kind    string           `json:"k"`
	Role    string           `json:"r,omitempty"`
	Account string           `json:"a,omitempty"`
	About   string           `json:"o,omitempty"`
	Refused string           `json:"f,omitempty"`
	Detail  string           `json:"d,omitempty"`
	Warning string           `json:"w,omitempty"`
	version uint64
	shown   *DecisionView
}

const maxDecisions = 200 // outcomes kept; the decisions themselves stay in the log

// Why a decision has no effect.
const (
	RefusedUnknown  = "unknown"   // the request or contradiction is not there, or no longer
	RefusedPlace    = "place"     // no such bed
	RefusedClosed   = "closed"    // the bed takes nobody
	RefusedHeld     = "held"      // the bed is kept for another request
	RefusedNewer    = "newer"     // something said later, or of a later moment, stands
	RefusedOccupied = "occupied"  // somebody is in the bed, and is not expected to leave
	RefusedUsed     = "used"      // the number or token is another's
	RefusedOver     = "over"      // its time has run, or it has ended
	RefusedOpen     = "no_end"    // it has to say until when, or an earlier end
	RefusedTaken    = "taken"     // the referral is accepted by another unit, or somebody has the alert
	RefusedBegun    = "begun"     // the referral has begun there
	RefusedNotBegun = "not_begun" // the referral has not begun
	RefusedFull     = "full"      // as many are kept as may be
	RefusedRule     = "rule"      // the hospital never takes such patients
	RefusedRole     = "role"      // it is not for that role to say
)

// decide takes a decision, or notes why it has no effect. What holds at this moment of the
// log decides, so every replay decides the same.
func (s *State) decide(e *Event) {
	d := decisionOf(e)
	switch e.Kind {
	case BedAllocated:
		d.About = e.Data.Request
		s.allocate(e, d)
	case AllocationEnded:
		d.About = e.Data.Request
		if p := s.requester(e.Data.Request); p == nil {
			d.refuse(RefusedUnknown, "There is no open bed request "+e.Data.Request+".")
		} else {
			s.tell(p, factOf(e))
		}
	case ContradictionSettled:
		d.About = e.Data.Item
		if !s.settled(e) {
			d.refuse(RefusedUnknown, "There is no open contradiction "+e.Data.Item+".")
		}
	case LinkIssued:
		d.About = e.Data.Place
		s.issue(e, d)
	case LinkRevoked:
		d.About = linkID(e.Data.Link)
		s.revoke(e, d)
	case AgreementAsked, AgreementAnswered, AgreementEnded:
		d.About = e.Data.Agreement
		s.agree(e, d)
	case AlertTaken, AlertHandedOn, AlertNotNow, AlertShelved, Noted:
		d.About = e.Data.Item
		s.answer(e, d)
	case ActionRaised, ActionAssigned, ActionExtended, ActionBlocked, ActionDone, ActionNotPossible:
		d.About = e.Data.Action
		s.act(e, d)
	case MeetingOpened, MeetingSigned:
		d.About = e.Data.Meeting
		s.convene(e, d)
	}
	s.remind(d)
}

// minute keeps the outcome of what else people of the centre say: closures, outages, figures
// by phone.
func (s *State) minute(e *Event) {
	if e.Feed != Desk || s.decision(e.Seq) != nil {
		return
	}
	d := decisionOf(e)
	switch e.Kind {
	case OutagePlanned:
		d.About = e.Data.About
	case FigureReported:
		d.About = figureName(e)
	case CallRaised, CallAnswered, CallClosed:
		d.About = e.Data.Call
	case ReferralMade, ReferralOffered, ReferralAccepted, ReferralDeclined, AcceptanceWithdrawn, ReferralStarted, ReferralEnded, ReferralCancelled, NotConveyed:
		d.About = e.Data.Referral
	case SiteTransferAsked, SiteTransferAccepted, SiteTransferDeclined, SiteTransferOffered, SiteTransferLeft, SiteTransferArrived, SiteTransferWithdrawn:
		d.About = e.Data.Transfer
	case StatusDeclared:
		d.About = statusName(e.Data.Declared)
	default:
		d.About = e.Data.Place
	}
	if s.held[e.Seq] != nil {
		d.refuse(s.view.waiting[e.Seq], "It is held, and takes effect when what it names is there.")
	}
	s.remind(d)
}

// figureName is the scope and measure of a figure that a person told.
func figureName(e *Event) string {
	if e.Data.Figure == nil {
		return ""
	}
	return e.Data.Figure.Scope + " " + e.Data.Figure.Measure
}

// overrule notes that what a person of the centre said has no effect, as something newer
// stands.
func (s *State) overrule(e *Event, about string) {
	if e.Feed == Desk {
		d := decisionOf(e)
		d.About = about
		d.refuse(RefusedNewer, "Something that was said later stands.")
		s.remind(d)
	}
}

func decisionOf(e *Event) *decision {
	return &decision{Seq: e.Seq, At: e.Happened, Kind: e.Kind.String(), Role: e.Data.Role, Account: e.Data.Account}
}

func (d *decision) refuse(code, detail string) { d.Refused, d.Detail = code, detail }

// remind keeps the outcome, and as many before it as are kept. Of what was held and is
// tried again the new outcome replaces the old.
func (s *State) remind(d *decision) {
	d.version = s.seq
	i, again := slices.BinarySearchFunc(s.decisions, d.Seq, func(d *decision, seq uint64) int { return cmp.Compare(d.Seq, seq) })
	switch {
	case again:
		s.decisions[i] = d
	case i == 0 && len(s.decisions) == maxDecisions:
		return
	default:
		s.decisions = slices.Insert(s.decisions, i, d)
	}
	s.changed.key(decisionKey(d.Seq))
	for len(s.decisions) > maxDecisions {
		old := s.decisions[0].Seq
		s.decisions = s.decisions[1:]
		s.changed.key(decisionKey(old))
		s.gone("decisions", itoa(old))
	}
	s.view.decisions = true
}

func (s *State) decision(seq uint64) *decision {
	if i, ok := slices.BinarySearchFunc(s.decisions, seq, func(d *decision, seq uint64) int { return cmp.Compare(d.Seq, seq) }); ok {
		return s.decisions[i]
	}
	return nil
}

// requester is the patient of an open request, nil when there is none.
func (s *State) requester(id string) *patient {
	p := s.patients[s.requests[id]]
	if p == nil {
		return nil
	}
	for _, r := range derive(p.key, p.facts, s.ground).requests {
		if r.id == id && r.open() {
			return p
		}
	}
	return nil
}

// allocate keeps a bed for a request, if it is free to be kept: a second allocation of a
// held bed is refused, naming the holder. A bed whose patient is expected to leave can be
// given to the next.
func (s *State) allocate(e *Event, d *decision) {
	p := s.requester(e.Data.Request)
	if p == nil {
		d.refuse(RefusedUnknown, "There is no open bed request "+e.Data.Request+".")
		return
	}
	at, reason := s.find(e.Feed, e.Data.Place)
	b := s.bed(at)
	if reason != "" || b == nil && (at.Bay != "" || s.dept(at.Unit)) {
		d.refuse(RefusedPlace, "The layout has no such bed or ward.")
		return
	}
	if code, detail := s.unkeepable(at, p); code != "" {
		d.refuse(code, detail)
		return
	}
	d.Warning = strings.Join(s.misfits(p, e.Data.Request, at), " ")
	f := factOf(e)
	f.Place = at
	s.tell(p, f)
	s.note(e, at)
}

// misfits are the rules that a patient in the place would break.
func (s *State) misfits(p *patient, request string, at ref) []string {
	c := derive(p.key, p.facts, s.ground)
	sex := ""
	for _, st := range c.stays {
		if st.phase == open && st.sex != "" {
			sex = st.sex
		}
	}
	space := capacity.Bedspace{Unit: s.units[at.Unit].def}
	if b := s.bed(at); b != nil {
		space.Bed, space.Sex = b.def, s.bayOf(b)
	}
	for _, r := range c.requests {
		if r.id == request {
			return (&capacity.Request{Service: r.service, Wants: r.wants, Needs: r.needs}).Misfits(space, sex)
		}
	}
	return nil
}

// bayOf is the sex for which the bed's bay is laid out or, where it is not, of the patients
// in it; empty for either, and where both are in it already.
func (s *State) bayOf(b *bed) (sex string) {
	if b.def.Sex != "" || b.def.SideRoom || b.def.Bay == "" {
		return b.def.Sex
	}
	for _, o := range b.unit.order {
		if o == b || o.def.Bay != b.def.Bay || o.def.SideRoom {
			continue
		}
		for _, cl := range o.claims {
			if cl.kind != in {
				continue
			}
			for _, st := range derive(cl.patient.key, cl.patient.facts, s.ground).stays {
				switch {
				case st.id != cl.stay || st.sex == "" || st.sex == sex:
				case sex == "":
					sex = st.sex
				default:
					return ""
				}
			}
		}
	}
	return sex
}

// unkeepable is why a bed cannot be kept for a patient, empty where it can. p is nil of somebody
// whom nobody knows. A whole unit can be kept unless all of it is closed.
func (s *State) unkeepable(at ref, p *patient) (code, detail string) {
	b := s.bed(at)
	if b == nil {
		if s.shut(at) {
			return RefusedClosed, at.Unit + " is closed."
		}
		return "", ""
	}
	c := b.condition(s.at)
	for _, k := range c.kept {
		if k.patient != p {
			holder := "another patient's transfer"
			if k.request != "" {
				holder = "request " + k.request
			}
			until := ""
			if k.lapse != 0 {
				until = ", until " + k.lapse.String()
			}
			return RefusedHeld, b.name() + " is kept for " + holder + until + "."
		}
	}
	switch {
	case len(c.in) > 0 && c.in[0].patient != p && !c.in[0].going:
		return RefusedOccupied, b.name() + " has a patient who is not expected to leave."
	case c.reason != "":
		return RefusedClosed, b.name() + " is closed (" + c.reason + ")."
	}
	return "", ""
}
