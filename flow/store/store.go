package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolt "go.etcd.io/bbolt/errors"
)

// Errors of Open, Load, Commit, Copy and Check. They come wrapped in a sentence that
// names the file and says what to do.
var (
	ErrLocked  = errors.New("another process has the store open")
	ErrDamaged = errors.New("the store is damaged")
	ErrFormat  = errors.New("the store was written by another version")
	ErrFull    = errors.New("no room left for the store")
	ErrBroken  = errors.New("the store cannot be written to")
)

// Options of Open. The zero value is right for a centre.
type Options struct {
	LockWait time.Duration // how long to wait for another process to let go; 2 s when zero
	MaxSize  int64         // bytes beyond which Commit gives ErrFull; 0 leaves it to the disk
}

// Store is the records of one state, in one file. Commit and Load are called by one
// goroutine at a time; Copy, Check, Size and Path may be called at any time.
type Store struct {
	db   *bbolt.DB
	path string

	mu     sync.Mutex
	broken error // what Commit met: nothing may be written after it
}

// mapped is the address space that bbolt maps at first. Growing beyond it waits until
// no copy of the store is being made.
const mapped = 256 << 20

// Open opens the store at path, and creates it if there is none. It refuses a file
// that another process has open (ErrLocked), that is damaged (ErrDamaged), or that
// another version wrote (ErrFormat).
func Open(path string, o Options) (*Store, error) {
	if o.LockWait <= 0 {
		o.LockWait = 2 * time.Second
	}
	return open(path, &bbolt.Options{
		Timeout:         o.LockWait,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapped,
		MaxSize:         int(o.MaxSize),
		NoStatistics:    true,
	})
}

func open(path string, o *bbolt.Options) (*Store, error) {
	s := &Store{path: path}
	err := guard(func() (err error) {
		if s.db, err = bbolt.Open(path, 0o600, o); err != nil {
			return err
		}
		return s.db.View(whole)
	})
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, bolt.ErrTimeout):
		return nil, fmt.Errorf("open %s: %w: another centre runs in folder %s; stop it, or give this one a data folder of its own",
			path, ErrLocked, filepath.Dir(path))
	case errors.Is(err, ErrFormat):
		s.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	case s.db == nil && errors.As(err, new(*os.PathError)):
		return nil, fmt.Errorf("open store: %w", err)
	default:
		s.Close()
		return nil, damaged(path, err)
	}
}

// whole is the quick check: the file is as long as it says, and of our format.
func whole(tx *bbolt.Tx) error {
	info, err := os.Stat(tx.DB().Path())
	if err != nil {
		return err
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("the file ends at byte %d of %d", info.Size(), tx.Size())
	}
	_, err = readPosition(tx)
	return err
}

// Path is the file of the store.
func (s *Store) Path() string { return s.path }

// Size is the length of the file in bytes.
func (s *Store) Size() (int64, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0, fmt.Errorf("size of store: %w", err)
	}
	return info.Size(), nil
}

// Close waits for what is under way and closes the file.
func (s *Store) Close() error {
	if s.db == nil {
		return nil
	}
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Check walks the whole file and gives ErrDamaged at the first page that does not fit.
// It reads everything: about a second for a gigabyte.
func (s *Store) Check() error {
	err := guard(func() error { return s.db.View(sound) })
	if err != nil {
		return damaged(s.path, err)
	}
	return nil
}

func sound(tx *bbolt.Tx) error {
	var first error
	for err := range tx.Check() { // the channel must be read to its end
		if first == nil {
			first = err
		}
	}
	return first
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%s: %w: %w; move the file aside and start again: the centre builds it anew from the log", path, ErrDamaged, cause)
}

// guard turns the panics and memory faults that bbolt meets on a damaged file into errors.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged page: %v", p)
		}
	}()
	return do()
}
