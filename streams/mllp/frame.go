package mllp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	startBlock     = 0x0B
	endBlock       = 0x1C
	carriageReturn = 0x0D
)

// MaxMessage is the size cap of a message, in bytes.
const MaxMessage = 1 << 20

// maxStray is how many bytes may come outside frames before a first frame or between two.
const maxStray = 8 << 10

// headKept is how much of a message over the cap is kept, to answer it by name.
const headKept = 4 << 10

var (
	errTooLarge = errors.New("frame is over the size cap")
	errUnframed = errors.New("bytes come without a frame")
)

// frames cuts a stream into messages. Not safe for concurrent use.
type frames struct {
	in      *bufio.Reader
	max     int
	message []byte

	inside bool // a frame has begun and not ended
	stray  int  // bytes outside frames since the last frame
	broken int  // frames that began anew before their end, since the last call
}

func newFrames(r io.Reader, maxMessage int) *frames {
	return &frames{in: bufio.NewReaderSize(r, 16<<10), max: maxMessage}
}

// next gives the next message, valid until the call after. With errTooLarge the message
// is its beginning, and the stream may be read on; errUnframed, io.EOF at the end,
// io.ErrUnexpectedEOF in the midst of a frame, and errors of the stream are final.
func (f *frames) next() ([]byte, error) {
	f.stray, f.broken = 0, 0
	if err := f.skipToStart(); err != nil {
		return nil, err
	}
	f.message = f.message[:0]
	f.inside = true
	length := 0
	for {
		chunk, err := f.chunk()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		end := bytes.IndexByte(chunk, endBlock)
		if end >= 0 {
			chunk = chunk[:end]
		}
		taken := len(chunk)
		if again := bytes.LastIndexByte(chunk, startBlock); again >= 0 {
			f.broken += bytes.Count(chunk, []byte{startBlock})
			f.message, length = f.message[:0], 0
			chunk = chunk[again+1:]
		}
		length += len(chunk)
		if length > f.max {
			chunk = chunk[:max(0, min(len(chunk), headKept-len(f.message)))]
		}
		f.message = append(f.message, chunk...)
		if end < 0 {
			f.in.Discard(taken)
			continue
		}
		f.in.Discard(taken + 1)
		f.inside = false
		if length > f.max {
			return f.message[:min(len(f.message), headKept)], errTooLarge
		}
		return f.message, nil
	}
}

// chunk is what has come and not been read, at least a byte.
func (f *frames) chunk() ([]byte, error) {
	if _, err := f.in.Peek(1); err != nil {
		return nil, err
	}
	return f.in.Peek(f.in.Buffered())
}

// skipToStart reads up to and with the next start of a block. Line ends and the end of
// the block before are no stray bytes.
func (f *frames) skipToStart() error {
	for {
		b, err := f.in.ReadByte()
		switch {
		case err != nil:
			return err
		case b == startBlock:
			return nil
		case b == carriageReturn, b == '\n', b == endBlock:
			continue
		}
		if f.stray++; f.stray > maxStray {
			return errUnframed
		}
	}
}

// framed is a message with its frame around it.
func framed(message []byte) []byte {
	out := make([]byte, 0, len(message)+3)
	out = append(out, startBlock)
	out = append(out, message...)
	return append(out, endBlock, carriageReturn)
}
