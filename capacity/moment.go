package capacity

// Moment is when something happened, with the event of the log that says so. A zero At
// means that it has not happened, or that nobody told.
type Moment struct {
	At  Instant
	Seq uint64
}

// Told says whether the moment is known.
func (m Moment) Told() bool { return m.At != 0 }

// By says whether it had happened by that instant.
func (m Moment) By(at Instant) bool { return m.At != 0 && m.At <= at }
