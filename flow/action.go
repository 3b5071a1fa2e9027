package flow

// act takes what a person says of an action, or notes why it has no effect.
func (s *State) act(e *Event, d *decision) {
	d.refuse(RefusedUnknown, "There is no action "+e.Data.Action+".")
}

func (s *State) showActions([]*ActionView) []*ActionView { return []*ActionView{} }
