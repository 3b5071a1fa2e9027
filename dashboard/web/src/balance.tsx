// Adult G&A beds short by three clock times: what is decided and due, site by site. The
// county's figure is the sum of the sites' shortfalls; no bed of one makes up for another.

import { clockTime } from "./format";
import { balances, measured, readBalance, siteScope, systemScope } from "./measures";
import type { Reading } from "./measures";
import { Fit, Link, Value, zone } from "./parts";
import { balanced, siteBrief, wallSites } from "./rules";
import { whyAddress } from "./route";
import type { State } from "./store";
import { coarse } from "./stream";
import type { Site } from "./types";

const BAR = 240; // the widest bar, in its own units
const KEYS = 2; // hospitals named above the bars

interface Share {
  site: Site;
  short: Reading;
}

export function Balance({ state }: { state: State }) {
  const rows = balances.map((name) => ({ name, county: at(state, systemScope, name, Infinity), shares: sharesOf(state, name) }));
  const most = Math.max(1, ...rows.map((r) => sum(r.shares)));
  const sites = rows[0].shares.map((s) => s.site).filter((site) => rows.some((r) => r.shares.some((x) => x.site === site && x.short.value)));
  const old = (site: Site) => rows.every((r) => r.shares.some((x) => x.site === site && isOld(x)));
  return (
    <section class="balance panel" aria-label="Adult G&A beds short">
      <h2>Adult G&amp;A beds short, by</h2>
      <p class="balance-key">
        {sites.slice(0, KEYS).map((site, i) => (
          <span key={site.id}>
            <svg class="key-box" viewBox="0 0 26 18" aria-hidden="true">
              <rect class={old(site) ? "share share-old" : `share share-${i}`} x="1" y="1" width="24" height="16" />
              {old(site) && <path class="share-hatch" d="M3 17l8-16M11 17l8-16M19 17l5-10" />}
            </svg>{" "}
            {siteBrief(state, site.id)}
          </span>
        ))}
        {!sites.length && rows.some((r) => r.county.value !== null) && <span class="muted">no hospital is short</span>}
        {sites.length > KEYS && <span>{sites.length - KEYS} more</span>}
      </p>
      {rows.map((r) => (
        <Row key={r.name} name={r.name} county={r.county} shares={r.shares} sites={sites} most={most} />
      ))}
      <Fit class="muted" forms={["Counts what is decided and due, no forecast", "Decided and due, no forecast"]} />
    </section>
  );
}

function at(s: State, scope: string, name: string, made: number): Reading {
  return readBalance(measured(s, scope, name), coarse.value, zone(), made);
}

/** The shortfall of each site that has one to count. */
function sharesOf(s: State, name: string): Share[] {
  const { hospitals } = wallSites(s);
  const short = (site: Site) => at(s, siteScope(site.id), name, balanced(s, site.id));
  return hospitals.map((site) => ({ site, short: short(site) })).filter((x) => x.short.look !== "none");
}

function isOld({ short }: Share): boolean {
  return short.look === "stale" || short.look === "part";
}

function sum(shares: Share[]): number {
  return shares.reduce((n, s) => n + (s.short.value ?? 0), 0);
}

function Row({ name, county, shares, sites, most }: { name: string; county: Reading; shares: Share[]; sites: Site[]; most: number }) {
  const some = shares.filter((s) => s.short.value);
  const doubt = shares.some((s) => s.short.value === null) ? "part unknown" : shares.some(isOld) ? "part old" : (county.doubts[county.doubts.length - 1] ?? "");
  return (
    <p class="balance-row" data-balance={name} data-look={county.value === null ? "unknown" : "plain"}>
      <b class="balance-time">{county.at === null ? "--:--" : clockTime(county.at, zone())}</b>
      {county.value === null ? (
        <span class="balance-none">— {county.doubts[0] ?? "no data"}</span>
      ) : (
        <>
          {some.length > 0 && <Bars shares={some} sites={sites} most={most} />}
          <span class={some.length ? "balance-sum" : "balance-sum balance-alone"}>
            {some.length > 1 && <Fit forms={[some.map((s) => s.short.value).join(" + "), `at ${some.length} sites`, `${some.length} sites`]} />}
            {doubt && <Fit class="muted" forms={[doubt, "part"]} />}
          </span>
          <Link to={whyAddress(name, systemScope)} class="balance-figure">
            <Value name={name}>{String(county.value)}</Value> short
          </Link>
        </>
      )}
    </p>
  );
}

/** One scale over the rows; the part of a site whose inputs are old is hatched. */
function Bars({ shares, sites, most }: { shares: Share[]; sites: Site[]; most: number }) {
  let x = 0;
  return (
    <svg class="balance-bar" viewBox={`0 0 ${BAR} 30`} preserveAspectRatio="none" aria-hidden="true">
      {shares.map((s) => {
        const width = (BAR * (s.short.value ?? 0)) / most;
        const from = x;
        x += width;
        return (
          <>
            <rect class={isOld(s) ? "share share-old" : `share share-${Math.min(2, sites.indexOf(s.site))}`} x={from + 1} y="3" width={Math.max(1, width - 2)} height="24" />
            {isOld(s) && hatches(from, width)}
          </>
        );
      })}
    </svg>
  );
}

function hatches(from: number, width: number) {
  const lines = [];
  for (let x = 6; x < width - 2; x += 9) lines.push(<path class="share-hatch" d={`M${from + x} 27l${Math.min(12, width - x)} -24`} />);
  return lines;
}
