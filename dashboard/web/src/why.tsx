// One figure opened: its definition in force, what it is made from, every thing that it
// counts with the facts behind it, and an address that stays true.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { age, capital, clockSeconds, clockTime, count, fact, longDate, moment, ms, words } from "./format";
import { LimitMark, Mark } from "./marks";
import { noValue, number, read, reportedBy, shortfall, spokenSince, why as reasonOf } from "./measures";
import { DeskHead, Status, zone } from "./parts";
import { agrees, settled, terms } from "./recount";
import { query, siteAddress, whyAddress } from "./route";
import { classNames, siteName, unitNames } from "./rules";
import type { State } from "./store";
import { state } from "./stream";
import type { Item, LoggedEvent, Measured, Missing, Why } from "./types";

const ITEMS = 200; // shown; the others are counted

export function WhyPage({ measure }: { measure: string }) {
  const asked = new URLSearchParams(query.value);
  const scope = asked.get("scope") || "system";
  const at = asked.get("at") ?? "";
  const found = useSignal<Why | null>(null);
  const fault = useSignal("");
  useEffect(() => {
    const stop = new AbortController();
    found.value = null;
    fault.value = "";
    ask(measure, scope, at, stop.signal).then(
      (w) => {
        if (typeof w === "string") fault.value = w;
        else {
          found.value = w;
          if (!at) pin(w.seq);
        }
      },
      () => undefined,
    );
    return () => stop.abort();
  }, [measure, scope, at]);
  const s = state.value;
  const w = found.value;
  return (
    <div class="desk why" data-why={measure}>
      <Status />
      <DeskHead title="Why this figure?" up={upFrom(s, scope)} note={w ? pinned(s, w) : undefined}>
        {w && s && s.seq > w.seq && (
          <a class="button" href={whyAddress(measure, scope)}>
            Go to now
          </a>
        )}
      </DeskHead>
      <main>{w ? <Opened state={s} why={w} scope={scope} /> : <section class="panel">{fault.value ? <p>{fault.value}</p> : <p>Counting{at ? ". A moment that has passed is built again from the log: this may take a while" : ""}…</p>}</section>}</main>
    </div>
  );
}

/** The figure, or why there is none, in words. */
async function ask(measure: string, scope: string, at: string, signal: AbortSignal): Promise<Why | string> {
  const url = `/api/v1/measures/${encodeURIComponent(measure)}/why?scope=${encodeURIComponent(scope)}${at ? `&at=${encodeURIComponent(at)}` : ""}`;
  const answer = await fetch(url, { signal });
  const told = await answer.json().catch(() => null);
  if (answer.ok) return told as Why;
  return [told?.title, told?.detail, told?.next].filter(Boolean).join(". ").replace(/\.\./g, ".") || `The centre answered ${answer.status}.`;
}

/** Puts the moment into the address, so that it can be kept and sent. */
function pin(seq: number): void {
  const url = new URL(location.href);
  url.searchParams.set("at", String(seq));
  history.replaceState(null, "", url);
}

function upFrom(s: State | null, scope: string): { to: string; name: string } {
  const [kind, id] = scope.split("/");
  const site = kind === "site" ? id : kind === "unit" ? s?.units.get(id)?.site : undefined;
  return site ? { to: siteAddress(site), name: s ? siteName(s, site) : site } : { to: "/", name: s?.system.name ?? "The wall" };
}

function pinned(s: State | null, w: Why): string {
  const at = ms(w.at);
  const since = s && s.seq > w.seq ? s.seq - w.seq : 0;
  const moved = since ? `; ${since.toLocaleString("en-GB")} ${since === 1 ? "fact" : "facts"} since` : "";
  return `At ${at === null ? "a time not told" : `${clockSeconds(at, zone())}, ${longDate(at, zone())[0]}`}, fact ${w.seq.toLocaleString("en-GB")}${moved}`;
}

function Opened({ state: s, why: w, scope }: { state: State | null; why: Why; scope: string }) {
  const opened = useSignal<Item | null>(null);
  const items = w.items ?? [];
  return (
    <>
      <section class="panel why-top" data-look={look(w)}>
        <Answer state={s} why={w} scope={scope} />
        {w.measure.form === "shortfall" ? <Equation state={s} why={w} /> : w.measure.form === "share" ? <ShareOf why={w} /> : null}
      </section>
      <div class="why-columns">
        <div class="desk-side">
          <Meaning why={w} />
          <Inputs state={s} why={w} />
        </div>
        <div class="desk-main">
          <Items state={s} why={w} onOpen={(i) => (opened.value = i)} opened={opened.value} />
          {opened.value && <Facts item={opened.value} why={w} />}
          <section class="panel">
            <p>
              {agrees(w) ? <Mark shape="check" /> : <LimitMark level={3} mute />} Counted again from {items.length === 1 ? "this item" : `these ${items.length} items`} alone: <b>{agrees(w) ? "the same" : "NOT the same. Report it with the permanent link"}</b>.
            </p>
          </section>
        </div>
      </div>
      <Permanent />
    </>
  );
}

function asMeasured(w: Why): Measured {
  return { value: w.value, of: w.of, at: w.moment, small: w.small, missing: w.missing, reported: w.reported, as_of: oldest(w) };
}

/** When the oldest silent input last spoke. */
function oldest(w: Why): string | null {
  const silent = (w.inputs ?? []).filter((i) => i.state === "silent" && i.last).map((i) => i.last as string);
  return silent.sort()[0] ?? null;
}

/** Old where every input is silent, part old where some are. */
function reading(w: Why) {
  const some = (w.inputs ?? []).some((i) => i.state !== "silent");
  return read(asMeasured(w), ms(w.at) ?? 0, zone(), some ? Infinity : 0);
}

function look(w: Why): string {
  return reading(w).look;
}

function Answer({ state: s, why: w, scope }: { state: State | null; why: Why; scope: string }) {
  const r = reading(w);
  const [big, word] = figure(w);
  return (
    <div class="why-answer">
      <p class="why-figure" data-figure="value">
        {big}
        {word && <span> {word}</span>}
      </p>
      <div>
        <h2>
          {w.measure.title}
          {w.measure.form === "shortfall" && r.at !== null && `: ${clockTime(r.at, zone())}`}
        </h2>
        <p>{scopeName(s, scope)}</p>
        {r.doubts.length > 0 && <p class="doubtful">{r.doubts[0]}</p>}
        {w.reported && (
          <p>
            Told {reportedBy(w.reported, ms(w.at) ?? 0, zone())[0]}: {w.reported.value}
            {spokenSince(w.reported, ms(w.at) ?? 0, zone())}
          </p>
        )}
      </div>
    </div>
  );
}

/** The figure and the word beside it. */
function figure(w: Why): [string, string] {
  const r = reading(w);
  if (r.value === null) return ["—", noValue(r).replace(/^— /, "")];
  if (w.measure.form === "shortfall") {
    if (settled(w.items ?? []).length > 1) return [number(r.value), "short"]; // what one site has to spare is no other's
    const { figure: n, word } = shortfall(r);
    return [n, word];
  }
  if (w.measure.form === "earliest") return r.at === null ? ["—", "none"] : [clockTime(r.at, zone()), age(Math.abs((ms(w.at) ?? 0) - r.at)) + (r.at > (ms(w.at) ?? 0) ? " to go" : " ago")];
  return [number(r.value), w.measure.unit === "percent" ? "%" : w.measure.unit];
}

function scopeName(s: State | null, scope: string): string {
  const [kind, id = ""] = scope.split("/");
  if (!s) return scope;
  if (kind === "system") return s.system.name;
  if (kind === "site") return s.sites.get(id)?.name ?? id;
  if (kind === "unit") return unitNames(s, s.units.get(id), id)[0];
  return id;
}

const termWords: Record<string, string> = {
  usable: "usable now", cleaning: "cleaning due", leaving: "confirmed leaving", over: "patients over", decided: "decided, no bed", elective: "electives due", step_down: "step-downs", transfer: "transfers in",
  part: "counted", rest: "not counted", beyond: "counted, beyond the whole",
};

/** The terms of a balance of one site; of several sites, each site's own result and their sum. */
function Equation({ state: s, why: w }: { state: State | null; why: Why }) {
  const sites = settled(w.items ?? []);
  const end = figure(w).join(" ");
  if (sites.length > 1) {
    return (
      <div class="equation" role="group" aria-label="The sum of the sites' shortfalls">
        {sites.map((x, i) => (
          <Term key={x.site} sign={i ? "+" : ""} n={x.short} text={`short, ${s ? siteName(s, x.site) : x.site}`} note={x.spare ? `${x.spare} to spare help no other` : `${x.usable} beds for ${x.needed}`} />
        ))}
        <b class="equation-end">= {end}</b>
      </div>
    );
  }
  return (
    <div class="equation" role="group" aria-label="What the figure is made of">
      {terms(w.items ?? []).map((t, i) => (
        <Term key={t.side} sign={i ? (t.less ? "−" : "+") : ""} n={t.count} text={termWords[t.side] ?? words(t.side)} note={t.oldest && t.less ? `oldest ${moment(t.oldest, ms(w.at) ?? 0, zone())}` : ""} />
      ))}
      <b class="equation-end">= {end}</b>
    </div>
  );
}

function ShareOf({ why: w }: { why: Why }) {
  const items = w.items ?? [];
  const sum = (wanted: (i: Item) => boolean) => items.filter(wanted).reduce((n, i) => n + i.value, 0);
  return (
    <div class="equation" role="group" aria-label="What the figure is made of">
      <Term sign="" n={sum((i) => i.side !== "rest")} text="counted" note="" />
      <Term sign="of" n={sum((i) => i.side !== "beyond")} text="in all" note="" />
      <b class="equation-end">= {figure(w).join(" ")}</b>
    </div>
  );
}

function Term({ sign, n, text, note }: { sign: string; n: number; text: string; note: string }) {
  return (
    <>
      {sign && <b class="equation-sign">{sign}</b>}
      <span class="term">
        <b>{number(n)}</b>
        <span>{text}</span>
        {note && <span class="muted">{note}</span>}
      </span>
    </>
  );
}

function Meaning({ why: { measure: m } }: { why: Why }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>What it means</h2>
        <span class="muted">{m.window === "now" ? "now" : words(m.window)}</span>
      </div>
      <p>{m.definition}</p>
      <p class="muted">
        {m.class && `${classNames[m.class] ?? words(m.class)} only. `}Source: {m.source}. Name: <code>{m.name}</code>
      </p>
    </section>
  );
}

function placeOf(s: State | null, { site, unit = "" }: Missing): string {
  if (site) return s ? siteName(s, site) : site;
  return s ? unitNames(s, s.units.get(unit), unit)[0] : unit;
}

/** What a figure does without: of who is in which bed, the names. */
function lackOf(m: Missing): string {
  return m.unit && m.supply === "occupancy" ? "some patients" : words(m.supply ?? "");
}

function Inputs({ state: s, why: w }: { state: State | null; why: Why }) {
  const at = ms(w.at) ?? 0;
  const inputs = w.inputs ?? [];
  const missing = w.missing ?? [];
  return (
    <section class="panel feed-table">
      <h2>What it is made from</h2>
      {inputs.length > 0 && (
        <table role="table">
          <caption class="unseen">The feeds that the figure is made from</caption>
          <thead role="rowgroup">
            <tr role="row">
              {["Source", "Last spoke", "Expected", "Items"].map((c) => (
                <th scope="col" role="columnheader" key={c}>{c}</th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {inputs.map((i) => {
              const last = ms(i.last);
              return (
                <tr role="row" key={i.feed} data-input={i.feed} data-look={i.state === "silent" ? "stale" : i.state === "never" ? "unknown" : "plain"}>
                  <th scope="row" role="rowheader">
                    <LimitMark level={i.state === "silent" ? 2 : 0} mute />
                    {i.name}
                    {i.state === "silent" && ", silent"}
                  </th>
                  <td role="cell" data-label="Last spoke">{last === null ? "— no data" : age(at - last)}</td>
                  <td role="cell" data-label="Expected">{i.every_s ? `every ${age(i.every_s * 1000)}` : "not now"}</td>
                  <td role="cell" data-label="Items">{i.items}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {missing.length > 0 ? (
        <>
          <h3>It leaves out</h3>
          <ul>
            {missing.map((m) => (
              <li key={`${m.unit ?? m.site} ${m.supply ?? ""} ${m.feed ?? ""} ${m.why}`}>
                {placeOf(s, m)}: {m.supply && `${lackOf(m)} `}
                {reasonOf(m)}
                {m.feed && `, ${s?.feeds.get(m.feed)?.name ?? m.feed}`}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p class="muted">It leaves nothing out.</p>
      )}
    </section>
  );
}

function Items({ state: s, why: w, onOpen, opened }: { state: State | null; why: Why; onOpen: (i: Item) => void; opened: Item | null }) {
  const all = w.items ?? [];
  const at = ms(w.at) ?? 0;
  const valued = all.some((i) => i.value !== 1);
  const sided = all.some((i) => i.side);
  const until = all.some((i) => i.until);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{all.length ? `${count(all.length, "item")}, oldest first` : "No item"}</h2>
        {all.length > ITEMS && <span class="muted">the first {ITEMS} are shown</span>}
      </div>
      {all.length > 0 && (
        <table role="table" class="item-table">
          <caption class="unseen">Every thing that the figure counts</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Item</th>
              <th scope="col" role="columnheader">Where</th>
              {sided && <th scope="col" role="columnheader">Counts as</th>}
              <th scope="col" role="columnheader">Since</th>
              {until && <th scope="col" role="columnheader">Until</th>}
              {valued && <th scope="col" role="columnheader">Adds</th>}
              <th scope="col" role="columnheader">Facts</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {all.slice(0, ITEMS).map((i, n) => (
              <tr role="row" key={n} data-item={i.key} class={i === opened ? "opened" : ""}>
                <th scope="row" role="rowheader" class="key-small">{i.key}</th>
                <td role="cell" data-label="Where">{s ? unitNames(s, s.units.get(i.unit), i.unit)[0] : i.unit}</td>
                {sided && <td role="cell" data-label="Counts as">{i.side ? (termWords[i.side] ?? words(i.side)) : <span class="muted">not given</span>}</td>}
                <td role="cell" data-label="Since">{i.at ? moment(i.at, at, zone()) : "not told"}</td>
                {until && <td role="cell" data-label="Until">{i.until ? moment(i.until, at, zone()) : ""}</td>}
                {valued && <td role="cell" data-label="Adds">{w.measure.form === "earliest" ? "" : number(i.value)}</td>}
                <td role="cell" data-label="Facts">
                  {i.events?.length ? (
                    <button type="button" aria-expanded={i === opened} onClick={() => onOpen(i)}>
                      <span class="unseen">Facts of {i.key}: </span>
                      {i.events[i.events.length - 1].toLocaleString("en-GB")}
                      {i.events.length > 1 && ` and ${i.events.length - 1} more`}
                    </button>
                  ) : (
                    <span class="muted">none of its own</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Every fact behind an item, as the log has it, without who it is about. */
function Facts({ item, why: w }: { item: Item; why: Why }) {
  const facts = useSignal<Map<number, LoggedEvent | string>>(new Map());
  useEffect(() => {
    const stop = new AbortController();
    facts.value = new Map();
    for (const seq of item.events ?? []) void event(seq, stop.signal).then((e) => (facts.value = new Map(facts.value).set(seq, e)), () => undefined);
    return () => stop.abort();
  }, [item]);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    head.current?.scrollIntoView({ block: "nearest" });
  }, [item]);
  const at = ms(w.at) ?? 0;
  return (
    <section class="panel" data-facts={item.key}>
      <h2 tabIndex={-1} ref={head}>
        {item.key}, every fact
      </h2>
      <table role="table">
        <caption class="unseen">The facts behind {item.key}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {["Fact", "Happened", "Came", "What", "Feed"].map((c) => (
              <th scope="col" role="columnheader" key={c}>{c}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {(item.events ?? []).map((seq) => {
            const e = facts.value.get(seq);
            return (
              <tr role="row" key={seq} data-event={seq}>
                <th scope="row" role="rowheader">
                  <a href={`/api/v1/events/${seq}`}>{seq.toLocaleString("en-GB")}</a>
                </th>
                {typeof e === "object" ? <Fact event={e} at={at} /> : <td role="cell" colSpan={4}>{e ?? "…"}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Fact({ event: e, at }: { event: LoggedEvent; at: number }) {
  const happened = ms(e.happened);
  const came = ms(e.recorded);
  const late = happened !== null && came !== null ? came - happened : 0;
  const details = ["place", "prior", "mode", "acuity", "service", "pathway", "reason", "going_to", "status", "role"].flatMap((f) => (e.data?.[f] ? [words(String(e.data[f]))] : []));
  return (
    <>
      <td role="cell" data-label="Happened">{moment(e.happened, at, zone())}</td>
      <td role="cell" data-label="Came">
        <LimitMark level={late > 10 * 60_000 ? 2 : 0} mute />
        {moment(e.recorded, at, zone())}
        {late > 10 * 60_000 && <span class="muted">, {age(late)} late</span>}
      </td>
      <td role="cell" data-label="What">
        {capital(fact(e.type))}
        {details.length > 0 && <span class="muted">: {details.join(", ")}</span>}
      </td>
      <td role="cell" data-label="Feed">{state.value?.feeds.get(e.feed)?.name ?? e.feed}</td>
    </>
  );
}

async function event(seq: number, signal: AbortSignal): Promise<LoggedEvent | string> {
  const answer = await fetch(`/api/v1/events/${seq}`, { signal });
  const told = await answer.json().catch(() => null);
  return answer.ok ? (told as LoggedEvent) : (told?.title ?? `The centre answered ${answer.status}`);
}

function Permanent() {
  const copied = useSignal(false);
  const link = location.href;
  return (
    <section class="panel permanent">
      <label>
        <b>Permanent link</b> <input type="text" readOnly value={link} onFocus={(e) => e.currentTarget.select()} />
      </label>
      {navigator.clipboard && (
        <button type="button" onClick={() => void navigator.clipboard.writeText(link).then(() => (copied.value = true))}>
          {copied.value ? "Copied" : "Copy"}
        </button>
      )}
    </section>
  );
}
