package flow

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// cutFigures are the figures of a view that are those of 08:00, or that they are taken of.
func cutFigures(v *View, then bool) map[string]string {
	all := map[string]string{}
	for _, scope := range v.Measures {
		for name, value := range scope.Values {
			m, _ := capacity.MeasureNamed(name)
			if then && m.Base != "" {
				name = m.Base
			} else if _, ok := capacity.MeasureNamed(name + "_at_0800"); then || !ok {
				continue
			}
			text := "none"
			if value.Value != nil {
				text = fmt.Sprint(*value.Value)
			}
			all[scope.ID+" "+name] = fmt.Sprint(text, value.Of, value.Missing)
		}
	}
	return all
}

// TestTheCutIsWhatWasShown: at the first tick at or after 08:00 on a local day the bed
// position is kept, figure by figure as it was shown then, until the next day's, whatever
// is told in between; a tick that comes to another day without 08:00 takes none.
func TestTheCutIsWhatWasShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := randomLog(t)
		s, kept := New("cut"), map[string]string{}
		changed := false
		for i := range log {
			before := s.At()
			s.Apply(&log[i])
			changed = changed || log[i].Kind == LayoutCommit
			eight := s.zone().Clock(s.At(), 8*60)
			v := s.View()
			if log[i].Kind == Tick && before != 0 && before < eight && eight <= s.At() {
				kept, changed = cutFigures(v, false), false
				last := v.Cuts[len(v.Cuts)-1]
				require.Equal(t, v.Seq, last.Seq)
				require.Equal(t, v.At, last.At)
				require.LessOrEqual(t, len(v.Cuts), keepCuts)
			}
			if !changed { // a unit that is laid out anew has no figure of then
				require.Equal(t, kept, cutFigures(v, true), "after event %d", i+1)
			}
		}
	})
}

// TestCutsAtTheEdges: one a day, of the local clock, as soon as it has come to 08:00, and
// 35 of them.
func TestCutsAtTheEdges(t *testing.T) {
	d := newDiary(t, time.Date(2027, 3, 26, 7, 59, 0, 0, time.UTC))
	require.Empty(t, d.s.View().Cuts)
	d.to(time.Date(2027, 3, 29, 6, 59, 0, 0, time.UTC)) // still an hour to go by UTC, but a minute by the clock
	require.Len(t, d.s.View().Cuts, 3)
	d.to(time.Date(2027, 3, 29, 9, 0, 0, 0, time.UTC))
	var all []string
	for _, c := range d.s.View().Cuts {
		all = append(all, c.Day+" "+c.At.String())
	}
	require.Equal(t, []string{"2027-03-26 2027-03-26T08:00:00Z", "2027-03-27 2027-03-27T08:00:00Z", "2027-03-28 2027-03-28T07:00:00Z", "2027-03-29 2027-03-29T07:00:00Z"}, all)
	for day := range 40 {
		at := time.Date(2027, 4, 1+day, 7, 30, 0, 0, time.UTC) // half past eight
		d.now = capacity.At(at.Add(-2 * time.Hour))
		d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
		d.now = capacity.At(at)
		d.apply(Event{Kind: Tick, Feed: Centre, Happened: d.now, Recorded: d.now})
	}
	kept := d.s.View().Cuts
	require.Len(t, kept, keepCuts)
	require.Equal(t, "2027-04-06", kept[0].Day)
	require.Equal(t, capacity.At(time.Date(2027, 5, 10, 7, 30, 0, 0, time.UTC)), kept[keepCuts-1].At)
}
