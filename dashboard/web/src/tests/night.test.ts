import { due, nightMinute } from "../night";
import { same } from "./same";

const HOUR = 3_600_000;

export function eachPageHasAMinuteOfItsOwnAroundFour() {
  same([nightMinute(0), nightMinute(0.5), nightMinute(0.999)], [225, 240, 254]);
}

export function dueOnceANightAndNotForANewPage() {
  same([due(239, 240, 20 * HOUR), due(240, 240, 20 * HOUR), due(269, 240, 20 * HOUR), due(270, 240, 20 * HOUR)], [false, true, true, false]);
  same(due(240, 240, 11 * HOUR), false, "opened this evening, or started afresh a moment ago");
}
