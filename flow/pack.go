package flow

import (
	"encoding/binary"
	"errors"

	"flowcentre/capacity"
)

// packer writes the records that change most, in a compact form: numbers as varints,
// texts with their length before them.
type packer []byte

func (p *packer) number(n uint64)            { *p = binary.AppendUvarint(*p, n) }
func (p *packer) instant(i capacity.Instant) { *p = binary.AppendVarint(*p, int64(i)) }

func (p *packer) text(s string) {
	p.number(uint64(len(s)))
	*p = append(*p, s...)
}

func (p *packer) texts(all []string) {
	p.number(uint64(len(all)))
	for _, s := range all {
		p.text(s)
	}
}

func (p *packer) flag(b bool) {
	if b {
		p.number(1)
	} else {
		p.number(0)
	}
}

func (p *packer) ref(r ref) {
	p.text(r.Unit)
	p.text(r.Bay)
	p.text(r.Bed)
}

func (p *packer) mark(m mark) {
	p.instant(m.At)
	p.number(m.Seq)
}

// errPacked is a record that ends too early, or holds more than it should.
var errPacked = errors.New("packed record is cut or damaged")

// unpacker reads what packer wrote. After a fault it gives zeros, and err tells.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) fail() {
	u.b, u.err = nil, errPacked
}

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.b)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[size:]
	return n
}

func (u *unpacker) instant() capacity.Instant {
	n, size := binary.Varint(u.b)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[size:]
	return capacity.Instant(n)
}

func (u *unpacker) text() string {
	n := u.number()
	if n > uint64(len(u.b)) {
		u.fail()
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}

// count reads how many of something follow: each takes a byte at least.
func (u *unpacker) count() int {
	n := u.number()
	if n > uint64(len(u.b)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) texts() []string {
	var all []string
	for range u.count() {
		all = append(all, u.text())
	}
	return all
}

func (u *unpacker) flag() bool { return u.number() != 0 }

func (u *unpacker) ref() ref { return ref{u.text(), u.text(), u.text()} }

func (u *unpacker) mark() mark { return mark{u.instant(), u.number()} }

// done is the first fault; bytes left over are one.
func (u *unpacker) done() error {
	if u.err == nil && len(u.b) > 0 {
		return errPacked
	}
	return u.err
}

func (p *patient) pack() []byte {
	out := make(packer, 0, 64+96*len(p.facts))
	out.instant(p.last)
	out.texts(p.names)
	out.texts(p.visits)
	out.number(uint64(len(p.facts)))
	for i := range p.facts {
		out.fact(&p.facts[i])
	}
	return out
}

func (p *patient) unpack(b []byte) (names, visits []string, err error) {
	in := unpacker{b: b}
	p.last = in.instant()
	names, visits = in.texts(), in.texts()
	n := in.count()
	p.facts = make([]fact, 0, n)
	for range n {
		p.facts = append(p.facts, in.fact())
	}
	return names, visits, in.done()
}

func (t *told) pack() []byte {
	out := make(packer, 0, 64)
	for _, m := range []mark{t.Gate, t.StatusAt, t.Clean, t.Started, t.Dirty} {
		out.mark(m)
	}
	out.flag(t.Shut)
	out.text(t.Reason)
	out.instant(t.Until)
	out.text(string(t.Status))
	return out
}

func (t *told) unpack(b []byte) error {
	in := unpacker{b: b}
	for _, m := range []*mark{&t.Gate, &t.StatusAt, &t.Clean, &t.Started, &t.Dirty} {
		*m = in.mark()
	}
	t.Shut = in.flag()
	t.Reason = in.text()
	t.Until = in.instant()
	t.Status = BedStatus(in.text())
	return in.done()
}

func (t *unitTold) pack() []byte {
	out := make(packer, 0, 16)
	out.instant(t.KnownSince)
	out.instant(t.Told)
	out.instant(t.Listed)
	out.instant(t.Planning)
	out.number(uint64(len(t.Leavers)))
	for _, l := range t.Leavers {
		out.text(l.Feed)
		out.mark(l.mark)
	}
	return out
}

func (t *unitTold) unpack(b []byte) error {
	in := unpacker{b: b}
	t.KnownSince, t.Told, t.Listed, t.Planning = in.instant(), in.instant(), in.instant(), in.instant()
	for range in.count() {
		t.Leavers = append(t.Leavers, leaversTold{in.text(), in.mark()})
	}
	return in.done()
}
