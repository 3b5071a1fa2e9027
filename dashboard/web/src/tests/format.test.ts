import { age, ageOf, capital, clockTime, contradiction, contradictionRemedy, count, fact, heldRemedy, localDay, localMinute, longDate, moment, percent, seconds, wholePercent, words } from "../format";
import { AT } from "./samples";
import { same } from "./same";

const MIN = 60_000;
const LONDON = "Europe/London";

export function agesInWords() {
  const said = [0, 59_999, MIN, 59 * MIN, 60 * MIN, 61 * MIN, 599 * MIN, 600 * MIN, 47 * 60 * MIN, 48 * 60 * MIN].map(age);
  same(said, ["under 1 min", "under 1 min", "1 min", "59 min", "1 h", "1 h 01", "9 h 59", "10 h", "47 h", "2 d"]);
  same(age(-5 * MIN), "under 1 min", "a feed whose clock is ahead");
  same([ageOf(null, AT), ageOf("nonsense", AT), ageOf("2027-01-12T03:20:00Z", AT)], [null, null, "47 min"]);
  same([seconds(35), seconds(125)], ["35 s", "2 min 5 s"]);
}

export function theDayIsTheSystemsOwn() {
  same(localDay(Date.parse("2026-07-01T23:30:00Z"), LONDON), "2026-07-02", "summer time is an hour on");
  same(localDay(Date.parse("2026-01-01T23:30:00Z"), LONDON), "2026-01-01");
}

export function theDayWhenClocksGoForward() {
  const before = Date.parse("2026-03-29T00:59:00Z");
  same([clockTime(before, LONDON), clockTime(before + MIN, LONDON)], ["00:59", "02:00"]);
  same([localDay(Date.parse("2026-03-28T23:59:00Z"), LONDON), localDay(Date.parse("2026-03-29T22:59:00Z"), LONDON), localDay(Date.parse("2026-03-29T23:00:00Z"), LONDON)], ["2026-03-28", "2026-03-29", "2026-03-30"]);
}

export function theDayWhenClocksGoBackHasTwentyFiveHours() {
  const first = Date.parse("2026-10-25T00:30:00Z");
  same([clockTime(first, LONDON), clockTime(first + 60 * MIN, LONDON)], ["01:30", "01:30"]);
  same([localDay(Date.parse("2026-10-24T22:59:00Z"), LONDON), localDay(Date.parse("2026-10-24T23:00:00Z"), LONDON)], ["2026-10-24", "2026-10-25"]);
  same([localDay(Date.parse("2026-10-25T23:59:00Z"), LONDON), localDay(Date.parse("2026-10-26T00:00:00Z"), LONDON)], ["2026-10-25", "2026-10-26"]);
}

export function momentsHaveTheirDayUnlessItIsToday() {
  const said = ["2027-01-12T03:40:00Z", "2027-01-11T23:59:00Z", "2027-01-10T14:20:00Z", "2027-01-03T14:20:00Z", null].map((i) => moment(i, AT, LONDON));
  same(said, ["03:40", "Mon 23:59", "Sun 14:20", "3 Jan 14:20", "time not told"]);
  same(moment("2026-07-01T23:30:00Z", Date.parse("2026-07-01T22:30:00Z"), LONDON), "Thu 00:30", "the other side of local midnight");
  same(longDate(AT, LONDON), ["Tuesday 12 January", "Tue 12 January", "Tue 12 Jan"]);
  same([localMinute(AT, LONDON), localMinute(Date.parse("2027-01-12T00:00:00Z"), LONDON)], [247, 0]);
}

export function hundredPercentOnlyWhenItIs() {
  same([percent(97.14), percent(99.97), percent(100), percent(104.2)], ["97.1%", "99.9%", "100%", "104%"]);
  same([wholePercent(99.7), wholePercent(100), wholePercent(103.6)], ["99%", "100%", "104%"]);
}

export function wordsForCodes() {
  same([count(1, "bed"), count(0, "bed"), words("infection_control"), capital("bed"), fact("flowcentre.bed.cleaned.v1")], ["1 bed", "0 beds", "infection control", "Bed", "bed cleaned"]);
  same([contradiction("two_in_bed"), contradiction("new_kind"), contradictionRemedy("new_kind")], ["two patients, one bed", "new kind", "ask the ward"]);
  const late = ["held_after_leaving", "reserved_occupied", "never_arrived", "clocks_apart", "no_attendance", "no_request", "no_stay", "cancels_nothing", "unreadable"];
  same(late.map(contradiction).filter((what, i) => what === words(late[i])), [], "each has its own words");
  same(late.map(contradictionRemedy).filter((remedy) => remedy === "ask the ward"), [], "and its own question");
  same([heldRemedy("unknown_place"), heldRemedy("new_kind"), heldRemedy("unknown_place", "desk")], ["add it to the layout", "ask the feed's owner", "ask the desk"]);
}
