package flow

import (
	"encoding/json"
	"strconv"

	"flowcentre/capacity"
)

// scan reads an event in the form that Encode writes, several times as fast as
// encoding/json would. What it does not expect, such as an escape in a text, makes it
// give up; Decode then reads the slow way, which decides.
type scan struct {
	b     []byte
	i     int
	fresh bool // an object or list has just been opened
	bad   bool
}

// event reads the whole object.
func (s *scan) event(e *Event) bool {
	s.eat('{')
	for s.more('}') {
		switch string(s.key()) {
		case "specversion":
			s.text()
		case "id":
			e.ID = s.text()
		case "source":
			e.Feed = s.text()
		case "type":
			e.Kind = kindOf[string(s.bytes())]
		case "time":
			e.Happened = s.instant()
		case "recorded":
			e.Recorded = s.instant()
		case "digest":
			e.Digest = s.text()
		case "data":
			s.data(&e.Data)
		default:
			s.bad = true
		}
	}
	s.space()
	return !s.bad && s.i == len(s.b)
}

func (s *scan) data(d *Data) {
	s.eat('{')
	for s.more('}') {
		switch string(s.key()) {
		case "patient":
			d.Patient = s.text()
		case "visit":
			d.Visit = s.text()
		case "from_patient":
			d.FromPatient = s.text()
		case "from_visit":
			d.FromVisit = s.text()
		case "place":
			d.Place = s.text()
		case "prior":
			d.Prior = s.text()
		case "class":
			d.Class = PatientClass(s.text())
		case "due":
			d.Due = s.instant()
		case "outcome":
			d.Outcome = s.text()
		case "going_to":
			d.GoingTo = s.text()
		case "reason":
			d.Reason = s.text()
		case "until":
			d.Until = s.instant()
		case "status":
			d.Status = BedStatus(s.text())
		case "role":
			d.Role = s.text()
		case "account":
			d.Account = s.text()
		case "mode":
			d.Mode = s.text()
		case "acuity":
			d.Acuity = s.text()
		case "service":
			d.Service = s.text()
		case "sex":
			d.Sex = s.text()
		case "request":
			d.Request = s.text()
		case "origin":
			d.Origin = s.text()
		case "needs":
			d.Needs = s.texts()
		case "wants":
			d.Wants = capacity.BedClass(s.text())
		case "ambulance":
			d.Ambulance = s.text()
		case "pathway":
			d.Pathway = s.text()
		case "owner":
			d.Owner = s.text()
		case "certainty":
			d.Certainty = s.text()
		case "about":
			d.About = s.text()
		case "item":
			d.Item = s.text()
		case "how":
			d.How = s.text()
		case "referral":
			d.Referral = s.text()
		case "intent":
			d.Intent = s.text()
		case "locality":
			d.Locality = s.text()
		case "age_band":
			d.AgeBand = s.text()
		case "frailty":
			d.Frailty = s.text()
		case "condition":
			d.Condition = s.text()
		case "call":
			d.Call = s.text()
		case "transfer":
			d.Transfer = s.text()
		case "from":
			d.From = s.text()
		case "to":
			d.To = s.text()
		case "purpose":
			d.Purpose = s.text()
		case "agreement":
			d.Agreement = s.text()
		case "link":
			d.Link = s.text()
		case "alert":
			s.value(&d.Alert)
		case "scope":
			d.Scope = s.text()
		case "action":
			d.Action = s.text()
		case "task":
			d.Task = s.text()
		case "count":
			d.Count = int(min(s.number(), maxOpen+1))
		case "meeting":
			d.Meeting = s.text()
		case "seeks":
			d.Seeks = s.texts()
		case "age":
			d.Age = int(min(s.number(), 1_000))
		case "places":
			s.value(&d.Places)
		case "declared":
			s.value(&d.Declared)
		case "figure":
			s.value(&d.Figure)
		case "list":
			s.value(&d.List)
		case "discharges":
			s.value(&d.Leavers)
		case "layout_id":
			d.LayoutID = s.text()
		case "counter":
			d.Counter = s.number()
		case "revision":
			d.Revision = s.number()
		case "also":
			d.Also = s.texts()
		case "census":
			s.value(&d.Census)
		case "swap":
			s.value(&d.Swap)
		case "report":
			s.value(&d.Report)
		case "layout":
			s.value(&d.Layout)
		default:
			s.bad = true
		}
	}
}

func (s *scan) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

// eat takes one character that must come next.
func (s *scan) eat(c byte) {
	s.space()
	if s.i >= len(s.b) || s.b[s.i] != c {
		s.bad = true
		return
	}
	s.i++
	s.fresh = c == '{' || c == '['
}

// more tells whether another member follows in an object or list, and takes its end if
// not.
func (s *scan) more(end byte) bool {
	s.space()
	if s.bad || s.i >= len(s.b) {
		s.bad = true
		return false
	}
	first := s.fresh
	s.fresh = false
	switch c := s.b[s.i]; {
	case c == end:
		s.i++
		return false
	case c == ',' && !first:
		s.i++
		return true
	case first:
		return true
	}
	s.bad = true
	return false
}

func (s *scan) key() []byte {
	k := s.bytes()
	s.eat(':')
	return k
}

// bytes is a text without escapes, valid until the input changes.
func (s *scan) bytes() []byte {
	s.eat('"')
	from := s.i
	for ; s.i < len(s.b) && !s.bad; s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[from : s.i-1]
		case c == '\\' || c < ' ' || c >= 0x80:
			s.bad = true
		}
	}
	s.bad = true
	return nil
}

func (s *scan) text() string { return string(s.bytes()) }

func (s *scan) texts() []string {
	all := []string{}
	s.eat('[')
	for s.more(']') {
		all = append(all, s.text())
	}
	return all
}

func (s *scan) instant() capacity.Instant {
	b := s.bytes()
	if s.bad {
		return 0
	}
	at, err := capacity.ParseInstant(string(b))
	if err != nil {
		s.bad = true
	}
	return at
}

func (s *scan) number() uint64 {
	n, err := strconv.ParseUint(string(s.raw()), 10, 64)
	if err != nil {
		s.bad = true
	}
	return n
}

// value reads what is seldom there by way of encoding/json.
func (s *scan) value(into any) {
	if raw := s.raw(); s.bad || json.Unmarshal(raw, into) != nil {
		s.bad = true
	}
}

// raw is the bytes of the next value, up to the comma or bracket after it.
func (s *scan) raw() []byte {
	s.space()
	from, depth := s.i, 0
	for ; s.i < len(s.b) && !s.bad; s.i++ {
		switch s.b[s.i] {
		case '"':
			if !s.skipText() {
				return nil
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return s.b[from:s.i]
			}
			depth--
		case ',':
			if depth == 0 {
				return s.b[from:s.i]
			}
		}
	}
	s.bad = true
	return nil
}

// skipText passes over a text with its escapes and stops on its closing quote.
func (s *scan) skipText() bool {
	for s.i++; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '"':
			return true
		}
	}
	s.bad = true
	return false
}
