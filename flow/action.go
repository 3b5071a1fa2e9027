package flow

// act takes what a person says of an action, or notes why it has no effect.
func (s *State) act(e *Event, d *decision) {
	d.refuse(RefusedUnknown, "There is no action "+e.Data.Action+".")
}

// noteAction takes a note about an action, and says whether there is one.
func (s *State) noteAction(*Event, *decision) bool { return false }

func (s *State) showActions([]*ActionView) []*ActionView { return []*ActionView{} }
