package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"go.etcd.io/bbolt"

	"flowcentre/flow"
)

const (
	checkpointEvery = 50_000
	checkpointsKept = 12
	roomLeft        = 10 // a checkpoint leaves a tenth of the disk free
)

// ErrOtherStore is of a checkpoint that another store than the one in use left.
var ErrOtherStore = errors.New("the checkpoint is of another store")

// CheckpointOptions of OpenCheckpoints. Epoch and Fits are required.
type CheckpointOptions struct {
	Epoch  string               // of the store
	Fits   func(Position) error // what Prove says of a position and the log
	Every  uint64               // events from one checkpoint to the next; 50,000 when zero
	Logger *slog.Logger         // nil logs nothing
}

// Checkpoints are copies of a store as it stood after some events, in a folder of their
// own: a past state is the newest of them before it, and the events since. Losing them
// costs time only. Take is called by one goroutine at a time; Due and Load at any time.
type Checkpoints struct {
	folder string
	o      CheckpointOptions

	mu   sync.Mutex
	seqs []uint64 // oldest first
}

// OpenCheckpoints finds the checkpoints in a folder, which is made if it is not there.
// It removes what a cut of power or process left half written, and those that belong to
// another store or do not fit the log.
func OpenCheckpoints(folder string, o CheckpointOptions) (*Checkpoints, error) {
	if o.Every == 0 {
		o.Every = checkpointEvery
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Checkpoints{folder: folder, o: o}
	if err := c.find(); err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	return c, nil
}

func (c *Checkpoints) find() error {
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return err
	}
	halves, err := filepath.Glob(c.path("next") + "*")
	if err != nil {
		return err
	}
	for _, half := range halves {
		if err := os.Remove(half); err != nil {
			return err
		}
	}
	files, err := os.ReadDir(c.folder) // sorted by name, and so by sequence
	if err != nil {
		return err
	}
	for _, f := range files {
		var seq uint64
		if _, err := fmt.Sscanf(f.Name(), "%d.db", &seq); err != nil || f.Name() != filepath.Base(c.of(seq)) {
			continue
		}
		c.seqs = append(c.seqs, seq)
		if err := c.fits(seq); err != nil {
			if !useless(err) {
				return err
			}
			c.drop(seq, err)
		}
	}
	return nil
}

// useless tells an error that a checkpoint will never get over.
func useless(err error) bool {
	return slices.ContainsFunc([]error{fs.ErrNotExist, ErrDamaged, ErrFormat, ErrOtherStore, ErrOtherLog, ErrLogBehind, ErrExpired, ErrOtherEvent},
		func(target error) bool { return errors.Is(err, target) })
}

func (c *Checkpoints) fits(seq uint64) error {
	s, err := openRead(c.of(seq))
	if err != nil {
		return err
	}
	defer s.Close()
	at, err := s.Position()
	switch {
	case err != nil:
		return err
	case at.Epoch != c.o.Epoch:
		return ErrOtherStore
	}
	return c.o.Fits(at)
}

func (c *Checkpoints) path(name string) string { return filepath.Join(c.folder, name+".db") }

func (c *Checkpoints) of(seq uint64) string { return c.path(fmt.Sprintf("%020d", seq)) }

// Due tells whether a state that has come to seq calls for the next checkpoint.
func (c *Checkpoints) Due(seq uint64) bool {
	return seq >= c.newest(math.MaxUint64)+c.o.Every
}

// Take copies the store as it stands, while commits go on, and lets the checkpoint go
// that is missed least. It gives ErrFull where the copy would leave the disk too full.
func (c *Checkpoints) Take(s *Store) (Position, error) {
	at, err := c.take(s)
	if err != nil {
		return Position{}, fmt.Errorf("take checkpoint: %w", err)
	}
	return at, nil
}

func (c *Checkpoints) take(s *Store) (Position, error) {
	if err := c.room(s); err != nil {
		return Position{}, err
	}
	next := c.path("next")
	at, err := s.Copy(next)
	if err != nil {
		return Position{}, err
	}
	if err := os.Rename(next, c.of(at.Seq)); err != nil {
		return Position{}, err
	}
	c.mu.Lock()
	if i, there := slices.BinarySearch(c.seqs, at.Seq); !there {
		c.seqs = slices.Insert(c.seqs, i, at.Seq)
	}
	c.mu.Unlock()
	for c.count() > checkpointsKept {
		c.drop(c.leastMissed(), nil)
	}
	return at, syncFolder(c.folder)
}

func (c *Checkpoints) room(s *Store) error {
	size, err := s.Size()
	if err != nil {
		return err
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(c.folder, &disk); err != nil {
		return fmt.Errorf("free room of %s: %w", c.folder, err)
	}
	if disk.Bavail < disk.Blocks/roomLeft+uint64(size)/uint64(disk.Bsize) {
		return fmt.Errorf("%w: it would leave less than a tenth of the disk free", ErrFull)
	}
	return nil
}

func (c *Checkpoints) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seqs)
}

// leastMissed is the checkpoint, neither the first nor the last, without which the
// events to replay grow least for how far back they lie: so the gaps widen with age,
// and however long the history, a few checkpoints are near to all of it.
func (c *Checkpoints) leastMissed() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.seqs[len(c.seqs)-1]
	best, least := c.seqs[1], 2.0
	for i := 1; i < len(c.seqs)-1; i++ {
		before, after := c.seqs[i-1], c.seqs[i+1]
		if missed := float64(after-before) / float64(last-before); missed < least {
			best, least = c.seqs[i], missed
		}
	}
	return best
}

// drop removes a checkpoint, and tells why if there is something to tell.
func (c *Checkpoints) drop(seq uint64, why error) {
	c.mu.Lock()
	c.seqs = slices.DeleteFunc(c.seqs, func(s uint64) bool { return s == seq })
	c.mu.Unlock()
	if why != nil {
		c.o.Logger.Warn("checkpoint removed", "seq", seq, "reason", why)
	}
	if err := os.Remove(c.of(seq)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.o.Logger.Warn("checkpoint not removed", "seq", seq, "error", err)
	}
}

// Load reads the newest checkpoint beyond after that is not beyond upTo, and gives nil
// when there is none. One that turns out to be damaged is removed, and the one before it
// read.
func (c *Checkpoints) Load(after, upTo uint64) (*flow.State, error) {
	for {
		newest := c.newest(upTo)
		if newest <= after {
			return nil, nil
		}
		state, err := c.load(newest)
		if err == nil {
			return state, nil
		}
		if !useless(err) {
			return nil, fmt.Errorf("load checkpoint %d: %w", newest, err)
		}
		c.drop(newest, err)
	}
}

func (c *Checkpoints) load(seq uint64) (*flow.State, error) {
	s, err := openRead(c.of(seq))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	state, at, err := s.Load()
	if err == nil && at.Seq != seq {
		return nil, fmt.Errorf("%w: it is of event %d", ErrDamaged, at.Seq)
	}
	return state, err
}

// newest is the newest checkpoint that is not beyond upTo, and 0 when there is none.
func (c *Checkpoints) newest(upTo uint64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, there := slices.BinarySearch(c.seqs, upTo)
	switch {
	case there:
		return upTo
	case i == 0:
		return 0
	}
	return c.seqs[i-1]
}

// Position is how far the store has come; it is the zero Position while it is empty.
func (s *Store) Position() (at Position, err error) {
	err = guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) (err error) {
			at, err = readPosition(tx)
			return err
		})
	})
	return at, err
}
