// A site at the desk: who waits for a bed and what can be done for them, its demand, its
// bed classes, every unit with every figure, its feeds, and what does not fit together.

import { Alerts } from "./alert-list";
import { Agreements, Statuses } from "./agreements";
import { Beds, Decisions, Report, Settle } from "./actions";
import { UnitBar } from "./bar";
import { ageOf, contradiction, contradictionRemedy, count, fact, heldReason, heldRemedy, moment, percent, wholePercent, words } from "./format";
import { Ambulances, Emergency, Parameters, Reside, SiteBalance } from "./demand";
import { FeedRows } from "./feeds";
import { RoleChoice, TokenField } from "./forms";
import { Levels } from "./level-panel";
import { LimitMark } from "./marks";
import { DeskHead, Link, Status, Value, zone } from "./parts";
import { roleName } from "./roles";
import { blank, classNames, closures, doubt, groupLimits, hasBeds, heldByPlace, heldFacts, itemPlace, level, limitsText, limitText, occupancy, oldText, openItems, unitLevel, unitsOf, worstFirst } from "./rules";
import { measured, unitScope } from "./measures";
import { withPlaces } from "./places";
import { unitAddress, whyAddress } from "./route";
import type { State } from "./store";
import { coarse, state } from "./stream";
import type { Figure, Site, Unit } from "./types";
import { Actions } from "./task-list";
import { Transfers } from "./transfer-list";
import { Waiting } from "./waiting";

export function Desk({ id }: { id: string }) {
  const s = state.value;
  const site = s?.sites.get(id);
  if (!s || !site) {
    return (
      <div class="desk">
        <Status />
        <DeskHead title={s ? "No such site" : "Waiting for the engine"} up={{ to: "/", name: "The wall" }} />
        <main class="panel">
          <p>{s ? `The layout has no site ${id}.` : "Nothing has been heard yet."}</p>
        </main>
      </div>
    );
  }
  const units = unitsOf(s, id);
  const here = (scope: string) => scope === "system" || scope === `site/${id}`;
  return (
    <div class="desk" data-site={id}>
      <Status />
      <DeskHead title={site.name} up={{ to: "/", name: s.system.name }}>
        {withPlaces(s).length > 0 && <Link to="/community">Places</Link>}
        {withPlaces(s).length > 0 && <Link to="/referrals">Referrals</Link>}
        <Link to="/actions">All actions</Link>
        <Link to="/meetings">Bed meetings</Link>
        <RoleChoice />
      </DeskHead>
      <main>
        <TokenField />
        <Totals state={s} site={site} />
        <Parameters state={s} site={site} />
        <div class="desk-columns">
          <div class="desk-main">
            <Waiting state={s} site={site} />
            <Transfers state={s} site={site} />
            <UnitTable units={units.filter((u) => !u.slots)} />
            <Reside state={s} site={site} />
          </div>
          <div class="desk-side">
            <Alerts state={s} wanted={(a) => here(a.scope)} />
            <Actions state={s} site={site} wanted={(a) => here(a.scope)} />
            <Levels state={s} site={site} />
            <Emergency state={s} site={site} />
            <Ambulances state={s} site={site} />
            <SiteBalance state={s} site={site} />
            <Agreements state={s} site={site} />
            <Statuses state={s} site={site} />
            <Beds units={unitsOf(s, site.id)} />
            <SiteQuestions state={s} units={units} />
            <Report state={s} site={site} />
            <Decisions state={s} />
            <SiteFeeds state={s} units={units} />
          </div>
        </div>
      </main>
    </div>
  );
}

function Totals({ state: s, site }: { state: State; site: Site }) {
  const classes = Object.entries(site.classes ?? {}).sort(([a], [b]) => order(a) - order(b));
  return (
    <section class="totals panel" aria-label="Beds by class; none makes up for another">
      {classes.map(([name, figure]) => figure && <Total key={name} name={name} figure={figure} units={unitsOf(s, site.id, name)} />)}
    </section>
  );
}

function order(bedClass: string): number {
  const at = Object.keys(classNames).indexOf(bedClass);
  return at < 0 ? 99 : at;
}

function Total({ name, figure, units }: { name: string; figure: Figure; units: Unit[] }) {
  const t = figure.beds;
  const p = occupancy(t);
  const limits = groupLimits(units);
  const d = doubt(figure, coarse.value);
  const look = blank(figure) ? "unknown" : d.silent.length ? "stale" : p === null ? "closed" : "plain";
  return (
    <div class="total" data-class={name} data-look={look}>
      <h2>{classNames[name] ?? words(name)}</h2>
      <p class="total-figure">
        {look === "unknown" ? (
          "—"
        ) : (
          <>
            <LimitMark level={level(t, limits)} />
            <Value name="occupancy">{p === null ? "closed" : percent(p)}</Value>
            {p !== null && " occupied"}
          </>
        )}
      </p>
      {look === "unknown" ? (
        <p>no census yet</p>
      ) : (
        <p>
          <Value name="available">{t.available}</Value> free of {t.open} open, {t.side_rooms_available} in side rooms
        </p>
      )}
      {d.unknown > 0 && look !== "unknown" && <p>of what is known; {count(d.unknown, "unit")} unknown</p>}
      {d.silent.length > 0 && <p>{oldText(d)}</p>}
      {!d.unknown && !d.silent.length && <p class="muted">{limitsText(units) || limitText(limits)}</p>}
    </div>
  );
}

const columns = ["Occupancy", "Beds", "Open", "Occupied", "Free", "Side rooms free", "Reserved", "Cleaning", "Closed", "Over", "To leave", "Due in", "Last told"];

function UnitTable({ units }: { units: Unit[] }) {
  return (
    <section class="unit-table panel">
      <div class="panel-head">
        <h2>Units, worst first</h2>
        <Legend />
      </div>
      <table role="table">
        <caption class="unseen">Every unit of the site, worst first</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Unit</th>
            {columns.map((c) => (
              <th scope="col" role="columnheader" key={c}>{c}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {worstFirst(units).map((u) => (
            <UnitRow key={u.id} unit={u} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Legend() {
  const kinds = [["occupied", "occupied"], ["reserved", "reserved"], ["cleaning", "cleaning"], ["free", "free"], ["over", "patient over"], ["closed", "closed"]];
  return (
    <p class="legend muted" aria-hidden="true">
      {kinds.map(([kind, word]) => (
        <span key={kind}>
          <svg class="bar" viewBox="0 0 6 20">
            {kind === "closed" ? <path class="cell-closed" d="M1 6l4 8M5 6l-4 8" /> : <rect class={`cell-${kind}`} x="1" y="3.5" width="4" height="13" />}
          </svg>{" "}
          {word}
        </span>
      ))}
      <span>ticks: pressure, full</span>
    </p>
  );
}

function UnitRow({ unit: u }: { unit: Unit }) {
  const t = u.beds;
  const name = (
    <th scope="row" role="rowheader">
      <LimitMark level={u.known && hasBeds(u) ? unitLevel(u) : 0} />
      <Link to={unitAddress(u.id)}>{u.name}</Link>
    </th>
  );
  const told = (
    <td role="cell" data-label="Last told" data-figure="told">
      {toldText(u)}
    </td>
  );
  if (!u.known) {
    return (
      <tr role="row" data-unit={u.id} data-look="unknown">
        {name}
        <td role="cell" colSpan={columns.length - 1} class="whole">
          — no census yet; {hasBeds(u) ? `${count(t.total, "bed")} laid out, ${t.closed} closed` : "no beds"}
        </td>
        {told}
      </tr>
    );
  }
  if (!hasBeds(u)) {
    return (
      <tr role="row" data-unit={u.id} data-look={u.silent ? "stale" : "plain"}>
        {name}
        <td role="cell" colSpan={columns.length - 1} class="whole">
          <Value name="without_bed">{u.without_bed}</Value> {u.without_bed === 1 ? "patient" : "patients"} here, no beds
        </td>
        {told}
      </tr>
    );
  }
  const p = occupancy(t);
  const figure = (label: string, key: string, value: number | string, mark = false) => (
    <td role="cell" data-label={label} class={value === 0 ? "zero" : ""}>
      {mark && <LimitMark level={3} />}
      <Opened unit={u} name={key}>{value}</Opened>
    </td>
  );
  return (
    <tr role="row" data-unit={u.id} data-look={p === null ? "closed" : u.silent ? "stale" : "plain"}>
      {name}
      {figure("Occupancy", "occupancy", p === null ? "closed" : wholePercent(p))}
      <td role="cell" class="bar-cell">
        <UnitBar unit={u} />
      </td>
      {figure("Open", "open", t.open)}
      {figure("Occupied", "occupied", t.occupied)}
      {figure("Free", "available", t.available)}
      {figure("Side rooms free", "side_rooms_available", t.side_rooms_available)}
      {figure("Reserved", "reserved", t.reserved)}
      {figure("Cleaning", "not_ready", t.not_ready)}
      {figure("Closed", "closed", t.closed)}
      {figure("Over", "over", t.over, t.over > 0)}
      {figure("To leave", "leaving", u.leaving)}
      {figure("Due in", "expected", u.expected)}
      {told}
    </tr>
  );
}

/** A figure of a unit's beds, with the page that opens it where the catalogue has it. */
function Opened({ unit: u, name, children }: { unit: Unit; name: string; children: number | string }) {
  const measure = `${u.class}_${name}`;
  const value = <Value name={name}>{children}</Value>;
  if (!state.value || !measured(state.value, unitScope(u.id), measure)) return value;
  return (
    <Link to={whyAddress(measure, unitScope(u.id))} class="opens">
      {value}
    </Link>
  );
}

function toldText(u: Unit): string {
  const a = ageOf(u.told, coarse.value);
  return a === null ? "never" : u.silent ? `${a} old` : a;
}

function SiteFeeds({ state: s, units }: { state: State; units: Unit[] }) {
  const named = new Set(units.flatMap((u) => u.feeds ?? []));
  const any = units.some((u) => !u.feeds?.length);
  const feeds = [...s.feeds.values()].filter((f) => any || named.has(f.id));
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Feeds</h2>
        <Link to="/feeds">all feeds</Link>
      </div>
      <FeedRows feeds={feeds} brief />
    </section>
  );
}

function SiteQuestions({ state: s, units }: { state: State; units: Unit[] }) {
  const here = new Set(units.map((u) => u.id));
  const items = openItems(s).filter((c) => c.unit && here.has(c.unit));
  const feeds = new Set(units.flatMap((u) => u.feeds ?? []));
  const held = heldFacts(s).filter((h) => feeds.has(h.feed));
  const places = heldByPlace(held);
  const shut = closures(s).filter((c) => here.has(c.unit.id));
  const t = coarse.value;
  return (
    <section class="panel lists">
      <h2>Contradictions: {items.length || "none"}</h2>
      <ul>
        {items.map((c) => (
          <li key={c.id} data-contradiction={c.id}>
            <LimitMark level={2} mute />
            <b>{itemPlace(s, c)[0]}</b>: {contradiction(c.kind)}{c.stays?.length ? ` (${c.stays.join(", ")})` : ""} for {ageOf(c.since, t) ?? "an unknown time"}; {contradictionRemedy(c.kind)}. {c.owner ? <>With: {roleName(c.owner)}. </> : <b>No owner. </b>}
            <span class="muted">
              Since {moment(c.since, t, zone())}; {c.events?.length === 1 ? "fact" : "facts"} {(c.events ?? []).join(", ")}
            </span>
            <Settle state={s} item={c} />
          </li>
        ))}
      </ul>
      <h2>Facts held: {held.length || "none"}</h2>
      <ul>
        {places.slice(0, 20).map(({ place, reason, feed, facts: [h, ...more] }) => (
          <li key={h.seq} data-held={h.seq}>
            <b>{place}</b>: {count(more.length + 1, "fact")} held, {heldReason(reason)}; {heldRemedy(reason, feed)}.{" "}
            <span class="muted">
              {more.length ? "First: " : ""}
              {fact(h.type)} {moment(h.happened, t, zone())}, told by {s.feeds.get(h.feed)?.name ?? h.feed}; fact {h.seq}
            </span>
          </li>
        ))}
        {places.length > 20 && <li>{places.length - 20} more places</li>}
      </ul>
      <h2>Closed beds: {shut.reduce((n, c) => n + c.beds, 0) || "none"}</h2>
      <ul>
        {shut.map((c) => (
          <li key={c.unit.id}>
            <b>{c.unit.name}</b>: {c.beds} closed{c.reasons.length ? `, ${c.reasons.map(words).join(", ")}` : ""}
          </li>
        ))}
      </ul>
    </section>
  );
}
