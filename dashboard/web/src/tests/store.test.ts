import { advance, heard, replace } from "../store";
import type { Delta } from "../types";
import { feed, held, snapshot, state, ward } from "./samples";
import { same } from "./same";

const delta = (more: Partial<Delta>): Delta => ({ type: "delta", epoch: "e1", from: 7, seq: 9, at: "2027-01-12T04:08:00Z", ...more });

export function aSnapshotReplacesAndNeverMerges() {
  const before = state({ units: [ward("1", 5), ward("2", 5)] });
  const after = replace({ ...snapshot({ units: [ward("2", 6)] }), epoch: "e2", seq: 3 });
  same([...before.units.keys()], ["1", "2"]);
  same([...after.units.keys()], ["2"], "a unit that is gone is no ghost");
  same([after.epoch, after.seq], ["e2", 3]);
}

export function aSnapshotOfNothingIsAnEmptySystem() {
  const s = replace({ ...snapshot(), state: { system: null, sites: null, units: null, feeds: null, contradictions: null, held: null } });
  same([s.system.name, s.sites.size, s.units.size, s.held.size], ["No layout yet", 0, 0, 0]);
}

export function aDeltaPutsAndRemovesWholeEntities() {
  const before = state({ units: [ward("1", 5), ward("2", 5)], held: [held(4, "w9"), held(5, "w9")] });
  const after = advance(before, delta({ units: [ward("2", 8), ward("3", 1)], removed: { units: ["1"], held: ["4"] } }))!;
  same([...after.units].map(([id, u]) => [id, u.beds.occupied]), [["2", 8], ["3", 1]]);
  same([...after.held.keys()], ["5"]);
  same(after.seq, 9);
  same([...before.units.keys()], ["1", "2"], "the state before is left as it was");
  same(after.feeds === before.feeds, true, "what did not change is the same");
}

export function everyKindOfEntityIsTakenIn() {
  const empty = replace({ ...snapshot(), state: { system: null } });
  const kinds = Object.entries(empty).filter(([, v]) => v instanceof Map).map(([kind]) => kind);
  same(kinds, ["sites", "units", "feeds", "contradictions", "held", "measures", "attendances", "ambulances", "requests", "discharges", "decisions", "referrals", "calls", "transfers", "statuses", "agreements", "levels", "alerts", "actions", "meetings"]);
  for (const kind of kinds.filter((k) => k !== "held")) {
    const put = advance({ ...empty, epoch: "e1", seq: 7 }, delta({ [kind]: [{ id: "x" }] }))!;
    const taken = advance(put, delta({ from: 9, removed: { [kind]: ["x"] } }))!;
    const size = (s: typeof put) => (s[kind as "units"] as Map<string, unknown>).size;
    same([size(put), size(taken)], [1, 0], kind);
  }
}

export function whatOnlyALayoutChangesStands() {
  const contacts = [{ role: "on_call_manager", phone: "01632 960011" }];
  const before = state({ system: { ...state().system, contacts } });
  const after = advance(before, delta({ system: { ...state().system, version: 9, name: "Shire again" } }))!;
  same([after.system.name, after.system.contacts], ["Shire again", contacts]);
}

export function removedAndPutInOneDeltaIsThere() {
  const after = advance(state({ units: [ward("1", 5)] }), delta({ units: [ward("1", 6)], removed: { units: ["1"] } }))!;
  same(after.units.get("1")?.beds.occupied, 6);
}

export function aDeltaThatDoesNotFollowIsRefused() {
  const s = state();
  same(advance(s, delta({ from: 6 })), null, "from before");
  same(advance(s, delta({ from: 8 })), null, "a gap");
  same(advance(s, delta({ epoch: "e2" })), null, "another epoch");
}

export function aHeartbeatMovesFeedsOnly() {
  const before = state({ feeds: [feed("pas"), feed("beds")] });
  const hb = (feeds: Record<string, string>) => heard(before, { type: "hb", epoch: "e1", seq: 7, at: "2027-01-12T04:08:00Z", feeds });
  const after = hb({ pas: "2027-01-12T04:08:00Z", unheard: "2027-01-12T04:08:00Z" });
  same([...after.feeds.values()].map((f) => f.last), ["2027-01-12T04:08:00Z", "2027-01-12T04:00:00Z"]);
  same(hb({ pas: "2027-01-12T04:00:00Z" }) === before, true, "nothing new leaves the state as it is");
}
