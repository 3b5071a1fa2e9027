// What a coordinator does besides giving beds: a bed told clean, a bay closed or opened
// again, a figure told by phone; and what became of the latest decisions.

import { useSignal } from "@preact/signals";
import { age, capital, count, fact, moment, ms, words } from "./format";
import { Ask, Choice, Press } from "./forms";
import { LimitMark } from "./marks";
import { measured, named, siteScope, spokenSince } from "./measures";
import { zone } from "./parts";
import { placeOf } from "./requests";
import { roleName } from "./roles";
import { itemPlace } from "./rules";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Contradiction, Site, Unit } from "./types";

const DECISIONS = 8; // newest shown

/** What can be done about the beds of some units: told clean, closed, opened. */
export function Beds({ units: all }: { units: Unit[] }) {
  const units = all.filter((u) => u.beds.total > 0);
  const dirty = units.flatMap((unit) => (unit.places ?? []).filter((p) => p.state === "not_ready").map((bed) => ({ unit, bed, since: ms(bed.dirty ?? bed.since) })));
  dirty.sort((a, b) => (a.since ?? Infinity) - (b.since ?? Infinity));
  const t = coarse.value;
  return (
    <section class="panel lists">
      <div class="panel-head">
        <h2>Beds to be cleaned: {dirty.length || "none"}</h2>
        {units.length > 0 && <Shut units={units} />}
      </div>
      <ul class="rows">
        {dirty.map(({ unit, bed, since }) => {
          const late = since !== null && unit.clean_within_s > 0 && t - since > unit.clean_within_s * 1000;
          return (
            <li key={`${unit.id}/${bed.id}`} data-cleaning={`${unit.id}/${bed.id}`}>
              <span>
                <LimitMark level={late ? 3 : 0} />
                <b>
                  {unit.name} {bed.id}
                </b>{" "}
                {bed.contaminated ? "contaminated, " : ""}
                {since === null ? "since not told" : age(t - since)}
                {unit.clean_within_s > 0 && ` of ${Math.round(unit.clean_within_s / 60)} min`}
              </span>
              <Press label={`${unit.name} ${bed.id}`} make={() => ({ type: "bed.cleaned", data: { place: placeOf(unit.id, bed.id) } })}>
                Cleaned
              </Press>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const closings = ["infection_control", "staffing", "estates", "other"];

/** Closes a unit, bay or bed to new patients, or opens it again. */
function Shut({ units }: { units: Unit[] }) {
  const unit = useSignal(units[0].id);
  const part = useSignal("");
  const what = useSignal("close");
  const reason = useSignal(closings[0]);
  const hours = useSignal("");
  const at = units.find((u) => u.id === unit.value) ?? units[0];
  const place = part.value ? placeOf(at.id, part.value) : at.id;
  const until = hours.value ? { until: new Date(coarse.value + Number(hours.value) * 3_600_000).toISOString() } : {};
  const make = () => (what.value === "close" ? { type: "bed.closed", data: { place, reason: reason.value, ...until } } : { type: "bed.opened", data: { place, ...until } });
  return (
    <Ask label="Close or open beds" open="Close or open beds" button={`${capital(what.value)} ${at.name}${part.value ? ` ${part.value}` : ", all of it"}`} make={make}>
      <Choice label="What" value={what.value} options={[["close", "close to new patients"], ["open", "open"]]} onChange={(v) => (what.value = v)} />
      <Choice label="Unit" value={unit.value} options={units.map((u) => [u.id, u.name])} onChange={(v) => ((unit.value = v), (part.value = ""))} />
      <Choice label="Bay or bed" value={part.value} options={[["", "all of it"], ...bays(at), ...(at.places ?? []).map((p): [string, string] => [p.id, `bed ${p.id}`])]} onChange={(v) => (part.value = v)} />
      {what.value === "close" && <Choice label="Why" value={reason.value} options={closings.map((c) => [c, words(c)])} onChange={(v) => (reason.value = v)} />}
      <Choice label="Until" value={hours.value} options={[["", "told otherwise"], ["4", "4 h from now"], ["12", "12 h from now"], ["24", "24 h from now"], ["72", "3 d from now"]]} onChange={(v) => (hours.value = v)} />
    </Ask>
  );
}

function bays(u: Unit): [string, string][] {
  const names = new Set((u.places ?? []).map((p) => p.bay).filter((b): b is string => !!b));
  return [...names].map((b) => [b, /^(bay|side)/i.test(b) ? b : `bay ${b}`]);
}

const reportable: [string, string][] = [
  [named.inDepartment, "In A&E, in the department"],
  [named.corridor, "A&E, in a corridor"],
  [named.over12, "A&E, over 12 h from arrival"],
  [named.waiting, "Ambulances waiting"],
  [named.nctr, "NCTR, still here"],
  ["adult_ga_available", "Adult G&A beds available"],
];

/** Figures that a person may tell because no feed does, or its feed is silent. */
export function Report({ state: s, site }: { state: State; site: Site }) {
  const scope = siteScope(site.id);
  const some = reportable.filter(([name]) => measured(s, scope, name));
  const measure = useSignal(some[0]?.[0] ?? "");
  const value = useSignal("");
  const how = useSignal("phone");
  const ago = useSignal("0");
  if (!some.length) return null;
  const given = /^\d{1,4}$/.test(value.value) ? Number(value.value) : null;
  const make = () => ({
    type: "feed.figure-reported",
    data: { figure: { measure: measure.value, scope, value: given, how: how.value } },
    at: Number(ago.value) ? new Date(coarse.value - Number(ago.value) * 60_000).toISOString() : undefined,
  });
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Told by phone</h2>
        <Ask label="Report a figure" open="Report a figure" button="Report it" make={make} ready={given !== null}>
          <Choice label="Figure" value={measure.value} options={some} onChange={(v) => (measure.value = v)} />
          <label class="choice">
            <span>How many</span>
            <input type="text" inputMode="numeric" autocomplete="off" value={value.value} onInput={(e) => (value.value = e.currentTarget.value.trim())} />
          </label>
          <Choice label="How" value={how.value} options={[["phone", "by phone"], ["seen", "counted on the spot"], ["other", "other"]]} onChange={(v) => (how.value = v)} />
          <Choice label="It was so" value={ago.value} options={[["0", "now"], ["15", "15 min ago"], ["30", "30 min ago"], ["60", "1 h ago"]]} onChange={(v) => (ago.value = v)} />
        </Ask>
      </div>
      <ReportedList state={s} scope={scope} />
    </section>
  );
}

function ReportedList({ state: s, scope }: { state: State; scope: string }) {
  const told = Object.entries(s.measures.get(scope)?.values ?? {}).flatMap(([name, v]) => (v?.reported ? [{ name, r: v.reported }] : []));
  if (!told.length) return <p class="muted">No figure of this site is told by a person.</p>;
  const t = coarse.value;
  return (
    <ul class="rows">
      {told.map(({ name, r }) => (
        <li key={name}>
          <span>
            <b>{capital(words(name))}: {r.value}</b> {r.how === "phone" ? "by phone" : words(r.how)}, {moment(r.at, t, zone())}, {roleName(r.role)}
            <span class="muted">{spokenSince(r, t, zone())}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

const settlements = ["asked_the_ward", "corrected_at_source", "entered_in_error", "other"];

export function Settle({ state: s, item }: { state: State; item: Contradiction }) {
  const reason = useSignal(settlements[0]);
  return (
    <Ask label={`Settle ${itemPlace(s, item)[0]}`} open="Settle" button="It is dealt with" make={() => ({ type: "decision.contradiction-settled", data: { item: item.id, reason: reason.value } })}>
      <Choice label="How" value={reason.value} options={settlements.map((r) => [r, words(r)])} onChange={(v) => (reason.value = v)} />
    </Ask>
  );
}

/** The newest decisions and what became of them. */
export function Decisions({ state: s }: { state: State }) {
  const all = [...s.decisions.values()].sort((a, b) => Number(b.id) - Number(a.id)).slice(0, DECISIONS);
  const t = coarse.value;
  return (
    <section class="panel lists">
      <h2>{all.length ? `Latest ${count(all.length, "decision")}, any site` : "No decision yet"}</h2>
      <ul>
        {all.map((d) => (
          <li key={d.id} data-decision={d.id}>
            <b>{capital(fact(d.type))}</b>, {d.about}{" "}
            {d.refused ? (
              <b>
                <LimitMark level={2} mute />
                without effect: {d.detail || words(d.refused)}
              </b>
            ) : (
              "in effect"
            )}{" "}
            {d.warning && (
              <b>
                <LimitMark level={2} mute />
                against a rule: {d.warning}{" "}
              </b>
            )}
            <span class="muted">
              {moment(d.at, t, zone())}, {roleName(d.role)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
