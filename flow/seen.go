package flow

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"

	"flowcentre/capacity"
)

// Seen is the index of the ids in the log, for as long as they are kept (30 days). The
// fold writes it; any goroutine may read it.
type Seen struct {
	mu     sync.RWMutex
	at     map[idKey]uint64 // sequence
	blocks map[uint64]*seenBlock
	first  uint64 // the oldest block there is
	alarm  alarm
	dirty  []uint64
}

// idKey stands for a feed and an id in it.
type idKey [16]byte

// seenBlock is the ids of the events of 128 sequences, oldest first.
type seenBlock struct {
	ids   []seenID
	last  capacity.Instant // when the newest was recorded
	dirty bool
}

type seenID struct {
	seq    uint64
	key    idKey
	digest uint64
}

const (
	seenBlockSize = 128
	seenIDBytes   = 8 + 16 + 8
)

func newSeen() *Seen {
	return &Seen{at: map[idKey]uint64{}, blocks: map[uint64]*seenBlock{}}
}

func keyOf(feed, id string) idKey {
	buf := make([]byte, 0, 160)
	buf = append(buf, feed...)
	buf = append(buf, 0)
	buf = append(buf, id...)
	sum := sha256.Sum256(buf)
	return idKey(sum[:16])
}

// Lookup finds an id of a feed in the log: its body digest and the sequence of the
// first event that had it.
func (x *Seen) Lookup(feed, id string) (digest string, seq uint64, ok bool) {
	k := keyOf(feed, id)
	x.mu.RLock()
	defer x.mu.RUnlock()
	seq, ok = x.at[k]
	if !ok {
		return "", 0, false
	}
	for _, s := range x.blocks[seq/seenBlockSize].ids {
		if s.seq == seq {
			return fmt.Sprintf("%016x", s.digest), seq, true
		}
	}
	return "", 0, false
}

// Len is how many ids are kept.
func (x *Seen) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.at)
}

// add takes an event's id, and tells whether it is new.
func (x *Seen) add(e *Event) bool {
	k := keyOf(e.Feed, e.ID)
	digest, _ := strconv.ParseUint(e.Digest, 16, 64)
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.at[k]; ok {
		return false
	}
	x.put(seenID{e.Seq, k, digest}, e.Recorded)
	n := e.Seq / seenBlockSize
	if b := x.blocks[n]; !b.dirty {
		b.dirty = true
		x.dirty = append(x.dirty, n)
	}
	return true
}

func (x *Seen) put(id seenID, recorded capacity.Instant) {
	n := id.seq / seenBlockSize
	b := x.blocks[n]
	if b == nil {
		b = &seenBlock{}
		x.blocks[n] = b
		if len(x.blocks) == 1 || n < x.first {
			x.first = n
		}
	}
	x.at[id.key] = id.seq
	b.ids = append(b.ids, id)
	b.last = max(b.last, recorded)
}

// expiry is when the oldest block may be forgotten.
func (x *Seen) expiry() capacity.Instant {
	if b := x.blocks[x.first]; b != nil {
		return b.last.Add(keepIDs)
	}
	return 0
}

// forgetIDs drops the blocks whose time has passed.
func (s *State) forgetIDs() {
	x := s.seen
	x.alarm = 0
	for {
		at := x.expiry()
		if at == 0 || at > s.at {
			s.due.set(&x.alarm, at, dueSeen, "")
			return
		}
		s.changed.key(seenKey(x.first))
		x.drop()
	}
}

func (x *Seen) drop() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range x.blocks[x.first].ids {
		delete(x.at, id.key)
	}
	delete(x.blocks, x.first)
	if len(x.blocks) == 0 {
		x.first = 0
		return
	}
	for x.blocks[x.first] == nil {
		x.first++
	}
}

// encode writes a block: when its newest id was recorded, then each id.
func (b *seenBlock) encode() []byte {
	out := make([]byte, 0, 8+len(b.ids)*seenIDBytes)
	out = binary.BigEndian.AppendUint64(out, uint64(b.last))
	for _, id := range b.ids {
		out = binary.BigEndian.AppendUint64(out, id.seq)
		out = append(out, id.key[:]...)
		out = binary.BigEndian.AppendUint64(out, id.digest)
	}
	return out
}

func (x *Seen) decode(b []byte) error {
	if len(b) < 8 || (len(b)-8)%seenIDBytes != 0 {
		return fmt.Errorf("a block of ids has %d bytes", len(b))
	}
	last := capacity.Instant(binary.BigEndian.Uint64(b))
	for b = b[8:]; len(b) > 0; b = b[seenIDBytes:] {
		x.put(seenID{
			seq:    binary.BigEndian.Uint64(b),
			key:    idKey(b[8:24]),
			digest: binary.BigEndian.Uint64(b[24:]),
		}, last)
	}
	return nil
}
