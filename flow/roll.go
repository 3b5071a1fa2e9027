package flow

import "slices"

// roll is a list of all units after some were made again: what they no longer show is taken
// out of it, and what is new is put in its place. It costs what differs, and one copy of a
// list of pointers where something does. What is no longer there is noted.
func roll[T any](s *State, kind string, was []*T, remade []remaking, of func(*portrait) []*T, id func(*T) string, order func(a, b *T) int) []*T {
	var out, in []*T
	if s.view.layout {
		for _, unit := range s.layout.Units {
			in = append(in, of(s.units[unit].portrait)...)
		}
		s.bury(kind, ids(was, id), ids(in, id))
		was = nil
	} else {
		for _, r := range remade {
			out, in = differences(out, in, of(r.portrait), of(r.unit.portrait), order)
		}
		if len(out) == 0 && len(in) == 0 {
			return was
		}
		s.bury(kind, ids(out, id), ids(in, id))
	}
	slices.SortFunc(out, order)
	slices.SortFunc(in, order)
	return splice(was, out, in, order)
}

// differences adds what two lists do not share, both in order.
func differences[T any](out, in, was, now []*T, order func(a, b *T) int) (gone, come []*T) {
	for len(was) > 0 && len(now) > 0 {
		switch {
		case was[0] == now[0]:
			was, now = was[1:], now[1:]
		case order(was[0], now[0]) <= 0:
			out, was = append(out, was[0]), was[1:]
		default:
			in, now = append(in, now[0]), now[1:]
		}
	}
	return append(out, was...), append(in, now...)
}

// splice is the list without some of it and with others, all in order.
func splice[T any](list, out, in []*T, order func(a, b *T) int) []*T {
	all := make([]*T, 0, len(list)+len(in)-len(out))
	for len(out) > 0 || len(in) > 0 {
		leaves := len(in) == 0 || len(out) > 0 && order(out[0], in[0]) <= 0
		next := in
		if leaves {
			next = out
		}
		i, _ := slices.BinarySearchFunc(list, next[0], order)
		all, list = append(all, list[:i]...), list[i:]
		if leaves {
			list, out = list[1:], out[1:]
		} else {
			all, in = append(all, in[0]), in[1:]
		}
	}
	return append(all, list...)
}

func ids[T any](list []*T, id func(*T) string) []string {
	all := make([]string, len(list))
	for i, e := range list {
		all[i] = id(e)
	}
	return all
}

// bury notes what was shown and is no longer.
func (s *State) bury(kind string, was, now []string) {
	there := make(map[string]bool, len(now))
	for _, id := range now {
		there[id] = true
	}
	for _, id := range was {
		if !there[id] {
			s.gone(kind, id)
		}
	}
}

func (v *StatusView) id() string    { return v.ID }
func (v *AgreementView) id() string { return v.ID }
