import { fitRows, freeOf, localityName, rows, servesFrom, toldText, usableText, withPlaces } from "../places";
import type { Unit } from "../types";
import { AT, provider, state, tally, ward } from "./samples";
import { same } from "./same";

const zone = "Europe/London";
const lines = (...units: Unit[]) => rows(state({ units }), AT, zone).map((r) => [r.kind, r.look, r.free, r.open, r.when[0], r.normal]);
const old = { state: "old", told: "2027-01-11T22:05:00Z", expires: "2027-01-12T00:05:00Z" } as const;
const daily = { told: "2027-01-11T17:40:00Z", expires: "2027-01-12T18:00:00Z" };
const morning = { usable_from: "2027-01-12T08:00:00Z" };

export function aPlaceCountsWhenItCanBeUsed() {
  same(lines(provider("a", "short_stay", 2), provider("b", "short_stay", 3)), [["short_stay", "plain", 5, 20, "now", true]]);
  same(lines(provider("a", "virtual_ward", 4, morning)), [["virtual_ward", "plain", 4, 10, "from 08:00", true]]);
  same(lines(provider("a", "virtual_ward", 0), provider("b", "virtual_ward", 4, morning)), [["virtual_ward", "plain", 4, 20, "none till 08:00", true]], "none now, some later");
  same(lines(provider("a", "virtual_ward", 1), provider("b", "virtual_ward", 4, morning)), [["virtual_ward", "plain", 1, 20, "now", true]], "what opens later is not counted as free now");
  same(lines(provider("a", "short_stay", 0)), [["short_stay", "plain", 0, 10, "none free", false]]);
  same(lines(provider("a", "short_stay", 0, {}, { next: "2027-01-12T14:30:00Z" })), [["short_stay", "plain", 0, 10, "none till 14:30", false]]);
}

export function aServiceByTheDayIsClosedWhenItsHoursAreOver() {
  same(lines(provider("a", "urgent_community_response", 6, morning)), [["urgent_community_response", "closed", null, 10, "closed till 08:00", true]]);
  same(lines(provider("a", "urgent_community_response", 6, morning), provider("b", "urgent_community_response", 2)), [["urgent_community_response", "plain", 2, 20, "now", true]]);
}

export function whoRefusesIsClosedAndSaysWhy() {
  const shut = { accepting: false, reason: "infection_control", until: "2027-01-12T12:00:00Z" };
  same(lines(provider("a", "crisis_house", 2, shut)), [["crisis_house", "closed", null, 10, "closed to new till 12:00, infection control", false]]);
  same(lines(provider("a", "crisis_house", 2, shut), provider("b", "crisis_house", 1)), [["crisis_house", "plain", 1, 20, "now", true]], "its free places are nobody's");
}

export function neverToldOldAndZeroNeverLookAlike() {
  same(lines(provider("a", "hospice", null)), [["hospice", "unknown", null, 10, "no data", false]]);
  same(lines(provider("a", "hospice", 0)), [["hospice", "plain", 0, 10, "none free", false]]);
  same(lines(provider("a", "hospice", 1, old)), [["hospice", "stale", 1, 10, "told Mon 22:05, 6 h 02 old", false]]);
  same(lines(provider("a", "hospice", 1), provider("b", "hospice", null)), [["hospice", "part", 1, 10, "now; 1 of 2 no data", false]], "of what is known");
  same(lines(provider("a", "hospice", 1), provider("b", "hospice", 1, old)), [["hospice", "part", 2, 20, "now, 1 of 2 old", false]]);
}

export function whoIsAskedOnceADayIsNotOldAtNight() {
  same(lines(provider("a", "care_home", 3, daily)), [["care_home", "plain", 3, 10, "told Mon 17:40, daily", true]]);
  const [home] = withPlaces(state({ units: [provider("a", "care_home", 3, daily)] }));
  same(toldText(home.slots, AT, zone), "Mon 17:40, daily");
  const told = (more: object, free: number | null = 1) => toldText(withPlaces(state({ units: [provider("a", "hospice", free, more)] }))[0].slots, AT, zone);
  same([told({}), told(old), told({}, null)], ["7 min ago", "Mon 22:05, 6 h 02 old", "never"]);
}

export function theCataloguesFigureIsShownWhereItHasOne() {
  const values = { places_free_short_stay: { value: 7 }, places_free_today_virtual_ward: { value: 8 } };
  const of = (...units: Unit[]) => rows(state({ units, measures: [{ id: "system", version: 1, values }] }), AT, zone).map((r) => [r.free, r.measure ?? ""]);
  same(of(provider("a", "short_stay", 2)), [[7, "places_free_short_stay"]]);
  same(of(provider("a", "virtual_ward", 2, morning)), [[8, "places_free_today_virtual_ward"]]);
  same(of(provider("a", "virtual_ward", 2, { usable_from: "2027-01-13T08:00:00Z" })), [[2, ""]], "of tomorrow it has none");
  same(of(provider("a", "care_home", 2)), [[2, ""]]);
}

export function communityHospitalsAreARowOfBeds() {
  const s = state({ units: [ward("r", 8, { class: "community" }), provider("a", "short_stay", 1)] });
  const beds = (more: object) => rows({ ...s, system: { ...s.system, classes: { community: { beds: tally({ total: 10, open: 10, occupied: 8, available: 2 }), unknown: [], silent: [], ...more } } } }, AT, zone)[0];
  same([beds({}).kind, beds({}).free, beds({}).open, beds({}).when[0]], ["community_ward", 2, 10, "now"]);
  same([beds({ unknown: ["x"] }).look, beds({ unknown: ["x"] }).when[0]], ["part", "1 ward unknown"]);
  same([beds({ silent: ["pas"], as_of: "2027-01-12T03:20:00Z" }).look, beds({ silent: ["pas"], as_of: "2027-01-12T03:20:00Z" }).when[0]], ["stale", "47 min old"]);
}

export function whatDoesNotFitIsSummedInWordsAndNormalGoesFirst() {
  const kinds = ["virtual_ward", "home_care", "short_stay", "intermediate_care", "care_home"];
  const all = rows(state({ units: [...kinds.map((k) => provider(k, k, 2)), provider("h", "hospice", null), provider("u", "urgent_community_response", 1, morning)] }), AT, zone);
  const { shown, rest } = fitRows(all, 4);
  same(shown.map((r) => r.kind), ["virtual_ward", "home_care", "hospice"], "in their fixed order");
  same(rest[0], "4 more services: 3 normal, 1 closed by hours");
  same(fitRows(all.filter((r) => r.look === "plain"), 3).rest[0], "3 services normal");
  same(fitRows(all, 7), { shown: all, rest: [] });
  const bad = rows(state({ units: kinds.map((k) => provider(k, k, null)) }), AT, zone);
  same(fitRows(bad, 3).rest[0], "3 more services: 3 not normal", "what is not normal is never called so");
}

export function aUnitSaysWhenItTakesSomebodyOn() {
  const slots = (more = {}, free: number | null = 1) => withPlaces(state({ units: [provider("a", "short_stay", free, more)] }))[0].slots;
  same(usableText(slots(), AT, zone), "now");
  same(usableText(slots({ closes: "2027-01-12T20:00:00Z" }), AT, zone), "now, until 20:00");
  same(usableText(slots(morning), AT, zone), "from 08:00");
  same(usableText(slots({ accepting: false, reason: "staffing" }), AT, zone), "closed to new, staffing");
  same(usableText(slots({}, null), AT, zone), "— no data");
  same([freeOf(slots({}, 0)), freeOf(slots({}, null))], [0, null]);
}

export function whoNamesNoLocalityServesAll() {
  same([servesFrom({ serves: [] }, "evesham"), servesFrom({ serves: ["evesham"] }, "evesham"), servesFrom({ serves: ["malvern"] }, "evesham"), servesFrom({ serves: ["malvern"] }, "")], [true, true, false, true]);
  same(localityName(state(), "wyre_forest"), "wyre forest");
}
