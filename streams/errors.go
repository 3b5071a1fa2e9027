package streams

import (
	"errors"
	"fmt"
)

// What may become of an event at the door, besides being logged.
var (
	// ErrUnknown: the log did not answer. The event may be in it or not; send it again
	// with the same id, and it counts once.
	ErrUnknown = errors.New("the log did not confirm the event in time; it may be logged or not: send it again with the same id")
	// ErrBusy: too much is waiting to be written. Nothing was logged.
	ErrBusy = errors.New("too many events are waiting to be written; send again shortly")
	// ErrFull: the log has reached its limit. Nothing was logged.
	ErrFull = errors.New("the log has reached its limit; nothing is accepted until the centre's operator gives it more room")
	// ErrAway: the log cannot be reached or cannot write. Nothing was logged.
	ErrAway = errors.New("the log cannot write at the moment; nothing was logged: send again later")
	// ErrForeign: the event is not of the feed that sent it. Nothing was logged.
	ErrForeign = errors.New("the event's source is not the feed that sends it; a feed speaks for itself only")
	// ErrNoFeed: the configuration has no feed of the event's source. Nothing was logged.
	ErrNoFeed = errors.New("the centre's configuration has no feed of that name")
	// ErrMoved: somebody else appended first. Nothing was logged.
	ErrMoved = errors.New("the subject has moved on since it was read")
)

// Conflict says that the feed used an id again for another event. The first stands.
type Conflict struct {
	ID  string
	Seq uint64 // of the first
}

func (e *Conflict) Error() string {
	other := "one that is on its way into the log"
	if e.Seq != 0 {
		other = fmt.Sprintf("that of sequence %d", e.Seq)
	}
	return fmt.Sprintf("id %q was used before for another event, %s; give every event its own id", e.ID, other)
}

// TooLarge says that an event is larger than its kind may be.
type TooLarge struct {
	Bytes, Limit int
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("takes %d bytes and may take %d", e.Bytes, e.Limit)
}
