package streams

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"flowcentre/flow"
	"flowcentre/streams/hl7"
)

// Feed is one producer as the door knows it.
type Feed struct {
	ID     string // a lower-case word; the CloudEvents source and the second token of its subjects
	Secret string // its NATS password and HTTP token; empty where no feed has one

	Zone *time.Location // of local times in its lists; nil is UTC
	HL7  hl7.Settings   // how it speaks HL7, where it does; its lists name patients, services and ways to arrive in the same words
	// AnswerUnavailable has HL7 messages that the log cannot take answered AR or CR.
	// Otherwise they get no answer and the connection is closed, since many senders drop
	// what was answered at all.
	AnswerUnavailable bool
}

var feedID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// feeds finds a feed by name or by token. It does not change once made.
type feeds struct {
	byID    map[string]Feed
	digests map[string][sha256.Size]byte
}

func newFeeds(all []Feed) (*feeds, error) {
	f := &feeds{byID: make(map[string]Feed, len(all)), digests: make(map[string][sha256.Size]byte)}
	for _, feed := range all {
		if !feedID.MatchString(feed.ID) {
			return nil, fmt.Errorf("feed %q: a feed is named by at most 64 lower-case letters, digits, dashes and underscores", feed.ID)
		}
		if feed.ID == flow.Centre || feed.ID == flow.Desk || feed.ID == flow.Alerts {
			return nil, fmt.Errorf("feed %q: the name is the centre's own; choose another", feed.ID)
		}
		if _, twice := f.byID[feed.ID]; twice {
			return nil, fmt.Errorf("feed %q is named twice", feed.ID)
		}
		if feed.Secret != "" {
			digest := sha256.Sum256([]byte(feed.Secret))
			for other, d := range f.digests {
				if d == digest {
					return nil, fmt.Errorf("feeds %q and %q have the same secret; give each its own", other, feed.ID)
				}
			}
			f.digests[feed.ID] = digest
		}
		f.byID[feed.ID] = feed
	}
	return f, nil
}

// secret says whether any feed must prove who it is. Then all must.
func (f *feeds) secret() bool { return len(f.digests) > 0 }

func (f *feeds) has(id string) bool {
	_, ok := f.byID[id]
	return ok
}

func (f *feeds) ids() []string {
	ids := make([]string, 0, len(f.byID))
	for id := range f.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// holder is the feed that a token belongs to. Every secret is compared, in constant time.
func (f *feeds) holder(token string) (id string, ok bool) {
	given := sha256.Sum256([]byte(token))
	for feed, digest := range f.digests {
		if subtle.ConstantTimeCompare(given[:], digest[:]) == 1 {
			id, ok = feed, true
		}
	}
	return id, ok
}

var errNotLoopback = errors.New("no feed has a secret, so only this machine may reach the listener; give every feed a secret or listen on 127.0.0.1")
