import { read, standing, told } from "../clock";
import { same } from "./same";

export function runsOnAtTheEnginesSpeed() {
  same(read(told(null, 1_000_000, 0, 60), 2_000, 0, true), 1_120_000);
}

export function aRepeatedInstantTellsNothingNew() {
  const c = told(null, 1_000, 0, 1);
  same(told(c, 1_000, 5_000, 1) === c, true);
  same(told(c, 6_000, 5_000, 1), { at: 6_000, since: 5_000, speed: 1 });
}

export function standsWhenTheEnginesClockStands() {
  const c = told(null, 0, 0, 60);
  same([standing(c, 30_000), standing(c, 31_000)], [0, 31_000]);
  same(read(c, 60_000, 60_000, true), 30_000 * 60);
}

export function agesGoOnInRealTimeAfterTheLastProof() {
  same(read(told(null, 0, 0, 60), 12_000, 2_000, false), 2_000 * 60 + 10_000);
}

export function aClockThatIsToldGoesBackWithTheEngine() {
  const c = told(told(null, 10_000, 0, 1), 5_000, 1_000, 1);
  same(read(c, 1_000, 1_000, true), 5_000, "a restored engine may be earlier");
}
