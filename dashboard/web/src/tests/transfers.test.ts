import { isOver, standsText, transfersOf, transferWait, wantsText, wayText } from "../transfers";
import type { Transfer } from "../types";
import { AT, site, state, ward } from "./samples";
import { same } from "./same";

const zone = "Europe/London";
const transfer = (id: string, more: Partial<Transfer> = {}): Transfer => ({ id, version: 1, purpose: "transfer", from: "Royal", to: "Alexandra", direction: "between", needs: [], state: "asked", asked: "2027-01-12T03:00:00Z", events: [1], ...more });
const sites = [site("Royal"), site("Alexandra"), site("Other")];

export function bothSitesOfATransferSeeItAndNoOther() {
  const s = state({ sites, transfers: [transfer("over", { state: "arrived", arrived: "2027-01-12T04:00:00Z" }), transfer("left", { state: "left" }), transfer("new"), transfer("in", { from: "out/RRK", to: "Royal", direction: "in", asked: "2027-01-12T02:00:00Z" })] });
  same(transfersOf(s, "Royal").map((t) => t.id), ["in", "new", "left", "over"]);
  same(transfersOf(s, "Alexandra").map((t) => t.id), ["new", "left", "over"]);
  same(transfersOf(s, "Other"), []);
  same([wayText(s, s.transfers.get("new")!, "Royal"), wayText(s, s.transfers.get("new")!, "Alexandra"), wayText(s, s.transfers.get("in")!, "Royal")], ["out to Alexandra", "in from Royal", "in from RRK, outside"]);
}

export function aRuleOfASiteIsNamed() {
  const s = state({ sites, units: [ward("w4", 5)] });
  const said = (more: Partial<Transfer>) => standsText(s, transfer("t", more), AT, zone);
  same(said({}), "not answered");
  same(said({ rule: "no-children" }), "not answered, against the rule no-children");
  same(said({ state: "declined", declined: "2027-01-12T04:00:00Z", reason: "site_rule", rule: "no-children" }), "declined 04:00: site rule, against the rule no-children");
  same(said({ state: "accepted", accepted: "2027-01-12T04:00:00Z" }), "accepted 04:00, no bed yet");
  same(said({ state: "bed_offered", bed: "w4/A1", until: "2027-01-12T08:00:00Z" }), "bed offered: Ward w4 A1 until 08:00");
  same(said({ state: "left", left: "2027-01-12T04:00:00Z" }), "on the way since 04:00");
}

export function aTransferIsLateAfterItsTimeUnlessItIsOver() {
  same(transferWait(transfer("t"), AT), { text: "1 h 07", level: 0 });
  same(transferWait(transfer("t", { due: "2027-01-12T04:00:00Z" }), AT), { text: "1 h 07, 7 min late", level: 3 });
  same(transferWait(transfer("t", { state: "arrived", due: "2027-01-12T04:00:00Z" }), AT), { text: "—", level: 0 });
  same([isOver(transfer("t")), isOver(transfer("t", { state: "declined" }))], [false, true]);
}

export function whatATransferNeedsIsToldInTheWordsOfBeds() {
  same(wantsText(transfer("t", { service: "MED", wants: "adult_ga", needs: ["side_room"] })), "MED, Adult G&A, side room");
  same(wantsText(transfer("t")), "not told");
}
