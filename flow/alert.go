package flow

// alertFact takes what the alert path tells.
func (s *State) alertFact(*Event) {}

// answer takes what a person says of an alert, or notes why it has no effect.
func (s *State) answer(e *Event, d *decision) {
	d.refuse(RefusedUnknown, "There is no alert "+e.Data.Item+".")
}

func (s *State) showAlerts([]*AlertView) []*AlertView { return []*AlertView{} }
