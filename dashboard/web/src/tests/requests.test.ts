import { delays, needForms, needsText, offers, originText, pathwayText, placeOf, sideRoomQueue, unplaced, waitText, waiting } from "../requests";
import type { Discharge, Place, Request } from "../types";
import { AT, site, state, ward } from "./samples";
import { same } from "./same";

const request = (id: string, more: Partial<Request> = {}): Request => ({
  id, version: 1, key: id, unit: "ae", site: "general", origin: "ae", wants: "adult_ga", needs: [], requested: "2027-01-12T01:00:00Z", events: [1], ...more,
});
const bed = (id: string, more: Partial<Place> = {}): Place => ({ id, state: "available", ...more });
const places = (...list: Place[]) => ({ places: list });

export function whoWaitsLongestComesFirstAndThoseWithABedLast() {
  const s = state({ requests: [request("c", { bed: "1/A1" }), request("b", { decided: "2027-01-12T00:30:00Z" }), request("a"), request("d", { site: "other" })] });
  same(waiting(s, "general").map((r) => r.id), ["b", "a", "c"]);
  same(unplaced(s).map((r) => r.id), ["b", "a", "d"]);
}

export function anElectiveWaitsFromWhenItIsDue() {
  const elective = (id: string, due: string) => request(id, { origin: "elective", requested: "2027-01-11T12:00:00Z", due });
  const all = [elective("later", "2027-01-12T09:30:00Z"), elective("tomorrow", "2027-01-13T09:30:00Z"), elective("due", "2027-01-12T04:00:00Z"), request("ae")];
  const s = state({ requests: all });
  same(waiting(s).map((r) => [r.id, waitText(r, AT, "Europe/London")]), [["ae", "3 h 07"], ["due", "7 min"], ["later", "due 09:30"], ["tomorrow", "due Wed 09:30"]]);
}

export function onlyBedsThatFitAreOffered() {
  const s = state({
    sites: [site("general"), site("other")],
    units: [
      ward("1", 5, places(bed("A1", { state: "occupied" }), bed("A2"), bed("A3", { state: "not_ready" }), bed("A4", { state: "reserved" }), bed("A5", { state: "closed" }), bed("M1", { sex: "male" }), bed("F1", { sex: "female" }), bed("S1", { side_room: true }))),
      ward("2", 5, { ...places(bed("B1")), known: false }),
      ward("3", 5, { ...places(bed("C1")), class: "critical_care" }),
      ward("4", 5, { ...places(bed("D1")), site: "other" }),
    ],
  });
  const fit = (more: Partial<Request>) => offers(s, request("r", more)).map((o) => o.place);
  same(fit({}), ["1/A2", "1/M1", "1/F1", "1/S1", "4/D1"], "a side room that is not needed comes last of its site");
  same(fit({ needs: ["female"] }), ["1/A2", "1/F1", "1/S1", "4/D1"], "never a man's bay");
  same(fit({ needs: ["side_room", "male"] }), ["1/S1"]);
  same(fit({ needs: ["level_3"] }), ["3/C1"]);
  same(fit({ wants: "paediatric" }), []);
  same(offers(s, request("r")).find((o) => o.place === "1/S1")?.notes, ["side room: keep it for who needs one"]);
  same(offers(s, request("r", { needs: ["monitored"] }))[0].notes, ["ask if it is monitored"]);
}

export function wardsOfTheServiceComeFirst() {
  const units = [
    ward("1", 5, { ...places(bed("A1")), specialties: ["110"] }),
    ward("2", 5, places(bed("B1"))),
    ward("3", 5, { ...places(bed("C1")), specialties: ["300", "430"] }),
    ward("4", 5, { ...places(bed("D1")), specialties: ["300"], site: "other" }),
  ];
  const s = state({ sites: [site("general"), site("other")], units });
  same(offers(s, request("r", { service: "300" })).map((o) => [o.place, o.notes]), [["3/C1", []], ["2/B1", []], ["1/A1", ["would be an outlier"]], ["4/D1", []]]);
  same(offers(s, request("r")).map((o) => o.place), ["1/A1", "2/B1", "3/C1", "4/D1"], "nobody tells the service");
}

export function bedsOfOldFiguresAreToBeAskedAbout() {
  const s = state({ units: [ward("1", 5, { ...places(bed("A1", { assumed_clean: true })), silent: true }), ward("2", 5, places(bed("B1")))] });
  same(offers(s, request("r")).map((o) => [o.place, o.notes]), [["2/B1", []], ["1/A1", ["figures old: ask the ward", "assumed clean: ask the ward"]]]);
}

export function needsAndOriginsInWords() {
  same(needsText(request("r", { needs: ["side_room", "female", "new_need"] })), "Adult G&A, side room, women's bay, new need");
  same([originText(request("r", { service: "stroke" })), originText(request("r")), originText(request("r", { origin: "step_down", service: "general_medicine" }))], ["stroke", "A&E", "step-down, general medicine"]);
  same(sideRoomQueue(state({ requests: [request("a"), request("b", { needs: ["side_room"] }), request("c", { needs: ["side_room"], bed: "1/S1" })] }), "general").map((r) => r.id), ["b"]);
}

export function needsGetShorterAndTheSideRoomGoesLast() {
  same(needForms(request("r", { needs: ["female", "side_room"] })), ["Adult G&A, women's bay, side room", "women's bay, side room", "side room"]);
  same(needForms(request("r")), ["Adult G&A", "Adult G&A", "Adult G&A"]);
}

export function placesAreWrittenAsEventsNameThem() {
  same([placeOf("w4", "A1"), placeOf("w4", "Bay A/B"), placeOf("w4", "50%")], ["w4/A1", "w4/Bay A%2FB", "w4/50%25"]);
}

export function delaysByPathwayReasonAndOwner() {
  const plan = (id: string, more: Partial<Discharge>): Discharge => ({ id, version: 1, key: id, unit: "1", nctr: "2027-01-10T00:00:00Z", events: [1], ...more });
  const s = state({
    units: [ward("1", 5), ward("9", 5, { site: "other" })],
    discharges: [plan("a", { pathway: "1", reason: "capacity", owner: "brokerage" }), plan("b", { pathway: "1", reason: "capacity", owner: "brokerage", nctr: "2027-01-03T00:00:00Z" }), plan("c", {}), plan("d", { nctr: null }), plan("e", { unit: "9" })],
  });
  same(delays(s, "general").map((d) => [d.pathway, d.reason, d.owner, d.count, d.since && new Date(d.since).toISOString().slice(0, 10)]), [
    ["1", "capacity", "brokerage", 2, "2027-01-03"],
    ["", "", "", 1, "2027-01-10"],
  ]);
  same([pathwayText("1"), pathwayText("")], ["P1 support at home", "not given"]);
}
