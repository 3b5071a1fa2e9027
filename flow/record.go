package flow

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"flowcentre/capacity"
)

// Record is one record of the state as the store keeps it. An empty Value means that
// the record is gone.
type Record struct {
	Key   string // kind of record, a slash, and the key within the kind: "bed/wrh-w4/A1"
	Value []byte
}

// Entry is one event as read from the log, with the bytes it was read from.
type Entry struct {
	Event Event
	Raw   []byte
}

// The keys of records.
const (
	clockKey  = "clock/clock"
	layoutKey = "layout/frame"
	stageKey  = "layout/staged"
)

func patientKey(key string) string  { return "patient/" + key }
func unitKey(id string) string      { return "unit/" + id }
func toldKey(id string) string      { return "told/" + id }
func slotsKey(id string) string     { return "places/" + id }
func bedKey(b *bed) string          { return "bed/" + b.name() }
func feedKey(id string) string      { return "feed/" + id }
func reportKey(name string) string  { return "reported/" + name }
func itemKey(id string) string      { return "item/" + id }
func ambulanceKey(id string) string { return "ambulance/" + id }
func linkKey(hash string) string    { return "link/" + hash }
func statusKey(name string) string  { return "status/" + name }
func agreementKey(id string) string { return "agreement/" + id }
func referralKey(id string) string  { return "referral/" + id }
func callKey(id string) string      { return "call/" + id }
func transferKey(id string) string  { return "transfer/" + id }
func decisionKey(seq uint64) string { return fmt.Sprintf("decision/%020d", seq) }
func heldKey(seq uint64) string     { return fmt.Sprintf("held/%020d", seq) }
func seenKey(block uint64) string   { return fmt.Sprintf("seen/%020d", block) }

type clockRecord struct {
	At   capacity.Instant `json:"at"`
	Last Change           `json:"last,omitzero"` // the latest thing that happened
	Open int64            `json:"open,omitzero"` // the first hour that a fact can still change in history
}

// changes is what has changed since the store last heard.
type changes struct {
	keys  []string
	clock bool           // time, the latest thing that happened, or the first open hour
	sums  map[string]sum // of every record there is
	total sum
}

func newChanges() changes { return changes{sums: map[string]sum{}} }

func (c *changes) key(k string) { c.keys = append(c.keys, k) }

func (c *changes) patient(p *patient) {
	if !p.dirty {
		p.dirty = true
		c.key(patientKey(p.key))
	}
}

func (c *changes) unit(u *unit) {
	if !u.dirty {
		u.dirty = true
		c.key(toldKey(u.def.ID))
	}
}

func (c *changes) slots(u *unit) {
	if !u.slots.dirty {
		u.slots.dirty = true
		c.key(slotsKey(u.def.ID))
	}
}

func (c *changes) bed(b *bed) {
	if !b.dirty {
		b.dirty = true
		c.key(bedKey(b))
	}
}

func (c *changes) ambulance(a *ambulance) {
	if !a.dirty {
		a.dirty = true
		c.key(ambulanceKey(a.id))
	}
}

func (c *changes) referral(r *referral) {
	if !r.dirty {
		r.dirty = true
		c.key(referralKey(r.id))
	}
}

func (c *changes) call(l *call) {
	if !l.dirty {
		l.dirty = true
		c.key(callKey(l.id))
	}
}

func (c *changes) feed(f *feed) {
	if !f.dirty {
		f.dirty = true
		c.key(feedKey(f.id))
	}
}

// Changes are the records that changed since the last call, sorted by key, each once.
// The digest takes them in.
func (s *State) Changes() []Record {
	c := &s.changed
	for _, n := range s.seen.dirty {
		c.key(seenKey(n))
		if b := s.seen.blocks[n]; b != nil {
			b.dirty = false
		}
	}
	s.seen.dirty = s.seen.dirty[:0]
	if c.clock {
		c.clock = false
		c.key(clockKey)
	}
	slices.Sort(c.keys)
	keys := slices.Compact(c.keys)
	records := make([]Record, 0, len(keys))
	for _, k := range keys {
		v := s.encode(k)
		if c.fold(k, v) {
			records = append(records, Record{k, v})
		}
	}
	c.keys = c.keys[:0]
	return records
}

// encode writes the record of a key, and nothing when it is gone.
func (s *State) encode(key string) []byte {
	kind, id, _ := strings.Cut(key, "/")
	switch kind {
	case "clock":
		return mustJSON(clockRecord{s.at, s.view.last, s.history.from})
	case "layout":
		if key == layoutKey {
			return mustJSON(&s.layout)
		}
		if s.layout.staged.Layout != nil {
			return mustJSON(&s.layout.staged)
		}
	case "unit":
		if u := s.units[id]; u != nil {
			return mustJSON(u.def)
		}
	case "told":
		if u := s.units[id]; u != nil {
			u.dirty = false
			return u.told.pack()
		}
	case "places":
		if u := s.units[id]; u != nil {
			u.slots.dirty = false
			if !u.slots.empty() {
				return mustJSON(&u.slots)
			}
		}
	case "bed":
		if b := s.bedByName(id); b != nil {
			b.dirty = false
			if b.told != (told{}) {
				return b.told.pack()
			}
		}
	case "patient":
		if p := s.patients[id]; p != nil {
			p.dirty = false
			if p.empty() {
				return nil
			}
			return p.pack()
		}
	case "feed":
		if f := s.feeds[id]; f != nil {
			f.dirty = false
			return mustJSON(&f.told)
		}
	case "ambulance":
		if a := s.ambulances[id]; a != nil {
			a.dirty = false
			return a.pack()
		}
	case "referral":
		if r := s.referrals[id]; r != nil {
			r.dirty = false
			return mustJSON(referralRecord{r.last, r.facts})
		}
	case "call":
		if c := s.calls[id]; c != nil {
			c.dirty = false
			return mustJSON(referralRecord{c.last, c.facts})
		}
	case "decision":
		if d := s.decision(mustSeq(id)); d != nil {
			return mustJSON(d)
		}
	case "transfer":
		if t := s.transfers[id]; t != nil {
			return mustJSON(t)
		}
	case "link":
		if l := s.links[id]; l != nil {
			return mustJSON(l)
		}
	case "status":
		if t := s.statuses[id]; t != nil {
			return mustJSON(t)
		}
	case "agreement":
		if a := s.agreements[id]; a != nil {
			return mustJSON(a)
		}
	case "reported":
		if r := s.reports.told[id]; r != nil {
			return mustJSON(r)
		}
	case "item":
		if c := s.items[id]; c != nil {
			return mustJSON(c)
		}
	case "level":
		if l := s.levels[id]; l != nil {
			return mustJSON(l)
		}
	case "alert":
		if a := s.alerts[id]; a != nil {
			return mustJSON(a)
		}
	case "action":
		if a := s.actions[id]; a != nil {
			return mustJSON(a)
		}
	case "meeting":
		if m := s.meetings[id]; m != nil {
			return mustJSON(m)
		}
	case "tolls":
		return mustJSON(&s.tolls)
	case "held":
		if e := s.held[mustSeq(id)]; e != nil {
			b, err := Encode(e)
			if err != nil {
				panic(err)
			}
			return b
		}
	case "hours":
		return s.history.hoursRecord(id)
	case "day":
		return s.history.dayRecord(id)
	case "cut", "filed":
		return s.cuts.record(key, id)
	case "seen":
		if b := s.seen.blocks[mustSeq(id)]; b != nil {
			return b.encode()
		}
	}
	return nil
}

func mustSeq(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		panic("flow: not a sequence: " + id)
	}
	return n
}

// mustJSON writes values of the package's own types, which always encode.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("flow: " + err.Error())
	}
	return b
}

// sum is a hash of one record, or the sum of the hashes of many: addition does not
// depend on order, so a record's old hash can be taken out and its new one put in.
type sum [2]uint64

func sumOf(key string, value []byte) sum {
	if len(value) == 0 {
		return sum{}
	}
	buf := make([]byte, 0, 512)
	buf = binary.AppendUvarint(buf, uint64(len(key)))
	buf = append(buf, key...)
	buf = append(buf, value...)
	h := sha256.Sum256(buf)
	return sum{binary.BigEndian.Uint64(h[:8]), binary.BigEndian.Uint64(h[8:16])}
}

// fold takes a record into the digest and tells whether it changed.
func (c *changes) fold(key string, value []byte) bool {
	now, before := sumOf(key, value), c.sums[key]
	if now == before {
		return false
	}
	c.total[0] += now[0] - before[0]
	c.total[1] += now[1] - before[1]
	if len(value) == 0 {
		delete(c.sums, key)
	} else {
		c.sums[key] = now
	}
	return true
}

// Digest is 32 hexadecimal digits over all records, as of the last call of Changes.
// Equal states have equal digests, whatever way they came about; the epoch is left out.
func (s *State) Digest() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], s.changed.total[0])
	binary.BigEndian.PutUint64(b[8:], s.changed.total[1])
	return hex.EncodeToString(b[:])
}

// Records counts the records of each kind, as of the last call of Changes.
func (s *State) Records() map[string]int {
	kinds := map[string]int{}
	for key := range s.changed.sums {
		kind, _, _ := strings.Cut(key, "/")
		kinds[kind]++
	}
	return kinds
}

// ErrRecord is a record that cannot be read: the store is damaged, or was written by a
// newer version.
var ErrRecord = errors.New("record cannot be read")

// Load is the state of these records, which may come in any order, after event seq.
func Load(epoch string, seq uint64, records iter.Seq2[string, []byte]) (*State, error) {
	s := New(epoch)
	s.seq = seq
	kept := newHistory()
	beds := map[string]told{}
	var defs []capacity.Unit
	tolds, places := map[string]unitTold{}, map[string]slots{}
	for key, value := range records {
		s.changed.fold(key, value)
		kind, id, _ := strings.Cut(key, "/")
		var err error
		switch kind {
		case "clock":
			var r clockRecord
			err = json.Unmarshal(value, &r)
			s.at, s.view.last, kept.from = r.At, r.Last, r.Open
		case "layout":
			if key == layoutKey {
				err = json.Unmarshal(value, &s.layout)
			} else {
				err = json.Unmarshal(value, &s.layout.staged)
			}
		case "unit":
			var u capacity.Unit
			err = json.Unmarshal(value, &u)
			defs = append(defs, u)
		case "told":
			var t unitTold
			err = t.unpack(value)
			tolds[id] = t
		case "places":
			var p slots
			err = json.Unmarshal(value, &p)
			places[id] = p
		case "bed":
			var t told
			err = t.unpack(value)
			beds[id] = t
		case "patient":
			p := &patient{key: id}
			s.patients[id] = p
			var names, visits []string
			names, visits, err = p.unpack(value)
			s.know(p, names, visits)
		case "feed":
			f := &feed{id: id}
			err = json.Unmarshal(value, &f.told)
			s.feeds[id] = f
		case "ambulance":
			a := &ambulance{id: id}
			s.ambulances[id] = a
			err = a.unpack(value)
		case "referral":
			var k referralRecord
			err = json.Unmarshal(value, &k)
			s.referrals[id] = &referral{id: id, last: k.Last, facts: k.Facts}
		case "call":
			var k referralRecord
			err = json.Unmarshal(value, &k)
			s.calls[id] = &call{id: id, last: k.Last, facts: k.Facts}
		case "decision":
			d := &decision{version: seq}
			err = json.Unmarshal(value, d)
			s.decisions = append(s.decisions, d)
		case "transfer":
			t := &transfer{id: id}
			err = json.Unmarshal(value, t)
			s.transfers[id] = t
		case "link":
			l := &link{}
			err = json.Unmarshal(value, l)
			s.links[id] = l
		case "status":
			t := &status{}
			err = json.Unmarshal(value, t)
			s.statuses[id] = t
		case "agreement":
			a := &agreement{id: id}
			err = json.Unmarshal(value, a)
			s.agreements[id] = a
		case "reported":
			r := &reported{}
			err = json.Unmarshal(value, r)
			s.reports.told[id] = r
		case "item":
			c := &contradiction{version: seq}
			err = json.Unmarshal(value, c)
			s.items[id] = c
		case "level":
			l := &level{version: seq}
			err = json.Unmarshal(value, l)
			s.levels[id] = l
		case "alert":
			a := &alert{id: id, version: seq}
			err = json.Unmarshal(value, a)
			s.alerts[id] = a
		case "action":
			a := &action{id: id, version: seq}
			err = json.Unmarshal(value, a)
			s.actions[id] = a
		case "meeting":
			m := &meeting{id: id, version: seq}
			err = json.Unmarshal(value, m)
			s.meetings[id] = m
		case "tolls":
			err = json.Unmarshal(value, &s.tolls)
		case "held":
			var n uint64
			var e Event
			if n, err = strconv.ParseUint(id, 10, 64); err == nil {
				e, err = Decode(n, slices.Clone(value))
				s.held[n] = &e
			}
		case "seen":
			err = s.seen.decode(value)
		case "cut":
			c := &cut{}
			err = json.Unmarshal(value, c)
			s.cuts.kept = append(s.cuts.kept, c)
		case "filed":
			var f []filed
			err = json.Unmarshal(value, &f)
			s.cuts.units[id] = f
		case "hours", "day":
			err = kept.load(kind, id, value)
		default:
			err = errors.New("unknown kind")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRecord, key, err)
		}
	}
	if err := s.restore(defs, tolds, places, beds, kept); err != nil {
		return nil, err
	}
	return s, nil
}

// restore works out what the records leave out: the index of places, who claims what,
// and what falls due.
func (s *State) restore(defs []capacity.Unit, tolds map[string]unitTold, places map[string]slots, beds map[string]told, kept history) error {
	slices.SortFunc(defs, func(a, b capacity.Unit) int { return cmp.Compare(a.ID, b.ID) })
	for i := range defs {
		s.place(&defs[i], nil)
		s.units[defs[i].ID].told, s.units[defs[i].ID].slots = tolds[defs[i].ID], places[defs[i].ID]
	}
	for name, t := range beds {
		b := s.bedByName(name)
		if b == nil {
			return fmt.Errorf("%w: bed/%s is not in the layout", ErrRecord, name)
		}
		b.told = t
	}
	s.remember()
	s.cuts.restore()
	s.history.from = kept.from
	for _, a := range s.ambulances {
		s.drive(a)
	}
	for _, p := range s.patientsByKey() {
		s.derive(p)
	}
	slices.SortFunc(s.decisions, func(a, b *decision) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, e := range s.held {
		if f := s.feedOf(e.Feed); f != nil {
			f.held++
		}
		s.await(e, s.reason(e))
	}
	s.awaited = false
	if s.layout.Frame != nil {
		s.setFrame(s.layout.Frame)
	}
	for _, f := range s.feeds {
		s.listen(f)
	}
	for _, r := range s.referrals {
		s.enlist(r)
		r.starts, r.pledged = s.promises(r), r.story.patient
	}
	s.guideAll()
	s.pursued = nil
	for _, t := range s.transfersByID() {
		s.resume(t)
	}
	for _, t := range s.statuses {
		s.awaitExpiry(t)
	}
	for _, a := range s.agreements {
		s.keepAgreement(a)
	}
	for _, a := range s.alerts {
		s.watchAlert(a)
	}
	s.due.set(&s.seen.alarm, s.seen.expiry(), dueSeen, "")
	s.lookAgain()
	s.history = kept // who counts for what is worked out; what is counted was kept
	s.closeDays()
	s.view.reset(s.seq)
	s.forgetChanges()
	return nil
}

// forgetChanges drops the marks that loading left: nothing differs from the store.
func (s *State) forgetChanges() {
	s.changed.keys, s.changed.clock = nil, false
	for _, p := range s.patients {
		p.dirty = false
	}
	for _, f := range s.feeds {
		f.dirty = false
	}
	for _, a := range s.ambulances {
		a.dirty = false
	}
	for _, r := range s.referrals {
		r.dirty = false
	}
	for _, c := range s.calls {
		c.dirty = false
	}
	for _, u := range s.units {
		u.dirty, u.slots.dirty = false, false
		for _, b := range u.order {
			b.dirty = false
		}
	}
}
