// Places outside hospital: every unit with what it told, how old that is, and what the
// provider says by telephone, entered by the coordinator.

import { useSignal } from "@preact/signals";
import { capital, count, moment, ms, wholePercent, words } from "./format";
import { Ask, Choice, Press, RoleChoice, TokenField } from "./forms";
import { LimitMark } from "./marks";
import { DeskHead, Link, Status, Value, zone } from "./parts";
import { COMMUNITY_BEDS, inHours, kindName, localityName, placesLook, rows, servesFrom, toldText, usableText, whoTold, withPlaces } from "./places";
import { occupancy, unitLevel } from "./rules";
import { communityAddress, query, unitAddress } from "./route";
import type { State } from "./store";
import { coarse, state } from "./stream";
import type { Slots, Sort, Unit } from "./types";

type Provider = Unit & { slots: Slots };

export function Community() {
  const s = state.value;
  const asked = new URLSearchParams(query.value);
  const [kind, locality] = [asked.get("kind") ?? "", asked.get("locality") ?? ""];
  if (!s) return <Waiting />;
  const all = withPlaces(s).filter((u) => servesFrom(u.slots, locality));
  const shown = rows(s, coarse.value, zone()).filter((r) => !kind || r.kind === kind);
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Places in the community" up={{ to: "/", name: s.system.name }} note={count(withPlaces(s).length, "service")}>
        <Link to="/referrals">Referrals</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        <Filter state={s} kind={kind} locality={locality} />
        {shown.map((r) => {
          const units = r.kind === COMMUNITY_BEDS ? [] : all.filter((u) => u.kind === r.kind);
          if (r.kind === COMMUNITY_BEDS) return <CommunityBeds key={r.kind} state={s} />;
          return units.length > 0 && <PlaceTable key={r.kind} state={s} title={kindName(r.kind)} units={units} />;
        })}
        {!shown.length && (
          <section class="panel">
            <p>No unit with places is laid out. They come from the configuration.</p>
          </section>
        )}
      </main>
    </div>
  );
}

function Waiting() {
  return (
    <div class="desk">
      <Status />
      <DeskHead title="Waiting for the engine" up={{ to: "/", name: "The wall" }} />
      <main class="panel">
        <p>Nothing has been heard yet.</p>
      </main>
    </div>
  );
}

/** Links, so that the address says what is shown. */
function Filter({ state: s, kind, locality }: { state: State; kind: string; locality: string }) {
  const laidOut = rows(s, coarse.value, zone()).map((r) => r.kind);
  const line = (label: string, options: [string, string][], chosen: string, to: (code: string) => string) => (
    <p class="filter">
      <span class="muted">{label}</span>
      {options.map(([code, name]) => (code === chosen ? <b key={code} aria-current="true">{name}</b> : <Link key={code} to={to(code)}>{name}</Link>))}
    </p>
  );
  const address = (k: string, l: string) => communityAddress({ ...(k ? { kind: k } : {}), ...(l ? { locality: l } : {}) });
  return (
    <nav class="panel" aria-label="Which places">
      {line("Kind", [["", "all"], ...laidOut.map((k): [string, string] => [k, kindName(k)])], kind, (k) => address(k, locality))}
      {(s.system.localities?.length ?? 0) > 0 && line("Serving", [["", "all"], ...(s.system.localities ?? []).map((l): [string, string] => [l.id, l.name])], locality, (l) => address(kind, l))}
    </nav>
  );
}

const columns = ["Free", "Kept", "Usable", "Told", "By", "Decide"];

/** Units with places, a line each with their sorts. */
export function PlaceTable({ state: s, title, units }: { state: State; title: string; units: Provider[] }) {
  return (
    <section class="panel place-table">
      <h2>{title}</h2>
      <table role="table">
        <caption class="unseen">{title}: what is free, when it can be used, and who told it when</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Unit</th>
            {columns.map((c) => (
              <th scope="col" role="columnheader" key={c}>{c}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {units.map((u) => (
            <PlaceRow key={u.id} state={s} unit={u} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PlaceRow({ state: s, unit: u }: { state: State; unit: Provider }) {
  const p = u.slots;
  const t = coarse.value;
  const kept = (p.sorts ?? []).reduce((n, x) => n + x.kept, 0);
  const who = whoTold(p);
  const where = localityName(s, p.locality);
  return (
    <tr role="row" data-unit={u.id} data-look={placesLook(p, t)}>
      <th scope="row" role="rowheader">
        <Link to={unitAddress(u.id)}>{u.name}</Link>
        {where && !u.name.includes(where) && <span class="muted"> {where}</span>}
      </th>
      <td role="cell" data-label="Free">
        <SortList slots={p} />
      </td>
      <td role="cell" data-label="Kept" class={kept ? "" : "zero"}>
        <Value name="kept">{kept}</Value>
      </td>
      <td role="cell" data-label="Usable">{usableText(p, t, zone())}</td>
      <td role="cell" data-label="Told" data-figure="told">
        {p.state === "old" && <LimitMark level={2} mute />}
        {toldText(p, t, zone())}
      </td>
      <td role="cell" data-label="By">{who || "—"}</td>
      <td role="cell" data-label="Decide">
        <Told unit={u} />
      </td>
    </tr>
  );
}

/** What a unit has free by sort; where it has one sort its name is left out. */
export function SortList({ slots: p }: { slots: Slots }) {
  const sorts = p.sorts ?? [];
  return (
    <ul class="sorts">
      {sorts.map((x) => (
        <li key={x.id} data-sort={x.id} class={x.free === 0 ? "zero" : ""}>
          {x.free === null ? <b class="value">—</b> : <Value name="free">{x.free}</Value>} of {x.open}
          {sorts.length > 1 && ` ${x.name.toLowerCase()}`}
          <span class="muted">{sortNotes(x)}</span>
        </li>
      ))}
    </ul>
  );
}

function sortNotes(x: Sort): string {
  const notes = [
    x.free === null ? "no data" : "",
    x.bought ? words(x.bought) : "",
    x.over ? `${x.over} over` : "",
    x.ended ? `${x.ended} ended: free when the provider says so` : "",
    x.next ? `next ${moment(x.next, coarse.value, zone())}` : "",
    x.waiting ? `${count(x.waiting, "person", "people")} waiting` : "",
    x.wait_days ? `wait ${count(x.wait_days, "day")}` : "",
  ].filter(Boolean);
  return notes.length ? `, ${notes.join(", ")}` : "";
}

const closings = ["full", "staffing", "infection_control", "estates", "other"];

/** What the provider said by telephone: the numbers, or that the last report is still true. */
export function Told({ unit: u }: { unit: Provider }) {
  const p = u.slots;
  return (
    <div class="told">
      {p.state !== "never" && (
        <Press label={`what ${u.name} told last`} make={() => ({ type: "community.still-true", data: { place: u.id, how: "phone" } })}>
          Still true
        </Press>
      )}
      <ByPhone unit={u} />
    </div>
  );
}

function ByPhone({ unit: u }: { unit: Provider }) {
  const p = u.slots;
  const sorts = p.sorts ?? [];
  const typed = useSignal<Record<string, string>>({});
  const accepting = useSignal(p.accepting ? "yes" : "no");
  const reason = useSignal(p.reason && closings.includes(p.reason) ? p.reason : closings[0]);
  const hours = useSignal("");
  const told = sorts.flatMap((x) => {
    const text = typed.value[x.id] ?? "";
    return /^\d{1,4}$/.test(text) ? [{ sort: x.id, free: Number(text), x }] : [];
  });
  const wrong = sorts.find((x) => (typed.value[x.id] ?? "") !== "" && !told.some((y) => y.sort === x.id));
  const over = told.find(({ free, x }) => free + x.kept > x.open);
  const changed = (accepting.value === "yes") !== p.accepting || (accepting.value === "no" && (reason.value !== p.reason || hours.value !== ""));
  const make = () => ({
    type: "community.places-reported",
    data: {
      place: u.id,
      how: "phone",
      places: {
        ...(told.length ? { sorts: told.map(({ sort, free, x }) => ({ sort, open: x.open, used: x.open - x.kept - free })) } : {}),
        accepting: accepting.value === "yes",
      },
      ...(accepting.value === "no" ? { reason: reason.value, ...(hours.value ? { until: inHours(coarse.value, Number(hours.value)) } : {}) } : {}),
    },
  });
  return (
    <Ask label={`What ${u.name} said by telephone`} open="By phone" button={told.length || changed ? "Enter it" : "Nothing to enter yet"} make={make} ready={!wrong && !over && (told.length > 0 || changed)}>
      {sorts.map((x) => (
        <label class="choice" key={x.id}>
          <span>
            {x.name}: free of {x.open}
            {x.kept ? `, beside ${x.kept} kept` : ""}
          </span>
          <input type="text" inputMode="numeric" autocomplete="off" placeholder={x.free === null ? "not told" : String(x.free)} value={typed.value[x.id] ?? ""} onInput={(e) => (typed.value = { ...typed.value, [x.id]: e.currentTarget.value.trim() })} />
        </label>
      ))}
      {over && <p role="alert">{`${over.free} free and ${over.x.kept} kept are more than the ${over.x.open} places there are.`}</p>}
      <Choice label="Takes new people" value={accepting.value} options={[["yes", "yes"], ["no", "no"]]} onChange={(v) => (accepting.value = v)} />
      {accepting.value === "no" && (
        <>
          <Choice label="Why not" value={reason.value} options={closings.map((c) => [c, words(c)])} onChange={(v) => (reason.value = v)} />
          <Choice label="Until" value={hours.value} options={[["", "told otherwise"], ["12", "12 h from now"], ["24", "24 h from now"], ["72", "3 d from now"]]} onChange={(v) => (hours.value = v)} />
        </>
      )}
    </Ask>
  );
}

/** Community hospitals tell their beds one by one; their wards stand here for the whole picture. */
function CommunityBeds({ state: s }: { state: State }) {
  const wards = [...s.units.values()].filter((u) => u.class === "community" && u.beds.total > 0);
  if (!wards.length) return null;
  return (
    <section class="panel place-table">
      <h2>{kindName(COMMUNITY_BEDS)}</h2>
      <table role="table">
        <caption class="unseen">Wards of community hospitals</caption>
        <thead role="rowgroup">
          <tr role="row">
            {["Ward", "Free", "Reserved", "Full", "Cleaning", "Closed"].map((c) => (
              <th scope="col" role="columnheader" key={c}>{c}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {wards.map((u) => (
            <tr role="row" key={u.id} data-unit={u.id} data-look={!u.known ? "unknown" : u.silent ? "stale" : "plain"}>
              <th scope="row" role="rowheader">
                <LimitMark level={u.known ? unitLevel(u) : 0} />
                <Link to={unitAddress(u.id)}>{u.name}</Link>
                <span class="muted"> {s.sites.get(u.site)?.short ?? ""}</span>
              </th>
              {u.known ? (
                <>
                  <td role="cell" data-label="Free" class={u.beds.available ? "" : "zero"}>
                    <Value name="available">{u.beds.available}</Value> of {u.beds.open}
                  </td>
                  <td role="cell" data-label="Reserved">{u.beds.reserved}</td>
                  <td role="cell" data-label="Full">{wholePercent(occupancy(u.beds) ?? 0)}</td>
                  <td role="cell" data-label="Cleaning">{u.beds.not_ready}</td>
                  <td role="cell" data-label="Closed">{u.beds.closed}</td>
                </>
              ) : (
                <td role="cell" class="whole" colSpan={5}>— no census yet</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What a unit told lately, newest first; a report entered by mistake can be taken back. */
export function Reports({ unit: u }: { unit: Provider }) {
  const all = [...(u.slots.reports ?? [])].sort((a, b) => (ms(b.at) ?? 0) - (ms(a.at) ?? 0) || b.seq - a.seq);
  const newest = all.find((r) => !r.withdrawn);
  return (
    <section class="panel lists">
      <h2>{all.length ? "Told lately" : "Nothing told yet"}</h2>
      <ul class="rows">
        {all.map((r) => (
          <li key={r.id} data-report={r.id}>
            <span>
              <b>{moment(r.at, coarse.value, zone())}</b> {r.still ? "still true" : "reported"}
              {r.withdrawn && ", taken back"} <span class="muted">{[whoTold(r), `fact ${r.seq}`].filter(Boolean).join("; ")}</span>
            </span>
            {r === newest && (
              <Press label={`the report of ${moment(r.at, coarse.value, zone())}`} make={() => ({ type: "community.report-withdrawn", data: { place: u.id, item: r.id } })}>
                Take it back
              </Press>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a care home can do besides: only what it has told. */
export function extras(p: Slots): string {
  const said = [p.assess == null ? "" : p.assess ? "can assess today" : "cannot assess today", p.returns == null ? "" : p.returns ? "own residents can come back" : "own residents cannot come back"].filter(Boolean);
  return capital(said.join("; "));
}
