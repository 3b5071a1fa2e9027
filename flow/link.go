package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// link lets whoever holds its token tell a unit's places. The token itself is nowhere: only
// its SHA-256.
type link struct {
	Hash    string           `json:"h"`
	Seq     uint64           `json:"q"`
	Unit    string           `json:"u"`
	Issued  capacity.Instant `json:"t"`
	Role    string           `json:"r"`
	Until   capacity.Instant `json:"e,omitempty"`
	Revoked capacity.Instant `json:"x,omitempty"`
	shown   *LinkView
}

// maxLinks is how many links of one unit are kept. One that has ended makes room for the
// next.
const maxLinks = 10

// StandsAt says whether the link can be used at that time.
func (l *LinkView) StandsAt(at capacity.Instant) bool {
	return l.Revoked == 0 && (l.Until == 0 || at < l.Until)
}

// issue takes a new link of a unit, unless too many of the unit still stand.
func (s *State) issue(e *Event, d *decision) {
	at, reason := s.find(Desk, e.Data.Place)
	switch {
	case reason != "" || at != (ref{Unit: at.Unit}):
		d.refuse(RefusedPlace, "The layout has no such unit.")
		return
	case s.links[e.Data.Link] != nil:
		d.refuse(RefusedUsed, "There is a link of this token already.")
		return
	case e.Data.Until != 0 && e.Data.Until <= s.at:
		d.refuse(RefusedOver, "The link would have ended already, at "+e.Data.Until.String()+".")
		return
	}
	all := s.linksOf(at.Unit)
	if len(all) >= maxLinks {
		ended := slices.IndexFunc(all, func(l *link) bool { return !l.view().StandsAt(s.at) })
		if ended < 0 {
			d.refuse(RefusedFull, at.Unit+" has "+itoa(maxLinks)+" links that can be used; revoke one first.")
			return
		}
		delete(s.links, all[ended].Hash)
		s.linkChanged(all[ended])
	}
	l := &link{Hash: e.Data.Link, Seq: e.Seq, Unit: at.Unit, Issued: e.Happened, Role: e.Data.Role, Until: e.Data.Until}
	s.links[l.Hash] = l
	s.linkChanged(l)
}

// revoke ends a link for good.
func (s *State) revoke(e *Event, d *decision) {
	l := s.links[e.Data.Link]
	switch {
	case l == nil:
		d.refuse(RefusedUnknown, "There is no such link.")
	case l.Revoked != 0:
		d.refuse(RefusedOver, "The link was revoked already, at "+l.Revoked.String()+".")
	default:
		l.Revoked, l.shown = e.Happened, nil
		s.linkChanged(l)
	}
}

func (s *State) linkChanged(l *link) {
	s.changed.key(linkKey(l.Hash))
	s.view.links = true
}

// linksOf are the unit's links, oldest first.
func (s *State) linksOf(unit string) []*link {
	var all []*link
	for _, l := range s.links {
		if l.Unit == unit {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *link) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// linkID names a link where people see it.
func linkID(hash string) string { return hash[:min(12, len(hash))] }

func (l *link) view() *LinkView {
	if l.shown == nil {
		l.shown = &LinkView{ID: linkID(l.Hash), Version: l.Seq, Hash: l.Hash, Unit: l.Unit, Issued: l.Issued, Role: l.Role, Until: l.Until, Revoked: l.Revoked}
	}
	return l.shown
}

func (s *State) showLinks() []*LinkView {
	shown := make([]*LinkView, 0, len(s.links))
	for _, l := range s.links {
		shown = append(shown, l.view())
	}
	slices.SortFunc(shown, func(a, b *LinkView) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Issued, b.Issued), cmp.Compare(a.Hash, b.Hash))
	})
	return shown
}
