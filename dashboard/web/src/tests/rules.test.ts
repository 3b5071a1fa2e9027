import { problems } from "../problems";
import * as rules from "../rules";
import type { Place } from "../types";
import { AT, feed, held, site, state, tally, ward } from "./samples";
import { same } from "./same";

const LONDON = "Europe/London";

export function levelsAtTheLimits() {
  const limits = { pressure: 92, full: 98 };
  const level = (open: number, occupied: number) => rules.level(tally({ open, occupied }), limits);
  same([level(100, 91), level(100, 92), level(100, 97), level(100, 98), level(0, 0)], [0, 2, 2, 3, 0]);
  same(rules.unitLevel(ward("1", 5, { beds: tally({ open: 10, occupied: 5, over: 1 }) })), 3, "a patient over makes it full");
  same(rules.occupancy(tally({ open: 10, occupied: 10, over: 2 })), 120);
  same(rules.occupancy(tally({ open: 0 })), null);
}

export function limitsOfAGroupAreWeightedByOpenBedsAndLeaveUnknownOut() {
  const small = ward("1", 5, { full_at: 80, beds: tally({ open: 10 }) });
  const large = ward("2", 5, { full_at: 100, beds: tally({ open: 30 }) });
  same(rules.groupLimits([small, large]).full, 95);
  same(rules.groupLimits([small, { ...large, known: false }]).full, 80);
  same(rules.groupLimits([]), { pressure: 0, full: 0 });
}

export function limitsInWords() {
  same(rules.limitsText([ward("1", 5), ward("2", 5)]), "limits 92%, 98%");
  same(rules.limitsText([ward("1", 5), ward("2", 5, { full_at: 95 })]), "limits 95 to 98%");
  same([rules.limitsText([]), rules.limitsText([ward("1", 5, { full_at: 0 })])], ["", ""]);
  same([rules.limitText({ pressure: 92, full: 97.6 }), rules.limitText({ pressure: 0, full: 0 })], ["limit 98%", "no limit"]);
}

export function worstFirst() {
  const units = [ward("calm", 5), ward("unknown", 10, { known: false }), ward("full", 10), ward("over", 10, { beds: tally({ total: 10, open: 10, occupied: 10, over: 1 }) }), ward("calm2", 5), ward("lounge", 0, { beds: tally({}) })];
  same(rules.worstFirst(units).map((u) => u.id), ["over", "full", "unknown", "calm", "calm2", "lounge"]);
}

export function patientsToLeaveTodayByTheLocalDay() {
  const place = (leaving: string | undefined, state: Place["state"] = "occupied"): Place => ({ id: "A1", state, leaving });
  const unit = ward("1", 5, {
    places: [place("2026-07-02T22:59:00Z"), place("2026-07-02T23:00:00Z"), place("2026-07-01T12:00:00Z"), place(undefined), place("2026-07-02T12:00:00Z", "available")],
  });
  same(rules.toLeaveToday([unit], Date.parse("2026-07-01T23:30:00Z"), LONDON), 2, "due today and overdue, not past local midnight");
  same(rules.toLeaveToday([{ ...unit, known: false }], Date.parse("2026-07-01T23:30:00Z"), LONDON), 0);
}

export function doubtNamesWhatIsLeftOut() {
  const figure = { beds: tally({ total: 20, open: 10 }), unknown: ["2"], silent: ["pas"], as_of: "2027-01-12T03:20:00Z" };
  same(rules.doubt(figure, AT), { unknown: 1, silent: ["pas"], old: 47 * 60_000 });
  same(rules.doubt({ ...figure, silent: null }, AT).old, null, "old only while a feed is silent");
  same([rules.blank(undefined), rules.blank(figure), rules.blank({ ...figure, beds: tally({ total: 20 }) })], [true, false, true]);
}

export function aUnitIsAsOldAsItsSilentFeedOfPatients() {
  const s = state({ feeds: [feed("pas", { state: "silent", last: "2027-01-12T03:20:00Z" }), feed("clean", { state: "silent", supplies: ["cleaning"], last: "2027-01-12T01:00:00Z" })] });
  same(rules.unitAge(s, ward("1", 5, { feeds: ["pas", "clean"] }), AT), 47 * 60_000);
  same(rules.unitAge(s, ward("1", 5, { feeds: ["clean"] }), AT), null);
}

export function problemsInOrder() {
  const s = state({
    units: [ward("1", 10), ward("2", 5)],
    feeds: [feed("pas", { state: "silent", last: "2027-01-12T03:20:00Z" }), feed("beds", { state: "never" })],
    contradictions: [{ id: "c", kind: "two_in_bed", unit: "1", bed: "A3", owner: "clinical_site_manager", since: "2027-01-12T01:00:00Z", raised: "2027-01-12T01:15:00Z", grace_s: 900, events: [3], version: 1 }],
    held: [held(4, "w9"), held(5, "w8"), held(6, "w8")],
  });
  same(problems(s, AT, 31).map((p) => p.forms[0]), [
    "The engine's clock has stood still 31 s",
    "Feed pas silent 47 min",
    "Nothing yet from Feed beds",
    "general Ward 1 100% full",
    "general Ward 1 A3: two patients, one bed for 3 h 07",
    "3 facts held: unknown place w8, add it to the layout",
  ]);
  same(problems(state({ units: [ward("1", 5)] }), AT, 0), [], "nothing is wrong");
  same(problems(state({ units: [ward("1", 5, { known: false })] }), AT, 0)[0].forms[0], "No unit has told who is on it");
}

export function namesOfUnitsGetShorter() {
  same(rules.shortNames("Ward 4 Gastro"), ["Ward 4 Gastro", "Ward 4"]);
  same(rules.shortNames("Acute medical unit"), ["Acute medical unit", "Acute medical", "Acute"]);
  const s = state({ units: [ward("1", 5)] });
  same(rules.unitNames(s, s.units.get("1"), "1"), ["general Ward 1"]);
  same(rules.unitNames(s, ward("2", 5, { name: "general A&E" }), "2")[0], "general A&E", "the site is not said twice");
}

export function withoutAcuteHospitalsTheOthersStandAbove() {
  const split = (...kinds: string[]) => {
    const { hospitals, community } = rules.wallSites(state({ sites: kinds.map((k, i) => site(`s${i}`, k)) }));
    return [hospitals.length, community.length];
  };
  same([split("acute", "community"), split("community", "community"), split()], [[1, 1], [2, 0], [0, 0]]);
}

export function whomToPhone() {
  const feeds = [feed("pas", { owner: "Systems desk" }), feed("a", { supplies: ["beds"], owner: "Site manager" }), feed("b", { supplies: ["beds"], owner: "Site manager" })];
  same(rules.bedOwners(state({ feeds })), ["Site manager"]);
  same(rules.bedOwners(state({ feeds: feeds.slice(0, 1) })), ["Systems desk"]);
}

export function theFeedsOnOneLine() {
  const s = state({ feeds: [feed("pas"), feed("beds", { state: "silent", last: "2027-01-12T03:20:00Z" }), feed("x", { state: "never" })] });
  same(rules.feedLine(s, AT)[0], "1 of 3 on time. Late: Feed beds 47 min. No data: Feed x.");
  const planned = state({ feeds: [feed("pas", { state: "outage" }), feed("beds", { state: "catching_up" })] });
  same(rules.feedLine(planned, AT)[0], "1 of 2 on time. Planned outage: Feed pas.", "an outage that was told is not late, and not on time");
  same(rules.feedLine(state({ feeds: [] }), AT), ["none laid out yet"]);
}
