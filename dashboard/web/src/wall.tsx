// The system wall: one screen, no scroll bar. Band, hospitals, units and community
// hospitals, balance, questions, foot; each always in the same place.

import { Balance } from "./balance";
import { badges } from "./declared";
import { clockTime, count, fact, ms, percent } from "./format";
import { Hospitals } from "./hospitals";
import { declaredText, doubtForms, levelOf, profileForms } from "./levels";
import { CouldTile, LevelBadge, LevelTile } from "./level";
import { LimitMark, StatusBadge } from "./marks";
import { systemScope } from "./measures";
import { ClockDate, ClockTime, Fit, lastUpdate, Link, LiveLine, reloadText, Simulated, Status, Value, zone } from "./parts";
import { withPlaces } from "./places";
import { problems } from "./problems";
import { Questions } from "./questions";
import { bedOwners, bedUnits, blank, doubt, feedLine, groupLimits, level, limitText, occupancy, oldText, shortNames, siteName, unitLevel, unitNames } from "./rules";
import type { Doubt } from "./rules";
import { Services } from "./services";
import type { State } from "./store";
import { coarse, lastKnown, phase, standing, state } from "./stream";
import type { OpelLevel } from "./types";
import { Units } from "./units";

export function Wall() {
  const s = state.value;
  return (
    <div class="wall">
      <Status />
      <header class={`band panel ${s && levelOf(s, "system") ? "band-level" : ""}`}>
        <h1 class="unseen" tabIndex={-1}>{s ? `${s.system.name}: beds now` : "Flow Centre"}</h1>
        {s ? <Dominant state={s} /> : <div class="dominant" />}
        {phase.value === "notlive" ? <NotLive /> : <Now state={s} />}
      </header>
      <main class="wall-main">
        {s ? (
          <>
            <Hospitals state={s} />
            <Questions state={s} />
            {withPlaces(s).length ? <Services state={s} /> : <Units state={s} />}
            <Balance state={s} />
          </>
        ) : (
          <section class="panel waiting">
            <h2>Waiting for the engine</h2>
            <p>Nothing has been heard yet. The figures appear here by themselves.</p>
          </section>
        )}
      </main>
      <Foot state={s} />
    </div>
  );
}

/** The system's level; without a profile, how full its adult G&A beds are. */
function Dominant({ state: s }: { state: State }) {
  const opel = levelOf(s, "system");
  if (opel) {
    return (
      <>
        <LevelTile level={opel} />
        <CouldTile level={opel} />
      </>
    );
  }
  const figure = s.system.classes?.adult_ga;
  const units = [...s.units.values()].filter((u) => u.class === "adult_ga");
  const d = doubt(figure, coarse.value);
  if (!figure || blank(figure)) {
    return (
      <div class="dominant" data-system data-look="unknown">
        <p class="dominant-figure">—</p>
        <p>{figure ? "no census yet" : "no adult G&A beds laid out"}</p>
      </div>
    );
  }
  const t = figure.beds;
  const limits = groupLimits(units);
  const p = occupancy(t);
  return (
    <>
      <div class="dominant" data-system data-look={d.silent.length ? "stale" : "plain"}>
        <p class="dominant-figure">
          <LimitMark level={level(t, limits)} />
          <Value name="occupancy">{p === null ? "—" : percent(p)}</Value>
        </p>
        <p>
          {p === null ? "no adult G&A bed is open" : "adult G&A beds occupied"}
        </p>
        <p>
          <Value name="available">{t.available}</Value> free of {t.open}
          {d.unknown ? " known" : `, ${limitText(limits)}`}
        </p>
      </div>
      <DoubtTile doubt={d} units={units.length} />
    </>
  );
}

/** What the figure leaves out, in a dashed frame of its own; absent without doubt. */
function DoubtTile({ doubt: d, units }: { doubt: Doubt; units: number }) {
  if (!d.unknown && !d.silent.length) return <div class="doubt-place" />;
  return (
    <div class="doubt-place">
      <p class="doubt" data-doubt>
        {d.unknown > 0 && (
          <>
            <b>part unknown</b>
            <span>{d.unknown === units ? "all units" : count(d.unknown, "unit")}</span>
          </>
        )}
        {d.unknown > 0 && !d.silent.length && <span>no census</span>}
        {d.silent.length > 0 && (
          <>
            <b>part old</b>
            {!d.unknown && <span>{count(d.silent.length, "feed")} silent</span>}
            <span>{oldText(d)}</span>
          </>
        )}
      </p>
    </div>
  );
}

function Now({ state: s }: { state: State | null }) {
  return (
    <>
      <div class="risk">{s && <Sentences state={s} />}</div>
      <div class="clock">
        <ClockTime />
        <ClockDate />
        <LiveLine />
      </div>
    </>
  );
}

function Sentences({ state: s }: { state: State }) {
  const found = problems(s, coarse.value, standing.value);
  const [first, second] = found;
  const onTime = [...s.feeds.values()].every((f) => f.state === "on_time");
  const units = bedUnits(s);
  const known = units.filter((u) => u.known);
  const at = (l: number) => known.filter((u) => unitLevel(u) === l).length;
  const unknown = units.length - known.length;
  const parts = [`${at(3)} full`, `${at(2)} under pressure`, `${at(0)} normal`, unknown ? `${unknown} unknown` : ""].filter(Boolean);
  const declared = badges(s, systemScope, coarse.value, zone());
  const opel = levelOf(s, "system");
  const couldBe = opel && doubtForms(s, opel, coarse.value);
  const rest = known.length ? [`Units: ${parts.join(", ")}`, parts.join(", ")] : [units.length ? `${count(units.length, "unit")} unknown` : ""];
  return (
    <>
      <p class={first ? "risk-first" : "risk-first risk-calm"}>
        {first && <LimitMark level={first.level} mute />}
        <Fit forms={first?.forms ?? [s.feeds.size ? "Every feed on time" : "No feed is laid out yet"]} />
      </p>
      <p class={couldBe || second ? "risk-second" : "risk-second risk-calm"}>
        {second && !couldBe && <LimitMark level={second.level} mute />}
        <Fit forms={couldBe ?? second?.forms ?? [first && onTime && s.feeds.size ? "Every feed on time" : units.length ? "No unit is full, nothing contradicts" : ""]} />
      </p>
      {opel && (
        <p class="profile-line">
          <Fit forms={profileForms(opel, coarse.value, zone())} />
          <DeclaredLevel level={opel} />
        </p>
      )}
      {opel || declared.length ? (
        <p class="statuses">
          <Simulated />
          {declared.map((b) => (
            <StatusBadge key={b.id} badge={b} />
          ))}
        </p>
      ) : (
        <>
          <p class="risk-rest">
            <Fit forms={rest} />
          </p>
          <p class="muted system-line">
            <Fit forms={shortNames(s.system.name)} /> <Simulated />
          </p>
        </>
      )}
    </>
  );
}

/** A level that a person has declared, while it differs. */
function DeclaredLevel({ level: l }: { level: OpelLevel }) {
  const said = declaredText(l, zone());
  if (!said) return null;
  return (
    <span class="declared" data-declared={said.level}>
      Declared <LevelBadge level={said.level} word={false} /> <Fit forms={said.forms} />
    </span>
  );
}

function NotLive() {
  return (
    <div class="not-live-block">
      <div>
        <p class="not-live-word">NOT LIVE</p>
        <p class="not-live-since">{lastUpdate()}</p>
        {lastKnown.value && <p class="not-live-ask">These figures are old: phone for every bed</p>}
      </div>
      <div class="clock">
        <ClockTime withSeconds />
        <ClockDate />
        <LiveLine />
      </div>
    </div>
  );
}

function Foot({ state: s }: { state: State | null }) {
  if (phase.value === "notlive") {
    return (
      <footer class="foot panel foot-not-live">
        <span class="foot-feeds">
          {!lastKnown.value && <b>Last known only.</b>}
          <Fit forms={phoneForms(s)} />
        </span>
        {!lastKnown.value && <span>{reloadText()}</span>}
      </footer>
    );
  }
  if (!s) return <footer class="foot panel" />;
  return (
    <footer class="foot panel">
      <Link class="foot-feeds" to="/feeds">
        <b>Feeds</b> <Fit forms={feedLine(s, coarse.value)} />
      </Link>
      <span class="foot-change">{s.system.last && <LastChange state={s} />}</span>
    </footer>
  );
}

/** Whom to phone: those who tell of the beds, when they are named. */
function phoneForms(s: State | null): string[] {
  const owners = s ? bedOwners(s) : [];
  const plain = ["Use the last printed sheet and phone the wards.", "Phone the wards."];
  return owners.length ? [`Phone ${owners.join(", ")}.`, `Phone ${owners[0]} and the wards.`, ...plain] : plain;
}

function LastChange({ state: s }: { state: State }) {
  const change = s.system.last!;
  const at = ms(change.at);
  const names = unitNames(s, s.units.get(change.unit), change.unit);
  const what = fact(change.type);
  const unit = s.units.get(change.unit);
  const site = unit ? [`${siteName(s, unit.site)} ${what}`] : [];
  const bed = change.bed ? ` ${change.bed}` : "";
  return (
    <>
      <b>Changed</b> {at === null ? "" : clockTime(at, zone())} <Fit forms={[...names.map((n) => `${n}${bed} ${what}`), ...site, what]} />
    </>
  );
}
