import { leavingBy, noValue, number, read, readBalance, reportedBy, shortfall, spokenSince } from "../measures";
import type { Measured, Missing } from "../types";
import { AT } from "./samples";
import { same } from "./same";

const LONDON = "Europe/London";
const of = (v: Partial<Measured> | undefined, made = 0) => read(v && { value: null, ...v }, AT, LONDON, made);
const lacks = (unit: string, why: Missing["why"]): Missing => ({ unit, why });
const OLD = { as_of: "2027-01-12T03:20:00Z", missing: [lacks("ae", "silent")] };

export function fourThingsThatAreNotAPlainNumberLookDifferent() {
  const looks = {
    zero: of({ value: 0 }),
    old: of({ value: 38, ...OLD }),
    unknown: of({ missing: [lacks("w1", "unknown")] }),
    notSent: of({ missing: [lacks("ae", "not_sent")] }),
    noData: of({ missing: [lacks("ae", "never")] }),
    silent: of({ missing: [lacks("ae", "silent")] }),
    nothing: of({}),
    tooFew: of({ small: true }),
    elsewhere: of(undefined),
  };
  same(
    Object.entries(looks).map(([name, r]) => [name, r.look, r.value, r.value === null ? noValue(r) : String(r.value), r.doubts[0] ?? ""]),
    [
      ["zero", "plain", 0, "0", ""],
      ["old", "stale", 38, "38", "47 min old"],
      ["unknown", "unknown", null, "— no census yet", "no census yet"],
      ["notSent", "unknown", null, "— not sent", "not sent"],
      ["noData", "unknown", null, "— no data", "no data"],
      ["silent", "unknown", null, "— feed silent", "feed silent"],
      ["nothing", "empty", null, "— none", ""],
      ["tooFew", "empty", null, "— too few to say", "too few to say"],
      ["elsewhere", "none", null, "— does not apply", ""],
    ],
  );
}

export function aComputedFigureIsAsOldAsItsOldestInput() {
  same([of({ value: 1, ...OLD }, 18).look, of({ value: 1, ...OLD }, 18).doubts], ["part", ["part old"]], "one of 18 units is silent");
  same([of({ value: 1, ...OLD }, 1).look, of({ value: 1, ...OLD }, 1).doubts], ["stale", ["47 min old"]], "the only one is");
  same(of({ value: 4, missing: [lacks("w1", "not_sent")] }, 3).doubts, ["part not sent"]);
  same(of({ value: 4, missing: [lacks("w1", "silent"), lacks("w2", "unknown"), lacks("w3", "unknown")] }, 9).doubts, ["part old, unknown", "part missing"]);
  same(of({ value: 4, as_of: "2027-01-12T03:20:00Z", missing: [lacks("ae", "silent"), { site: "royal", supply: "discharge", why: "not_sent" }] }, 2).look, "part", "what one of two units lacks is not all");
  same(of({ value: 4, as_of: "2027-01-12T03:20:00Z" }, 3).look, "part", "old, though nothing says which of three");
}

export function wardsWithoutADischargeListAreCounted() {
  const two = [lacks("w1", "no_list"), lacks("w2", "no_list")];
  same([of({ value: 4, missing: two }, 9).look, of({ value: 4, missing: two }, 9).doubts], ["lacking", ["2 wards not told"]]);
  same(of({ value: 4, missing: [lacks("w3", "silent"), ...two] }, 9).doubts, ["part old, 2 wards not told", "part missing"]);
  same([of({ missing: two }).look, of({ missing: two }).doubts], ["unknown", ["no discharge list yet"]]);
  same(of({ value: 4, missing: [{ site: "royal", supply: "discharge", why: "no_list" }] }, 9).doubts, ["part not told"]);
}

export function whatNobodySendsIsNotOld() {
  same([of({ value: 4, missing: [lacks("w1", "not_sent")] }, 3).look, of({ value: 4, missing: [lacks("w1", "silent")] }, 3).look], ["lacking", "part"]);
}

export function freeBedsAloneAreNoBedsToSpare() {
  const balance = (value: number | null, ...missing: Missing[]) => readBalance({ value, of: 12, missing }, AT, LONDON, 9);
  const untold = balance(null, lacks("ae", "not_sent"), { site: "royal", why: "not_sent" });
  same([untold.look, untold.value, noValue(untold)], ["unknown", null, "— needs not sent"], "nobody tells who needs a bed");
  same(balance(0, lacks("ae", "silent")).look, "part", "old needs are needs");
  same(balance(0, { site: "royal", supply: "discharge", why: "not_sent" }).doubts, ["part not sent"], "nobody tells who leaves");
  same(noValue(balance(null, lacks("w1", "unknown"))), "— no census yet", "the beds are not told");
  same(balance(0).look, "plain");
}

export function aReportedFigureSaysByWhomAndWhen() {
  const reported = { seq: 9, value: 4, at: "2027-01-12T03:40:00Z", how: "phone", role: "desk_coordinator" };
  const r = of({ missing: [lacks("ae", "silent")], reported });
  same([r.look, r.value, r.doubts[0]], ["reported", 4, "by phone, 03:40, desk coordinator"]);
  same(reportedBy(reported, AT, LONDON), ["by phone, 03:40, desk coordinator", "by phone, 03:40", "by phone"]);
  same(reportedBy({ ...reported, at: "2027-01-11T23:50:00Z" }, AT, LONDON)[1], "by phone, Mon 23:50", "of the day before");
  const spoken = (difference?: number) => spokenSince({ ...reported, superseded: "2027-01-12T04:00:00Z", difference }, AT, LONDON);
  same([spokenSince(reported, AT, LONDON), spoken(), spoken(-3), spoken(1.25)], ["", "; the feed has spoken since 04:00", "; the feed has spoken since 04:00: 3 fewer", "; the feed has spoken since 04:00: 1.3 more"]);
  same([of({ value: 5, reported: { ...reported, superseded: "2027-01-12T04:00:00Z" } }).value, of({ value: 5, reported: { ...reported, superseded: "2027-01-12T04:00:00Z" } }).look], [5, "plain"], "the feed has spoken since");
}

export function aShortageIsInWordsAndNeverAMinus() {
  const words = (value: number | null, spare: number) => Object.values(shortfall(of({ value, of: spare, missing: value === null ? [lacks("w1", "unknown")] : [] }))).join(" ").trim();
  same([words(9, 0), words(9, 5), words(0, 5), words(0, 0), words(null, 0)], ["9 short", "9 short", "5 free", "0 short", "—"]);
}

export function whoLeavesIsAskedByTheNextHour() {
  same(["2027-01-12T04:07:00Z", "2027-01-12T11:59:00Z", "2027-01-12T12:00:00Z"].map((t) => leavingBy(Date.parse(t), LONDON).by), ["by noon", "by noon", "by 17:00"]);
}

export function numbersToOneDecimal() {
  same([number(71), number(52.349), number(0)], ["71", "52.3", "0"]);
}
