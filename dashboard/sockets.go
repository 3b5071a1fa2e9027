package dashboard

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// Stats is what the sockets are and have done since the start.
type Stats struct {
	Connected int
	Accepted  uint64 // sockets let in
	Refused   uint64 // sockets refused for being too many
	Slow      uint64 // sockets closed for not taking a frame in time
	Frames    uint64 // sent
	Bytes     uint64 // sent, of frames
}

// sockets counts the sockets that are open and tells them when to go.
type sockets struct {
	most, mostPerIP int

	mu       sync.Mutex
	open     int // with those that are being refused
	inside   int
	perIP    map[netip.Prefix]int
	accepted uint64
	refused  uint64
	why      Bye
	closing  chan struct{} // closed when all must go
	empty    chan struct{} // closed when then all are gone

	slow, frames, bytes atomic.Uint64
}

func newSockets(most, mostPerIP int) *sockets {
	return &sockets{
		most: most, mostPerIP: mostPerIP,
		perIP:   map[netip.Prefix]int{},
		closing: make(chan struct{}),
		empty:   make(chan struct{}),
	}
}

// place is one socket's entry in the count.
type place struct {
	room bool // there was room for it; if not, it is only to be told so
	from netip.Prefix
}

// enter counts a socket from a remote address, which must leave again, and returns false
// when all are going.
func (s *sockets) enter(remote string) (place, bool) {
	from := network(remote)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why != "" {
		return place{}, false
	}
	s.open++
	counted := from.IsValid() && !from.Addr().IsLoopback()
	if s.inside >= s.most || counted && s.perIP[from] >= s.mostPerIP {
		s.refused++
		return place{}, true
	}
	s.inside++
	s.accepted++
	if counted {
		s.perIP[from]++
	}
	return place{room: true, from: from}, true
}

func (s *sockets) leave(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if p.room {
		s.inside--
		if s.perIP[p.from]--; s.perIP[p.from] <= 0 {
			delete(s.perIP, p.from)
		}
	}
	s.settle()
}

// dismiss tells all to go; the channel is closed when they are gone.
func (s *sockets) dismiss(why Bye) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == "" {
		s.why = why
		close(s.closing)
		s.settle()
	}
	return s.empty
}

// settle closes empty at the end of the last socket.
func (s *sockets) settle() {
	if s.why == "" || s.open > 0 {
		return
	}
	select {
	case <-s.empty:
	default:
		close(s.empty)
	}
}

func (s *sockets) dismissed() bool { return s.reason() != "" }

func (s *sockets) reason() Bye {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

func (s *sockets) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Connected: s.inside, Accepted: s.accepted, Refused: s.refused,
		Slow: s.slow.Load(), Frames: s.frames.Load(), Bytes: s.bytes.Load(),
	}
}

// network is what counts as one address: an IPv4 address, or an IPv6 network of 64 bits.
func network(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := at.Addr().Unmap()
	bits := 64
	if addr.Is4() || addr.IsLoopback() {
		bits = addr.BitLen()
	}
	prefix, _ := addr.WithZone("").Prefix(bits)
	return prefix
}
