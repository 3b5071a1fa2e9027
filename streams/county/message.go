package county

import (
	"fmt"
	"strings"

	"flowcentre/capacity"
)

// visitFields are the fields of PV1 and PV2 that a trigger fills beyond the usual ones.
type visitFields struct {
	class    string // PV1-2
	place    string // PV1-3
	prior    string // PV1-6
	outcome  string // PV1-36
	goingTo  string // PV1-37
	pending  string // PV1-42
	left     capacity.Instant
	planned  capacity.Instant // EVN-3
	arriving capacity.Instant // PV2-8
	leaving  capacity.Instant // PV2-9
	back     capacity.Instant // PV2-47
	was      string           // PV2-1
	mode     string           // PV2-38
}

// location is a place as PV1-3 writes it: point of care, room, bed, facility, and what
// sort of place it is.
func (w *ward) location(b *bed, area *capacity.Area) string {
	if b == nil {
		return w.point + "^" + escape(w.roomOf(area)) + "^^" + w.facility
	}
	return w.point + "^" + escape(b.def.Bay) + "^" + escape(b.def.ID) + "^" + w.facility + "^^BED"
}

func (s *stay) location() string {
	if s.ward == nil {
		return ""
	}
	return s.ward.location(s.bed, s.area)
}

// hl7 sends one ADT message about a stay. Moves and discharges are now and then entered
// late; then MSH-7 says when, and EVN-2 when it was.
func (c *County) hl7(f *feed, trigger string, s *stay, v visitFields) {
	if f == nil {
		return // a place whose patients no system of the kind knows
	}
	sent := c.now
	switch {
	case trigger == "A03" && s.admitted && c.strikes(missingDischarge):
		sent = c.today(24).Add(c.between(5*minute, 50*minute)) // found at the midnight count
	case trigger == "A02", trigger == "A03":
		sent = c.typedIn()
	}
	c.writeAt(sent, f, trigger, s, v)
}

// writeNow sends one that is never late.
func (c *County) writeNow(f *feed, trigger string, s *stay, v visitFields) {
	c.writeAt(c.now, f, trigger, s, v)
}

func (c *County) writeAt(sent capacity.Instant, f *feed, trigger string, s *stay, v visitFields) {
	c.adt(f, trigger, sent, v.planned, c.pid(f, s, 1), pd1(s), c.pv1(f, s, v, 1), c.pv2(v))
}

// swap sends an A17: two patients have changed beds, and PV1-3 is the new one of each.
func (c *County) swap(f *feed, a, b *stay) {
	c.adt(f, "A17", c.now, 0,
		c.pid(f, a, 1), c.pv1(f, a, visitFields{place: a.location()}, 1),
		c.pid(f, b, 2), c.pv1(f, b, visitFields{place: b.location()}, 2))
}

var structures = map[string]string{
	"A01": "ADT_A01", "A02": "ADT_A02", "A03": "ADT_A03", "A04": "ADT_A01", "A05": "ADT_A05", "A08": "ADT_A01", "A11": "ADT_A09", "A12": "ADT_A12",
	"A13": "ADT_A01", "A14": "ADT_A05", "A15": "ADT_A15", "A16": "ADT_A16", "A17": "ADT_A17", "A21": "ADT_A21", "A22": "ADT_A21", "A25": "ADT_A21",
	"A26": "ADT_A21", "A38": "ADT_A38",
}

// adt puts a message together and posts it.
func (c *County) adt(f *feed, trigger string, sent, planned capacity.Instant, segments ...string) {
	f.count++
	id := fmt.Sprintf("%s%09d", strings.ToUpper(strings.ReplaceAll(f.id, "-", "")), f.count)
	accept := "|||AL|NE" // enhanced acknowledgment
	if f.first%2 == 1 {
		accept = "" // original
	}
	head := fmt.Sprintf(`MSH|^~\&|PAS|%s|FLOWCENTRE|FLOW|%s||ADT^%s^%s|%s|P|2.4%s`, f.id, c.stamp(sent), trigger, structures[trigger], id, accept)
	evn := strings.TrimRight(fmt.Sprintf("EVN|%s|%s|%s", trigger, c.stamp(c.now), c.stamp(planned)), "|")
	var text strings.Builder
	for _, segment := range append([]string{head, evn}, segments...) {
		if segment != "" {
			text.WriteString(segment)
			text.WriteByte('\r')
		}
	}
	c.post(f, Message{At: sent, ID: id, Body: []byte(text.String())})
}

// stamp is a local time without offset, as hospital systems write it.
func (c *County) stamp(at capacity.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().In(c.zone).Format("20060102150405")
}

func (c *County) pid(f *feed, s *stay, set int) string {
	a := f.assigner
	return fmt.Sprintf("PID|%d||%s^^^%s^MR~%s^^^NHS^NH||%s^%s^^^%s||%s|%s|||%s^^%s^^%s^GBR^H||%s^PRN^PH",
		set, s.record, a, s.nhs, escape(s.family), s.given, s.title, s.born.Format("20060102"), s.sex, s.street, s.town, s.postcode, s.tele)
}

func pd1(s *stay) string {
	return fmt.Sprintf("PD1|||Surgery %d^^M81%03d", s.practice, s.practice)
}

func (c *County) pv1(f *feed, s *stay, v visitFields, set int) string {
	p := make([]string, 46)
	p[0], p[1] = "PV1", fmt.Sprint(set)
	if p[2] = v.class; p[2] == "" {
		p[2] = "E"
		if s.admitted {
			p[2] = "I"
		}
	}
	p[3], p[4], p[6] = v.place, s.reason, v.prior
	p[7], p[10] = s.doctor+"^^^Dr", string(s.need)
	p[19] = fmt.Sprintf("%s^^^%s^VN", s.visit, f.assigner)
	p[36], p[37], p[42] = v.outcome, v.goingTo, v.pending
	p[44], p[45] = c.stamp(s.from), c.stamp(v.left)
	return strings.TrimRight(strings.Join(p, "|"), "|")
}

func (c *County) pv2(v visitFields) string {
	p := make([]string, 48)
	p[0], p[1] = "PV2", v.was
	p[8], p[9], p[38], p[47] = c.stamp(v.arriving), c.stamp(v.leaving), v.mode, c.stamp(v.back)
	if text := strings.TrimRight(strings.Join(p, "|"), "|"); text != "PV2" {
		return text
	}
	return ""
}

var escape = strings.NewReplacer(`\`, `\E\`, "|", `\F\`, "^", `\S\`, "&", `\T\`, "~", `\R\`).Replace
