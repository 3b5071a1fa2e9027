package flow

// convene takes what is said of a bed meeting, or notes why it has no effect.
func (s *State) convene(e *Event, d *decision) {
	d.refuse(RefusedUnknown, "There is no meeting "+e.Data.Meeting+".")
}

func (s *State) showMeetings([]*MeetingView) []*MeetingView { return []*MeetingView{} }

type meeting struct{}
