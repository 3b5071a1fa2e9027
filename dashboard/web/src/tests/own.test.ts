import { by, changed, due, free, lacks, most, nothing, note, report, step, still, when } from "../own";
import type { OwnPlaces, Slots, Sort } from "../own";
import { same } from "./same";

const NOW = "2027-01-12T08:12:00Z";
const LONDON = "Europe/London";
const sort = (id: string, open: number, freeNow: number | null, more: Partial<Sort> = {}): Sort => ({
  id, name: id, open, used: freeNow === null ? null : open - freeNow, kept: 0, begun: 0, ended: 0, free: freeNow, ...more,
});
const slots = (sorts: Sort[], more: Partial<Slots> = {}): Slots => ({ state: "told", told: "2027-01-11T17:40:00Z", how: "link", accepting: true, sorts, ...more });
const state = (places: Slots): OwnPlaces => ({ at: NOW, centre: "Shire", time_zone: LONDON, unit: "hollybank", name: "Hollybank House", kind: "care_home", seq: 7, reasons: ["full"], places });

export function theDayIsSaidWhereItIsNotToday() {
  same(when("2027-01-12T07:05:00Z", NOW, LONDON), "07:05");
  same(when("2027-01-11T17:40:00Z", NOW, LONDON), "yesterday, 17:40");
  same(when("2027-01-13T12:00:00Z", NOW, LONDON), "tomorrow, 12:00");
  same(when("2027-01-09T12:00:00Z", NOW, LONDON), "Sat 9 Jan, 12:00");
  same(when("2027-07-12T23:30:00Z", "2027-07-13T08:00:00Z", LONDON), "00:30", "summer time");
}

export function lateIsSaidAndNeverIsNotLate() {
  const of = (more: Partial<Slots>) => due(state(slots([], more)));
  same(of({ expires: "2027-01-12T12:00:00Z" }), "The next is due by 12:00: nothing is late.");
  same(of({ state: "old", expires: "2027-01-12T08:00:00Z" }), "The next was due by 08:00: the wall marks your places old.");
  same(of({ state: "never" }), "Until you tell us, the wall says that nobody knows.");
  same(by(slots([], { how: "phone", role: "desk_coordinator" })), "By phone, taken by the desk coordinator.");
}

export function stillTrueSaysWhatItSays() {
  same(still(slots([sort("a", 4, 2), sort("b", 4, 1)])), "3 places free, nothing has changed");
  same(still(slots([sort("a", 4, 0)])), "No place free, nothing has changed");
  same(still(slots([sort("a", 4, 2), sort("b", 4, null)])), "Nothing has changed", "unknown is not 0");
  same(still(slots([sort("a", 4, 2)], { accepting: false })), "Closed to new people, nothing has changed");
}

export function aStepStaysBetweenNoneAndAllThatAreNotKept() {
  const a = sort("a", 3, 1, { kept: 1 });
  same(most(a), 2);
  let e = step(a, nothing, 1);
  same(free(a, e), 2);
  same(free(a, step(a, e, 1)), 2);
  e = step(a, step(a, e, -1), -1);
  same(free(a, e), 0);
  same(free(a, step(a, e, -1)), 0);
  same(step(a, e, 1), { free: {} }, "back where it was: nothing to save");
  same(free(sort("b", 3, null), nothing), null);
  same(free(sort("b", 3, null), step(sort("b", 3, null), nothing, -1)), 0, "unknown becomes none");
}

export function onlyWhatDiffersIsSent() {
  const s = state(slots([sort("a", 4, 2, { kept: 1 }), sort("b", 4, 1)]));
  same(changed(s.places, nothing), false);
  same(changed(s.places, { free: { a: 2 } }), false);
  same(report(s, { free: { a: 1, b: 1 } }), { seq: 7, sorts: [{ sort: "a", free: 1, kept: 1, begun: 0 }] });
  same(report(s, { free: {}, accepting: false, reason: "staffing" }), { seq: 7, accepting: false, reason: "staffing" });
  same(lacks({ free: {}, accepting: false }), "Say why you are closed");
  same(changed(slots([], { accepting: false, reason: "full" }), { free: {}, accepting: false, reason: "full" }), false);
}

export function whatIsKeptAndWhoLeftIsBesideTheNumber() {
  same(note(sort("a", 4, 2, { kept: 1 }), 2), "free now, 1 more kept for a referral");
  same(note(sort("a", 4, 0, { ended: 1 }), 0), "none free, 1 left since: count it if free");
  same(note(sort("a", 4, null), null), "not told yet");
}
