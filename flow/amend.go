package flow

import "flowcentre/capacity"

// Amendment changes the layouts of a log on their way into a state, as if they had been laid
// down so from the beginning: for rehearsals. It belongs to one goroutine.
type Amendment struct {
	Change  func(*capacity.Layout) // of the frame; units are not there yet
	was, is *capacity.Layout       // of the layout that is coming in
}

// Amend gives the event as it is to be applied; the event itself is left as it is.
func (a *Amendment) Amend(e Event) Event {
	d := &e.Data
	switch {
	case e.Kind == LayoutFrame && d.Layout != nil && d.Layout.Frame != nil:
		was, is := *d.Layout.Frame, *d.Layout.Frame
		a.Change(&is)
		a.was, a.is = &was, &is
		frame := is
		d.Layout = &LayoutPart{Frame: &frame}
	case e.Kind == LayoutUnit && d.Layout != nil && d.Layout.Unit != nil && a.was != nil:
		a.was.Units, a.is.Units = append(a.was.Units, *d.Layout.Unit), append(a.is.Units, *d.Layout.Unit)
	case e.Kind == LayoutCommit && a.was != nil && a.was.Digest() == d.LayoutID:
		d.LayoutID = a.is.Digest()
		a.was, a.is = nil, nil
	}
	return e
}
