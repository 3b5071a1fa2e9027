// What a bed meeting's sheet says.

import { isSettled, promisedText, shortTexts, signedText, wardDoubt } from "../meetings";
import { roleName } from "../roles";
import type { Meeting } from "../types";
import { same } from "./same";
import { AT, site, state, time, ward as unit } from "./samples";

const ZONE = "Europe/London";
const royal = state({ sites: [{ ...site("royal"), short: "Worcs Royal" }, site("alex")] });

function meeting(more: Partial<Meeting> = {}): Meeting {
  return { id: "M1", version: 1, scope: "system", opened: time("03:30"), cut: 7, role: "coordinator", levels: [], wards: [], shortfalls: [], actions: [], earlier: [], definite: { told: 9, left: 0, not_seen: 0 }, events: [7], ...more };
}

export function whatCameOfThePromises() {
  same(promisedText({ told: 9, left: 6, not_seen: 3 }, true), "9 definite: 6 have left; 3 told, not seen.");
  same(promisedText({ told: 9, left: 1, not_seen: 0 }, false), "9 definite: 1 has left; 8 still here.");
  same(promisedText({ told: 2, left: 2, not_seen: 0 }, true), "2 definite: all have left.");
  same(promisedText({ told: 2, left: 0, not_seen: 2 }, true), "2 definite: none has left; 2 told, not seen.");
  same(promisedText({ told: 0, left: 0, not_seen: 0 }, false), "Nobody was told definite.");
}

export function aMeetingIsSettledByTheNextOrTheDaysEnd() {
  const first = meeting();
  const both = state({ sites: [], meetings: [first, meeting({ id: "M2", before: "M1", cut: 9 })] } as never);
  same(isSettled(royal, first, AT, ZONE), false);
  same(isSettled(both, first, AT, ZONE), true);
  same(isSettled(royal, first, AT + 24 * 3_600_000, ZONE), true);
}

export function whatAWardLacksIsSaid() {
  const ward = { unit: "w", class: "adult_ga", known: true, open: 4, occupied: 4, available: 0, definite: 0, potential: 0, promised: { told: 0, left: 0, not_seen: 0 } };
  same(wardDoubt(ward, AT), "");
  same(wardDoubt({ ...ward, known: false }, AT), "unknown: nobody has told who is on it");
  same(wardDoubt({ ...ward, told: time("03:30") }, AT), "old: last told 37 min before");
}

export function shortfallsAreNotNetted() {
  const ward = { unit: "icu", class: "critical_care", known: true, open: 1, occupied: 1, available: 0, definite: 0, potential: 0, promised: { told: 0, left: 0, not_seen: 0 } };
  const m = meeting({
    wards: [ward],
    shortfalls: [
      { site: "royal", class: "adult_ga", by: "08:00", short: 9 },
      { site: "royal", class: "adult_ga", by: "12:00", short: 11 },
      { site: "alex", class: "adult_ga", by: "08:00", short: 0 },
      { site: "alex", class: "critical_care", by: "08:00", short: null },
      { site: "alex", class: "paediatric", by: "08:00", short: null },
    ],
  });
  const texts = shortTexts(state({ sites: [site("royal"), site("alex")], units: [{ ...unit("icu", 1), site: "alex", class: "critical_care" }] }), m);
  same(texts.short.map((t) => t.split(":").slice(0, 2).join(":")), ["11 short by 12:00", "9 short by 08:00"]);
  same(texts.unknown.length, 1, "the Alexandra has no children's ward");
}

export function whoSigned() {
  same(signedText(meeting(), AT, ZONE, roleName), "Not signed");
  same(signedText(meeting({ signed: time("03:40"), by: "clinical_site_manager", review: time("08:30") }), AT, ZONE, roleName), "Signed 03:40 by the clinical site manager; next 08:30");
}
