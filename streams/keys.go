package streams

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Keys hides who a patient is: the same identifier always gives the same hash, and
// without the key nobody finds the way back or tests a guess. Safe for concurrent use.
type Keys struct {
	macs sync.Pool // of hash.Hash: preparing one costs as much as a hash
}

// OpenKeys reads the key file at path, and makes one where there is none and create
// allows it. A log written with one key cannot be continued with another: patients
// would not be known again. A file that others may read is refused.
func OpenKeys(path string, create bool) (*Keys, error) {
	text, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err := writeKey(path); err != nil {
			return nil, fmt.Errorf("make key file: %w", err)
		}
		text, err = readKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != sha256.Size {
		return nil, fmt.Errorf("key file %s: does not hold a key of %d hexadecimal digits; restore it from its backup", path, 2*sha256.Size)
	}
	return newKeys(key), nil
}

func newKeys(key []byte) *Keys {
	return &Keys{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func readKey(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s may be read by others than its owner (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// writeKey makes the file whole or not at all, and never replaces one.
func writeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	if _, err := file.WriteString(hex.EncodeToString(key) + "\n"); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// Patient is the keyed hash of a patient's identifier, written authority/type/value.
func (k *Keys) Patient(text string) string { return k.hash("patient|", text) }

// Visit is the keyed hash of a visit number, written authority/type/value.
func (k *Keys) Visit(text string) string { return k.hash("visit|", text) }

// ID is an event id in place of one that is a plain hash over patient data.
func (k *Keys) ID(text string) string { return hl7ID + k.hash("id|", text) }

// hl7ID begins the ids that gateways make from the bytes of HL7 messages.
const hl7ID = "hl7-"

func (k *Keys) hash(use, text string) string {
	mac := k.macs.Get().(hash.Hash)
	defer k.macs.Put(mac)
	mac.Reset()
	mac.Write([]byte(use))
	mac.Write([]byte(text))
	var sum [sha256.Size]byte
	return base64.RawURLEncoding.EncodeToString(mac.Sum(sum[:0])[:16])
}
