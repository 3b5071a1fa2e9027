package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// Copy writes the store as it stands to a new file, while commits go on, and gives the
// position of the copy. The file appears under its name only when it is on disk and
// was checked whole; a file already there is replaced.
func (s *Store) Copy(path string) (Position, error) {
	at, err := s.copyTo(path)
	if err != nil {
		return Position{}, fmt.Errorf("copy store to %s: %w", path, err)
	}
	return at, nil
}

func (s *Store) copyTo(path string) (at Position, err error) {
	if err := notLive(s.path, path); err != nil {
		return at, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // mode 0600
	if err != nil {
		return at, err
	}
	defer os.Remove(f.Name())
	defer f.Close()

	err = guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) (err error) {
			if at, err = readPosition(tx); err != nil {
				return err
			}
			_, err = tx.WriteTo(f)
			return err
		})
	})
	if err != nil {
		return at, err
	}
	if err := f.Sync(); err != nil {
		return at, err
	}
	if err := checkFile(f.Name()); err != nil {
		return at, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return at, err
	}
	return at, syncFolder(filepath.Dir(path))
}

func notLive(live, path string) error {
	l, err := os.Stat(live)
	if err != nil {
		return err
	}
	p, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err == nil && os.SameFile(l, p):
		return errors.New("that is the live store")
	default:
		return err
	}
}

func checkFile(path string) error {
	s, err := openRead(path)
	if err != nil {
		return err
	}
	return errors.Join(s.Check(), s.Close())
}

// openRead opens a store that is only read.
func openRead(path string) (*Store, error) {
	return open(path, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: time.Second, NoStatistics: true})
}

// syncFolder makes a rename in the folder last through a power cut.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
