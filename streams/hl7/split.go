package hl7

import (
	"bytes"
	"iter"
)

// Split yields the messages of a body in their order: of a batch (FHS, BHS, BTS, FTS),
// of several messages one after another, framed or not, or of just one. What stands
// before the first MSH and is no batch header is yielded too, so that it is refused by
// name and not lost. Each message refers to body. An empty body yields nothing.
func Split(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		from, to := 0, 0 // the message under way
		flush := func(next int) bool {
			message := trim(body[from:to])
			from, to = next, next
			return len(message) == 0 || yield(message)
		}
		for start, end := range lines(body) {
			line := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimLeft(body[start:end], blanks), byteOrderMark), blanks)
			switch kind := lineKind(line); {
			case kind == opening && !flush(start):
				return
			case kind == envelope:
				if !flush(end) {
					return
				}
				from = end
			}
			to = end
		}
		flush(len(body))
	}
}

type line uint8

const (
	content  line = iota
	opening       // the MSH of a message
	envelope      // a header or trailer of a batch or file
)

func lineKind(b []byte) line {
	if len(b) < 3 || len(b) > 3 && !mark(b[3]) {
		return content
	}
	switch upper(b) {
	case msh:
		return opening
	case id{'F', 'H', 'S'}, id{'B', 'H', 'S'}, id{'B', 'T', 'S'}, id{'F', 'T', 'S'}:
		return envelope
	}
	return content
}
