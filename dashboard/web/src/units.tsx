// The lower left of the wall: the hospitals' units, worst first, as many as the rows
// allow, and the community hospitals beside them. How full and how many free; every other
// state of the beds stands on the desk.

import { useRef } from "preact/hooks";
import { CommunityRow } from "./community";
import { count, wholePercent } from "./format";
import { ROWS as HOSPITALS } from "./hospitals";
import { LimitMark } from "./marks";
import { Fit, Link, Value } from "./parts";
import { abnormal, fullestFirst, hasBeds, mainClass, occupancy, oldShort, shortNames, siteName, unitAge, unitLevel, unitsOf, wallSites, worstFirst } from "./rules";
import { unitAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site, Tally, Unit } from "./types";

const ROWS = 8; // a column, under its head
const STEADY_MS = 30_000; // the order stands still at least so long, so that the eye keeps its row

type Line = { key: string; head: string[] } | { key: string; unit: Unit; names: string[] } | { key: string; community: Site };

export function Units({ state }: { state: State }) {
  const columns = fill(state, useSteady(state));
  return (
    <section class="units panel">
      {columns.map(({ title, lines }, i) => (
        <table role="table" key={i}>
          <caption class="unseen">Units, worst first, and community hospitals, part {i + 1}</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                <Fit forms={title} />
              </th>
              <th scope="col" role="columnheader">full</th>
              <th scope="col" role="columnheader">free</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {lines.map((line) =>
              "unit" in line ? (
                <UnitLine key={line.key} state={state} unit={line.unit} names={line.names} />
              ) : "community" in line ? (
                <CommunityRow key={line.key} state={state} site={line.community} />
              ) : (
                <HeadLine key={line.key} forms={line.head} />
              ),
            )}
          </tbody>
        </table>
      ))}
    </section>
  );
}

interface SiteUnits {
  site: Site;
  units: Unit[];
}

/** The units of each hospital worst first, in an order that changes at most every 30 s unless a unit's level does. */
function useSteady(state: State): SiteUnits[] {
  const kept = useRef<{ at: number; key: string; ids: Map<string, string[]> }>({ at: -Infinity, key: "", ids: new Map() });
  const all = wallSites(state).hospitals.map((site) => ({ site, units: unitsOf(state, site.id).filter(hasBeds) }));
  const key = all.flatMap((s) => s.units.map((u) => `${u.id} ${u.known ? unitLevel(u) : "?"}`)).join();
  if (kept.current.key !== key || performance.now() - kept.current.at > STEADY_MS) {
    kept.current = { at: performance.now(), key, ids: new Map(all.map((s) => [s.site.id, worstFirst(s.units).map((u) => u.id)])) };
  }
  return all.map(({ site }) => ({ site, units: (kept.current.ids.get(site.id) ?? []).flatMap((id) => state.units.get(id) ?? []) }));
}

interface Column {
  title: string[];
  lines: Line[];
}

/** The units in the first column, the community hospitals in the second; without those the units run on. */
function fill(state: State, order: SiteUnits[]): Column[] {
  const community = wallSites(state).community;
  const hospitals = order.length > HOSPITALS ? order : order.filter((s) => !saidAbove(s));
  const all = order.reduce((n, s) => n + s.units.length, 0);
  if (community.length) {
    const lines = chosen(state, hospitals, ROWS);
    const shown = lines.filter((l) => "unit" in l).length;
    return [{ title: shown < all ? [`Worst ${shown} of ${all} units`, `Worst ${shown} of ${all}`, `Worst ${shown}`] : ["Units"], lines }, communityColumn(community)];
  }
  const title = ["Units, worst first", "Worst units"];
  let lines = chosen(state, hospitals, 2 * ROWS);
  if (lines.length > ROWS) lines = chosen(state, hospitals, 2 * ROWS - 1); // a head may have to be said twice
  const first = lines.slice(0, ROWS);
  const rest = lines.slice(ROWS);
  const last = first[ROWS - 1];
  if (last && "head" in last) rest.unshift(first.pop()!);
  else if (rest.length && "unit" in rest[0]) rest.unshift(continued(state, rest[0].unit));
  return rest.length ? [{ title, lines: first }, { title, lines: rest }] : [{ title, lines: first }];
}

/** Ward names repeat from hospital to hospital: a column never begins without one. */
function continued(state: State, unit: Unit): Line {
  const name = siteName(state, unit.site);
  return { key: `${unit.site}-continued`, head: [`${name}, continued`, name] };
}

function communityColumn(sites: Site[]): Column {
  const shown = sites.length <= ROWS ? sites : fullestFirst(sites).slice(0, ROWS);
  const title = shown.length === sites.length ? ["Community hospitals", "Community"] : [`Community, fullest ${shown.length} of ${sites.length}`, `Fullest ${shown.length} of ${sites.length}`];
  return { title, lines: shown.map((site) => ({ key: site.id, community: site })) };
}

/** The row of a hospital with a single unit says all of that unit. */
function saidAbove({ site, units }: SiteUnits): boolean {
  return units.length === 1 && units[0].class === mainClass(site) && units[0].known;
}

/** A head for each hospital and its worst units: rows go first to what is out of order, then to the rest. */
function headed(state: State, order: SiteUnits[], rows: number): Line[] {
  let left = rows - order.length;
  const share = new Map(order.map((s) => [s.site.id, 0]));
  const give = (want: (s: SiteUnits) => number) => {
    for (let given = true; given && left > 0; ) {
      given = false;
      for (const s of order) {
        const has = share.get(s.site.id)!;
        if (left > 0 && has < want(s)) {
          share.set(s.site.id, has + 1);
          left--;
          given = true;
        }
      }
    }
  };
  give((s) => s.units.filter(abnormal).length);
  give((s) => s.units.length);
  return order.flatMap((s): Line[] => {
    const name = siteName(state, s.site.id);
    const n = share.get(s.site.id)!;
    const shown = s.units.slice(0, n).map((unit) => ({ key: unit.id, unit, names: shortNames(unit.name) }));
    return [{ key: s.site.id, head: siteForms(name, s.units, n) }, ...shown];
  });
}

/** The hospitals that have room for a head and a unit each, those with the worst unit first, and a line that counts the others. */
function chosen(state: State, order: SiteUnits[], rows: number): Line[] {
  const some = order.filter((s) => s.units.length);
  if (2 * some.length <= rows) return headed(state, some, rows);
  const worst = worstFirst(some.map((s) => s.units[0])).slice(0, Math.floor((rows - 1) / 2));
  const shown = worst.map((u) => some.find((s) => s.site.id === u.site)!);
  const hidden = some.filter((s) => !shown.includes(s));
  const units = hidden.flatMap((s) => s.units);
  const bad = units.filter(abnormal).length;
  const head = `${hidden.length} more hospitals: ${bad ? `${bad} of ${units.length} units abnormal` : `${units.length} units normal`}`;
  return [...headed(state, shown, rows - 1), { key: "hidden", head: [head] }];
}

function siteForms(name: string, units: Unit[], shown: number): string[] {
  const bad = units.filter(abnormal).length;
  const hidden = units.length - shown;
  if (!hidden) return [`${name}: ${count(units.length, "unit")}`, name];
  if (!bad) return [`${name}: ${count(units.length, "unit")} normal`, name];
  const head = `${name}: ${bad} of ${units.length} abnormal`;
  return bad > shown ? [`${head}, worst ${shown} here`, `${head}, worst ${shown}`, head, name] : [`${head}, ${hidden} normal not shown`, head, name];
}

function HeadLine({ forms }: { forms: string[] }) {
  return (
    <tr role="row" class="site-line">
      <th scope="rowgroup" role="rowheader" colSpan={3}>
        <Fit forms={forms} />
      </th>
    </tr>
  );
}

function UnitLine({ state, unit, names }: { state: State; unit: Unit; names: string[] }) {
  const over = unit.known ? unit.beds.over : 0;
  const name = (
    <th scope="row" role="rowheader">
      <Link to={unitAddress(unit.id)}>
        <LimitMark level={unit.known ? unitLevel(unit) : 0} />
        <Fit forms={over ? [...names.map((n) => `${n}, ${over} over`), ...names.map((n) => `${n} +${over}`)] : names} />
      </Link>
    </th>
  );
  if (!unit.known) {
    return (
      <tr role="row" data-unit={unit.id} data-look="unknown">
        {name}
        <td role="cell" class="whole" colSpan={2}>— no census yet</td>
      </tr>
    );
  }
  const p = occupancy(unit.beds);
  if (p === null) {
    return (
      <tr role="row" data-unit={unit.id} data-look="closed">
        {name}
        <td role="cell" class="whole" colSpan={2}>
          closed, <Value name="closed">{unit.beds.closed}</Value> {unit.beds.closed === 1 ? "bed" : "beds"}
        </td>
      </tr>
    );
  }
  return (
    <tr role="row" data-unit={unit.id} data-look={unit.silent ? "stale" : "plain"}>
      {name}
      <Split beds={unit.beds} percent={wholePercent(p)} doubt={unit.silent ? oldShort(unitAge(state, unit, coarse.value)) : ""} />
    </tr>
  );
}

/** The cells of a line: how full and how many free; a doubt stands in place of the first. */
export function Split({ beds: t, percent, doubt }: { beds: Tally; percent: string; doubt: string }) {
  return (
    <>
      <td role="cell" data-label="full">{doubt ? doubt : <Value name="occupancy">{percent}</Value>}</td>
      <td role="cell" data-label="free" class={t.available ? "" : "zero"}>
        <Value name="available">{t.available}</Value>
      </td>
    </>
  );
}
