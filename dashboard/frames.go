package dashboard

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// The frames of the stream, all JSON texts. A snapshot replaces what the client has. A
// delta applies only to a client at its from: first removed takes away, then each entity
// replaces the one of its id or is new; of measures it has the values that changed, each
// replacing the one of its name; of the system it leaves out what only a layout changes:
// localities, contacts and cards stand. Sites, units and feeds keep their places, for a
// changed layout is always told by a snapshot; contradictions are ordered by (since, id),
// held facts by seq and decisions by id, a number. Of measures, attendances, ambulances,
// requests, discharges and what follows decisions a delta tells no order. bye is the last frame before the server
// closes.
//
//	hello    {type, proto, version, assets, heartbeat_ms, at, speed, simulated}
//	snapshot {type, epoch, seq, at, state: {system, sites, units, feeds, contradictions, held,
//	          measures, attendances, ambulances, requests, discharges, decisions,
//	          referrals, calls, transfers, statuses, agreements, levels, alerts, actions, meetings}}
//	delta    {type, epoch, from, seq, at, system?, sites?, …, meetings?, removed?: {units?: [id], …}}
//	hb       {type, epoch, seq, at, feeds: {id: last}}
//	bye      {type, reason, retry_ms}

// kinds are the lists of a view, by the names they have in JSON and in tombstones.
var kinds = [...]string{
	"sites", "units", "feeds", "contradictions", "held",
	"measures", "attendances", "ambulances", "requests", "discharges", "decisions",
	"referrals", "calls", "transfers", "statuses", "agreements", "levels",
	"alerts", "actions", "meetings",
}

// part is one entity of a view.
type part struct {
	id      string
	version uint64
	entity  any // a pointer; the same pointer is the same content
}

// parts are the entities of one kind, in the view's order.
func parts(v *flow.View, kind string, yield func(part) bool) {
	switch kind {
	case "sites":
		each(v.Sites, yield, func(e *flow.SiteView) part { return part{e.ID, e.Version, e} })
	case "units":
		each(v.Units, yield, func(e *flow.UnitView) part { return part{e.ID, e.Version, e} })
	case "feeds":
		each(v.Feeds, yield, func(e *flow.FeedView) part { return part{e.ID, e.Version, e} })
	case "contradictions":
		each(v.Contradictions, yield, func(e *flow.ContradictionView) part { return part{e.ID, e.Version, e} })
	case "held":
		each(v.Held, yield, func(e *flow.HeldView) part { return part{strconv.FormatUint(e.Seq, 10), e.Seq, e} })
	case "measures":
		each(v.Measures, yield, func(e *flow.MeasuresView) part { return part{e.ID, e.Version, e} })
	case "attendances":
		each(v.Attendances, yield, func(e *flow.AttendanceView) part { return part{e.ID, e.Version, e} })
	case "ambulances":
		each(v.Ambulances, yield, func(e *flow.AmbulanceView) part { return part{e.ID, e.Version, e} })
	case "requests":
		each(v.Requests, yield, func(e *flow.RequestView) part { return part{e.ID, e.Version, e} })
	case "discharges":
		each(v.Discharges, yield, func(e *flow.DischargeView) part { return part{e.ID, e.Version, e} })
	case "decisions":
		each(v.Decisions, yield, func(e *flow.DecisionView) part { return part{e.ID, e.Version, e} })
	case "referrals":
		each(v.Referrals, yield, func(e *flow.ReferralView) part { return part{e.ID, e.Version, e} })
	case "calls":
		each(v.Calls, yield, func(e *flow.CallView) part { return part{e.ID, e.Version, e} })
	case "transfers":
		each(v.Transfers, yield, func(e *flow.TransferView) part { return part{e.ID, e.Version, e} })
	case "statuses":
		each(v.Statuses, yield, func(e *flow.StatusView) part { return part{e.ID, e.Version, e} })
	case "levels":
		each(v.Levels, yield, func(e *flow.LevelView) part { return part{e.ID, e.Version, e} })
	case "agreements":
		each(v.Agreements, yield, func(e *flow.AgreementView) part { return part{e.ID, e.Version, e} })
	case "alerts":
		each(v.Alerts, yield, func(e *flow.AlertView) part { return part{e.ID, e.Version, e} })
	case "actions":
		each(v.Actions, yield, func(e *flow.ActionView) part { return part{e.ID, e.Version, e} })
	case "meetings":
		each(v.Meetings, yield, func(e *flow.MeetingView) part { return part{e.ID, e.Version, e} })
	}
}

func each[E any](list []E, yield func(part) bool, as func(E) part) {
	for _, e := range list {
		if !yield(as(e)) {
			return
		}
	}
}

func every(part) bool { return true }

// encoder turns entities into JSON, each only once for as long as it stays the same. It
// is safe for concurrent use.
type encoder struct {
	mu    sync.Mutex
	known map[entityKey]encoded
}

type entityKey struct{ kind, id string }

type encoded struct {
	entity any
	json   []byte
}

func newEncoder() *encoder {
	return &encoder{known: map[entityKey]encoded{}}
}

func (e *encoder) encode(kind string, p part) ([]byte, error) {
	key := entityKey{kind, p.id}
	e.mu.Lock()
	defer e.mu.Unlock()
	if known, ok := e.known[key]; ok && known.entity == p.entity {
		return known.json, nil
	}
	text, err := marshal(nil, p.entity)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", kind, p.id, err)
	}
	e.known[key] = encoded{p.entity, text}
	return text, nil
}

// forget drops what v no longer has, once that is more than what it has.
func (e *encoder) forget(v *flow.View) {
	e.mu.Lock()
	defer e.mu.Unlock()
	shown := 1
	for _, kind := range kinds {
		parts(v, kind, func(part) bool { shown++; return true })
	}
	if len(e.known) <= 2*shown {
		return
	}
	kept := map[entityKey]encoded{}
	keep := func(kind string, p part) {
		key := entityKey{kind, p.id}
		if known, ok := e.known[key]; ok && known.entity == p.entity {
			kept[key] = known
		}
	}
	keep("system", part{entity: v.System})
	for _, kind := range kinds {
		parts(v, kind, func(p part) bool { keep(kind, p); return true })
	}
	e.known = kept
}

func marshal(b []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(b, text...), err
}

// body is one JSON object being written. The first error ends it.
type body struct {
	*encoder
	json []byte
	err  error
}

func (b *body) raw(text string) {
	b.json = append(b.json, text...)
}

func (b *body) value(v any) {
	if b.err == nil {
		b.json, b.err = marshal(b.json, v)
	}
}

// name begins a member.
func (b *body) name(name string) {
	if last := b.json[len(b.json)-1]; last != '{' {
		b.raw(",")
	}
	b.raw(`"` + name + `":`)
}

func (b *body) member(name string, v any) {
	b.name(name)
	b.value(v)
}

func (b *body) entity(kind string, p part) {
	if b.err != nil {
		return
	}
	text, err := b.encode(kind, p)
	b.json, b.err = append(b.json, text...), err
}

// open begins an answer of the API.
func (b *body) open(v *flow.View) {
	b.raw("{")
	b.at(v)
}

func (b *body) close() { b.raw("}") }

// begin begins a frame.
func (b *body) begin(frame string) {
	b.raw(`{"type":"` + frame + `"`)
}

func (b *body) at(v *flow.View) {
	b.member("epoch", v.Epoch)
	b.member("seq", v.Seq)
	b.member("at", v.At)
}

// all is the whole state, flat.
func (b *body) all(v *flow.View) {
	b.member("digest", v.Digest)
	b.lists(v)
}

func (b *body) lists(v *flow.View) {
	b.name("system")
	b.entity("system", part{entity: v.System})
	for _, kind := range kinds {
		b.list(kind, v, every)
	}
}

// list is one list of the view, as far as its parts are wanted.
func (b *body) list(kind string, v *flow.View, wanted func(part) bool) {
	b.name(kind)
	b.raw("[")
	b.some(kind, v, wanted)
	b.raw("]")
}

func (b *body) some(kind string, v *flow.View, wanted func(part) bool) {
	first := true
	parts(v, kind, func(p part) bool {
		if !wanted(p) {
			return true
		}
		if !first {
			b.raw(",")
		}
		first = false
		b.entity(kind, p)
		return true
	})
}

// one is a single entity under a name of its own, and false when the view lacks it.
func (b *body) one(name, kind string, v *flow.View, id string) (found bool) {
	parts(v, kind, func(p part) bool {
		if p.id != id {
			return true
		}
		found = true
		b.name(name)
		b.entity(kind, p)
		return false
	})
	return found
}

func (b *body) snapshot(v *flow.View) {
	b.begin("snapshot")
	b.at(v)
	b.name("state")
	b.raw("{")
	b.lists(v)
	b.raw("}")
	b.close()
}

// delta is what a client that has the state at from needs to have v.
func (b *body) delta(from uint64, v *flow.View) {
	b.begin("delta")
	b.member("epoch", v.Epoch)
	b.member("from", from)
	b.member("seq", v.Seq)
	b.member("at", v.At)
	if v.System != nil && v.System.Version > from {
		moving := *v.System
		moving.Localities, moving.Contacts, moving.Cards = nil, nil, nil
		b.member("system", &moving)
	}
	changed := func(p part) bool { return p.version > from }
	for _, kind := range kinds {
		switch {
		case !has(v, kind, changed):
		case kind == "measures":
			b.figures(from, v)
		default:
			b.list(kind, v, changed)
		}
	}
	if removed := removedSince(from, v); len(removed) > 0 {
		b.member("removed", removed)
	}
	b.close()
}

// figures are the scopes with figures that changed since from, each with those figures
// only: the others stand.
func (b *body) figures(from uint64, v *flow.View) {
	some := []*flow.MeasuresView{}
	for _, m := range v.Measures {
		if m.Version <= from {
			continue
		}
		changed := &flow.MeasuresView{ID: m.ID, Version: m.Version, Values: map[string]*flow.MeasureValue{}}
		for name, value := range m.Values {
			if value.Version > from {
				changed.Values[name] = value
			}
		}
		some = append(some, changed)
	}
	b.member("measures", some)
}

func has(v *flow.View, kind string, wanted func(part) bool) (found bool) {
	parts(v, kind, func(p part) bool {
		found = wanted(p)
		return !found
	})
	return found
}

// removedSince are the ids, by kind, of what v lacks and may have had at from. What came
// back in between is not among them: it is of a later version.
func removedSince(from uint64, v *flow.View) map[string][]string {
	removed := map[string][]string{}
	passed := map[entityKey]bool{} // there, or told already
	seen := map[string]bool{}
	for i := len(v.Gone) - 1; i >= 0 && v.Gone[i].Version > from; i-- {
		gone := v.Gone[i]
		if !seen[gone.Kind] {
			seen[gone.Kind] = true
			parts(v, gone.Kind, func(p part) bool {
				if p.version > from {
					passed[entityKey{gone.Kind, p.id}] = true
				}
				return true
			})
		}
		if key := (entityKey{gone.Kind, gone.ID}); !passed[key] {
			passed[key] = true
			removed[gone.Kind] = append(removed[gone.Kind], gone.ID)
		}
	}
	return removed
}

func (b *body) heartbeat(v *flow.View) {
	last := make(map[string]capacity.Instant, len(v.Feeds))
	for _, f := range v.Feeds {
		last[f.ID] = f.Last
	}
	b.begin("hb")
	b.at(v)
	b.member("feeds", last)
	b.close()
}
