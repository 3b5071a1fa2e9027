import * as links from "../link";
import { same } from "./same";

const live = links.tookState(links.connected(links.trying(links.start(0))), 1_000);

export function connectingUntilTheFirstSnapshotThenNotLive() {
  const l = links.start(0);
  same([links.phase(l, 0), links.phase(l, 9_400), links.phase(l, 9_401)], ["connecting", "connecting", "notlive"]);
}

export function notLiveIsSaidBeforeTenSecondsOfSilence() {
  same([links.phase(live, 1_000), links.phase(live, 10_400), links.phase(live, 10_401)], ["live", "live", "notlive"]);
  same(links.SILENCE_MS + 500 < 10_000, true, "with the tick of half a second it is still within 10 s");
}

export function heartbeatsKeepItLive() {
  let l = live;
  for (let t = 6_000; t <= 60_000; t += 5_000) l = links.heartbeat(l, t, true);
  same([links.phase(l, 61_000), links.phase(l, 70_401)], ["live", "notlive"]);
}

export function aClosedSocketIsCatchingUpThenNotLive() {
  const l = links.closed(live);
  same([links.phase(l, 2_000), links.phase(l, 10_401)], ["catching", "notlive"]);
}

export function aNewSocketIsNotLiveBeforeItsSnapshot() {
  let l = links.connected(links.trying(links.closed(live)));
  same(links.phase(l, 3_000), "catching");
  l = links.heartbeat(l, 3_000, false);
  same(links.phase(l, 10_401), "notlive", "a heartbeat that counts further proves nothing of an old picture");
  same(links.phase(links.tookState(l, 11_000), 11_000), "live");
}

export function fallingBehindIsSaid() {
  const l = links.heartbeat(live, 6_000, false);
  same([links.phase(l, 8_000), links.phase(l, 8_001)], ["live", "catching"]);
  same(links.phase(links.tookState(l, 8_100), 8_200), "live");
}

export function aHelloProvesNothing() {
  same(links.phase(links.heardFrame(live, 10_000), 10_401), "notlive");
}

export function lastKnownAfterFifteenMinutes() {
  same([links.lastKnown(live, 901_000), links.lastKnown(live, 901_001)], [false, true]);
  same(links.lastKnown(links.start(0), 900_001), true, "a page that never heard anything as well");
}

export function retriesWaitLongerUpToFifteenSeconds() {
  same([1, 2, 3, 5, 6, 7, 1000].map((n) => links.backoff(n, 1)), [500, 1000, 2000, 8000, 15000, 15000, 15000]);
  same(links.backoff(6, 0.5), 7500, "jitter over the whole wait");
}
