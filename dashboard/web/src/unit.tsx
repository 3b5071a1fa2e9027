// One unit, bed by bed, in privacy mode: a short key stands for a patient and stays the
// same for the stay; nothing else about a person is shown.

import { age, count, moment, ms, words } from "./format";
import { Beds } from "./actions";
import { CentreDesk } from "./centre";
import { RoleChoice, TokenField } from "./forms";
import { LimitMark, Mark } from "./marks";
import type { Shape } from "./marks";
import { DeskHead, Status, Value, zone } from "./parts";
import { ProviderDesk } from "./provider";
import { hasBeds, limitsText, occupancy, toLeaveToday, unitLevel } from "./rules";
import { siteAddress } from "./route";
import { coarse, state } from "./stream";
import type { Place, Unit } from "./types";
import { ageOf, wholePercent } from "./format";

export function UnitPage({ id }: { id: string }) {
  const s = state.value;
  const unit = s?.units.get(id);
  if (!s || !unit) {
    return (
      <div class="desk">
        <Status />
        <DeskHead title={s ? "No such unit" : "Waiting for the engine"} up={{ to: "/", name: "The wall" }} />
        <main class="panel">
          <p>{s ? `The layout has no unit ${id}.` : "Nothing has been heard yet."}</p>
        </main>
      </div>
    );
  }
  if (unit.slots) return <ProviderDesk state={s} unit={{ ...unit, slots: unit.slots }} />;
  if (unit.kind === "coordination_centre") return <CentreDesk state={s} unit={unit} />;
  const site = s.sites.get(unit.site);
  const told = ageOf(unit.told, coarse.value);
  const spoke = told === null ? "nothing told yet" : `last told ${told} ago`;
  return (
    <div class="desk" data-unit={id} data-look={!unit.known ? "unknown" : unit.silent ? "stale" : "plain"}>
      <Status />
      <DeskHead title={unit.name} up={{ to: siteAddress(unit.site), name: site?.name ?? unit.site }} note={`${hasBeds(unit) ? count(unit.beds.total, "bed space") : "no beds"}, ${spoke}`}>
        {hasBeds(unit) && <RoleChoice />}
      </DeskHead>
      <main>
        {unit.known ? <Strip unit={unit} /> : <Unknown unit={unit} />}
        <div class="bays">
          {bays(unit).map((b) => (
            <section class={`bay panel ${b.side && b.places.length <= 6 ? "bay-side" : ""}`} key={b.name}>
              <div class="panel-head">
                <h2>{b.name}</h2>
                <span class="muted">
                  {count(b.places.length, "bed")}
                  {sexOf(b.places)}
                </span>
              </div>
              <ul class="tiles">
                {b.places.map((p) => (
                  <Tile key={p.id} place={p} unit={unit} />
                ))}
              </ul>
            </section>
          ))}
        </div>
        {hasBeds(unit) && (
          <>
            <TokenField />
            <Beds units={[unit]} />
            <Legend />
          </>
        )}
      </main>
    </div>
  );
}

/** The beds by bay, as laid out; side rooms last. */
function bays(unit: Unit): { name: string; side: boolean; places: Place[] }[] {
  const found = new Map<string, Place[]>();
  const side: Place[] = [];
  for (const p of unit.places ?? []) {
    if (p.side_room) {
      side.push(p);
      continue;
    }
    const name = p.bay ? (/^bay/i.test(p.bay) ? p.bay : `Bay ${p.bay}`) : "Beds";
    found.set(name, [...(found.get(name) ?? []), p]);
  }
  const list = [...found].map(([name, places]) => ({ name, side: false, places }));
  return side.length ? [...list, { name: "Side rooms", side: true, places: side }] : list;
}

/** Whose bay it is, where it is one sex's: never a person's. */
function sexOf(places: Place[]): string {
  const sex = places[0]?.sex;
  if (!sex || places.length < 2 || !places.every((p) => p.sex === sex)) return "";
  return sex === "female" ? ", women" : ", men";
}

function Unknown({ unit }: { unit: Unit }) {
  return (
    <section class="strip panel" data-look="unknown">
      <p class="strip-unknown">
        <b>— no census yet.</b> Nobody has told who is on this unit. {count(unit.beds.total, "bed")} laid out, {unit.beds.closed} closed; what single messages said since is not shown as the truth.
      </p>
    </section>
  );
}

function Strip({ unit }: { unit: Unit }) {
  const t = unit.beds;
  if (!hasBeds(unit)) {
    return (
      <section class="strip panel" data-look={unit.silent ? "stale" : "plain"} aria-label="Patients of the unit">
        <Item name="without_bed" value={unit.without_bed} lines={[unit.without_bed === 1 ? "patient here now" : "patients here now", ""]} />
        <Item name="leaving" value={unit.leaving} lines={["to leave", "expected, on any day"]} />
        <Item name="expected" value={unit.expected} lines={["due in", ""]} />
      </section>
    );
  }
  const p = occupancy(t);
  const places = unit.places ?? [];
  const isolated = places.filter((x) => x.isolated && x.state === "occupied").length;
  const late = places.filter((x) => x.state === "not_ready" && overdue(x, unit)).length;
  const contaminated = places.filter((x) => x.contaminated).length;
  return (
    <section class="strip panel" data-look={unit.silent ? "stale" : "plain"} aria-label="Beds of the unit">
      <Item name="occupancy" value={p === null ? "—" : wholePercent(p)} mark={unitLevel(unit)} lines={["occupied", limitsText([unit])]} />
      <Item name="occupied" value={t.occupied} lines={[`occupied of ${t.open} open`, isolated ? `${isolated} isolated` : ""]} />
      <Item name="available" value={t.available} lines={["free now", t.side_rooms_available ? `${t.side_rooms_available} side rooms` : ""]} />
      <Item name="reserved" value={t.reserved} lines={["reserved", unit.expected ? `${unit.expected} due in` : "none due in"]} />
      <Item name="not_ready" value={t.not_ready} lines={["being cleaned", late ? `${late} over the limit` : contaminated ? `${contaminated} contaminated` : ""]} mark={late ? 3 : 0} />
      <Item name="closed" value={t.closed} lines={["closed, empty", ""]} />
      <Item name="over" value={t.over} mark={t.over ? 3 : 0} lines={["over", unit.without_bed ? `${unit.without_bed} without a bed` : "all have a bed"]} />
      <Item name="leaving" value={unit.leaving} lines={["to leave", unit.leaving ? `${toLeaveToday([unit], coarse.value, zone())} of them today` : ""]} />
    </section>
  );
}

function Item({ name, value, lines, mark = 0 }: { name: string; value: number | string; lines: string[]; mark?: 0 | 2 | 3 }) {
  return (
    <div class="strip-item">
      <LimitMark level={mark} />
      <Value name={name}>{value}</Value>
      <p>
        {lines[0]}
        {lines[1] && <span class="muted strip-note">{lines[1]}</span>}
      </p>
    </div>
  );
}

function overdue(p: Place, unit: Unit): boolean {
  const since = ms(p.dirty ?? p.since);
  return unit.clean_within_s > 0 && since !== null && coarse.value - since > unit.clean_within_s * 1000;
}

function Tile({ place: p, unit }: { place: Place; unit: Unit }) {
  if (!unit.known && p.state !== "closed") {
    return (
      <li class="tile" data-bed={p.id} data-state="unknown">
        <p class="tile-head">
          <b>{p.id}</b>
        </p>
        <p class="tile-main">—</p>
        <p class="tile-foot">not told</p>
      </li>
    );
  }
  const shutTo = p.state === "occupied" && p.closed_reason !== undefined;
  return (
    <li class="tile" data-bed={p.id} data-state={p.state} data-shut={shutTo ? "" : undefined}>
      <p class="tile-head">
        <b>{p.id}</b>
        <span class="tile-marks">
          {marks(p, shutTo).map((m) => (
            <Mark key={m} shape={m} />
          ))}
        </span>
      </p>
      <Main place={p} shutTo={shutTo} />
      <Since place={p} unit={unit} />
    </li>
  );
}

function marks(p: Place, shutTo: boolean): Shape[] {
  const found: Shape[] = [];
  if (shutTo) found.push("closed");
  if (p.also) found.push("contradiction");
  if (p.state === "occupied") found.push("bed");
  if (p.state === "available") found.push("free");
  if (p.state === "reserved") found.push("reserved");
  if (p.state === "closed") found.push("closed");
  if (p.contaminated) found.push("contaminated");
  else if (p.state === "not_ready") found.push("cleaning");
  if (p.isolated) found.push("isolated");
  if (p.away) found.push("away");
  if (p.leave) found.push("leave");
  if (p.leaving) found.push("leaving");
  return found;
}

function Main({ place: p, shutTo }: { place: Place; shutTo: boolean }) {
  switch (p.state) {
    case "occupied": {
      const notes = [p.also ? "two stays" : "", p.isolated ? "isolated" : "", shutTo ? "closed to new" : "", p.leave ? "on leave" : "", p.away ? "off the unit" : ""].filter(Boolean);
      return (
        <p class="tile-main">
          <span class="key">{[p.stay || "taken", p.also].filter(Boolean).join(" + ")}</span>
          {notes.length > 0 && <span class="tile-note">{notes.join(", ")}</span>}
        </p>
      );
    }
    case "reserved":
      return (
        <p class="tile-main">
          <span>Reserved</span>
          {p.reserved_for && <span class="tile-note">for {p.reserved_for}</span>}
        </p>
      );
    case "available":
      return (
        <p class="tile-main">
          <span>Free</span>
          {p.assumed_clean && <span class="tile-note">assumed clean</span>}
        </p>
      );
    case "not_ready":
      return <p class="tile-main">{p.contaminated ? "Contaminated" : "Cleaning"}</p>;
    case "closed":
      return (
        <p class="tile-main">
          <span>Closed</span>
          {(p.closed_reason || p.escalation) && <span class="tile-note">{words(p.closed_reason || "escalation")}</span>}
        </p>
      );
  }
}

function Since({ place: p, unit }: { place: Place; unit: Unit }) {
  const since = ms(p.since);
  const at = moment(p.since, coarse.value, zone());
  if (p.state === "not_ready") return <CleaningBar place={p} unit={unit} />;
  if (p.state === "occupied") {
    return (
      <p class="tile-foot">
        {since === null ? "since not told" : `${p.at_least ? "over " : ""}${age(coarse.value - since)}`}
        {p.leaving && <span>leaves {moment(p.leaving, coarse.value, zone())}</span>}
      </p>
    );
  }
  if (p.state === "reserved" && p.until) return <p class="tile-foot">until {moment(p.until, coarse.value, zone())}</p>;
  if (p.state === "closed" && p.until) return <p class="tile-foot">until {moment(p.until, coarse.value, zone())}</p>;
  if (since === null) return <p class="tile-foot">since not told</p>;
  return <p class="tile-foot">{p.state === "available" ? `free since ${at}` : `since ${at}`}</p>;
}

function CleaningBar({ place: p, unit }: { place: Place; unit: Unit }) {
  const since = ms(p.dirty ?? p.since);
  if (since === null) return <p class="tile-foot">since not told</p>;
  const limit = unit.clean_within_s * 1000;
  const took = coarse.value - since;
  const late = overdue(p, unit);
  return (
    <div class="tile-foot cleaning">
      {limit > 0 && (
        <svg class="cleaning-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect class="cleaning-limit" width="100" height="6" />
          <rect class={late ? "cleaning-late" : "cleaning-done"} width={Math.min(100, Math.max(0, (100 * took) / limit))} height="6" />
        </svg>
      )}
      <span>
        <LimitMark level={late ? 3 : 0} />
        {age(took)}
        {limit > 0 && ` of ${Math.round(limit / 60_000)}`}
      </span>
    </div>
  );
}

const legend: [Shape, string][] = [
  ["bed", "occupied"],
  ["isolated", "isolated"],
  ["free", "free"],
  ["reserved", "reserved"],
  ["cleaning", "being cleaned"],
  ["contaminated", "contaminated"],
  ["closed", "closed, or closed to new"],
  ["leaving", "leaving"],
  ["away", "off the unit"],
  ["leave", "on leave"],
  ["contradiction", "contradiction"],
];

function Legend() {
  return (
    <footer class="panel legend tile-legend">
      {legend.map(([shape, word]) => (
        <span key={shape}>
          <Mark shape={shape} /> {word}
        </span>
      ))}
      <span class="muted push">Keys stay the same for the stay</span>
    </footer>
  );
}
