package county

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"flowcentre/capacity"
)

// Version is of the play: raised whenever the same seed would say something else, because
// messages that are settled go by their number. TestVersion tells when.
const Version = 5

// Saved is what county.json keeps: which county it is, and how many messages of each
// feed are settled. The county itself is played again from its start.
type Saved struct {
	Version int               `json:"version"`
	Seed    uint64            `json:"seed"`
	Start   capacity.Instant  `json:"start"`
	Layout  string            `json:"layout"` // digest
	Desk    bool              `json:"desk"`
	Calm    bool              `json:"calm"`
	Done    map[string]uint64 `json:"done"`
}

const savedName = "county.json"

// ReadSaved tells what a folder keeps; found is false when it keeps nothing yet. Whoever
// goes on with a county makes it anew with the seed and start that are saved.
func ReadSaved(folder string) (s Saved, found bool, err error) {
	text, err := os.ReadFile(filepath.Join(folder, savedName))
	if errors.Is(err, fs.ErrNotExist) {
		return Saved{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return Saved{}, false, fmt.Errorf("read %s: %w", savedName, err)
	}
	return s, true, nil
}

// saved is what is kept of a county that has settled nothing yet.
func (o *Options) saved() Saved {
	return Saved{Version: Version, Seed: o.Seed, Start: o.Start, Layout: o.Layout.Digest(), Desk: o.Desk, Calm: o.Calm}
}

// load finds out where to go on.
func (r *Runner) load() (Saved, error) {
	fresh := r.county.options.saved()
	if r.targets.Folder == "" {
		return fresh, nil
	}
	s, found, err := ReadSaved(r.targets.Folder)
	if err != nil || !found {
		return fresh, err
	}
	if s.Version != Version {
		return fresh, fmt.Errorf("%s in %s is of a county as another version of the program plays it (%d, and this plays %d): take another folder, or that version",
			savedName, r.targets.Folder, s.Version, Version)
	}
	if s.Seed != fresh.Seed || s.Start != fresh.Start || s.Layout != fresh.Layout || s.Desk != fresh.Desk || s.Calm != fresh.Calm {
		return fresh, fmt.Errorf("%s in %s belongs to another county (seed %d, start %s, layout %s, desk played %t, calm %t): take those, or another folder",
			savedName, r.targets.Folder, s.Seed, s.Start, s.Layout, s.Desk, s.Calm)
	}
	return s, nil
}

// keepSaved saves every few seconds until ctx ends.
func (r *Runner) keepSaved(ctx context.Context) {
	ticker := time.NewTicker(saveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := r.save(); err != nil {
				r.targets.Logger.Warn("county not saved", "error", err)
			}
		}
	}
}

// save writes how far it went, whole or not at all.
func (r *Runner) save() error {
	if r.targets.Folder == "" {
		return nil
	}
	s := r.county.options.saved()
	s.Done = map[string]uint64{}
	for id, l := range r.lines {
		s.Done[id] = l.done.Load()
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("save county: %w", err)
	}
	path := filepath.Join(r.targets.Folder, savedName)
	if err := writeThrough(path+".new", append(text, '\n')); err != nil {
		return fmt.Errorf("save county: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("save county: %w", err)
	}
	return nil
}

// writeThrough writes a file that is on disk when it returns.
func writeThrough(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
