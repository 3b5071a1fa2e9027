// What became of people, by where they live and by other groups, beside the period before.
// A count that is withheld has no number here at all: see withheld.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count } from "./format";
import { DeskHead, Link, Status } from "./parts";
import { query } from "./route";
import { state } from "./stream";
import type { Compared, Outcome, Outcomes, Period } from "./types";

const ways = { locality: "Locality", age_band: "Age band", frailty: "Frailty", condition: "Long-term condition" } as const;
const lengths = [7, 28, 91, 182];

export function OutcomesPage() {
  const asked = new URLSearchParams(query.value);
  const by = asked.get("by") ?? "locality";
  const days = Number(asked.get("days")) || 28;
  const found = useSignal<Outcomes | null>(null);
  const fault = useSignal("");
  useEffect(() => {
    const stop = new AbortController();
    found.value = null;
    fault.value = "";
    ask(by, days, stop.signal).then(
      (o) => {
        if (typeof o === "string") fault.value = o;
        else found.value = o;
      },
      () => undefined,
    );
    return () => stop.abort();
  }, [by, days]);
  const o = found.value;
  return (
    <div class="desk outcomes" data-outcomes={o ? by : undefined}>
      <Status />
      <DeskHead title="Outcomes" up={{ to: "/", name: state.value?.system.name ?? "The wall" }} note={o ? `${spanText(o.period)}, beside ${spanText(o.before)}` : undefined} />
      <main>
        <nav class="panel choices" aria-label="What to compare">
          <span>
            {Object.entries(ways).map(([way, name]) => (
              <Choice key={way} to={`/outcomes?by=${way}&days=${days}`} on={way === by}>
                {name}
              </Choice>
            ))}
          </span>
          <span>
            {lengths.map((n) => (
              <Choice key={n} to={`/outcomes?by=${by}&days=${n}`} on={n === days}>
                {count(n, "day")}
              </Choice>
            ))}
          </span>
        </nav>
        <section class="panel">
          {o ? <Table outcomes={o} by={by} /> : <p>{fault.value || "Counting…"}</p>}
        </section>
        {o && <Notes outcomes={o} />}
      </main>
    </div>
  );
}

function Choice({ to, on, children }: { to: string; on: boolean; children: string }) {
  return on ? (
    <b class="button" aria-current="true">
      {children}
    </b>
  ) : (
    <Link to={to} class="button">
      {children}
    </Link>
  );
}

/** The outcomes of the last whole days, or why there are none, in words. */
async function ask(by: string, days: number, signal: AbortSignal): Promise<Outcomes | string> {
  const first = await fetch(`/api/v1/outcomes?by=${encodeURIComponent(by)}`, { signal });
  let answer = first;
  if (first.ok && days !== 28) {
    const { period } = (await first.json()) as Outcomes;
    answer = await fetch(`/api/v1/outcomes?by=${encodeURIComponent(by)}&from=${before(period.until, days)}&to=${period.until}`, { signal });
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok) return told as Outcomes;
  return [told?.title, told?.detail, told?.next].filter(Boolean).join(". ").replace(/\.\./g, ".") || `The centre answered ${answer.status}.`;
}

/** So many days before a day. */
function before(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

function spanText(p: Period): string {
  return `${dayText(p.from)} to ${dayText(before(p.until, 1))}`;
}

function dayText(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

function Table({ outcomes: o, by }: { outcomes: Outcomes; by: string }) {
  return (
    <table role="table" class="outcome-table">
      <caption class="unseen">Outcomes by {(ways[by as keyof typeof ways] ?? by).toLowerCase()}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">{ways[by as keyof typeof ways] ?? by}</th>
          {o.outcomes.map((m) => (
            <th scope="col" role="columnheader" key={m.name}>
              {m.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {o.groups.map((g) => (
          <Row key={g.group} name={g.name} figures={g.figures} outcomes={o.outcomes} />
        ))}
        <Row name="All" figures={o.all} outcomes={o.outcomes} />
      </tbody>
    </table>
  );
}

function Row({ name, figures, outcomes }: { name: string; figures: Compared[]; outcomes: Outcome[] }) {
  return (
    <tr role="row" data-group={name}>
      <th scope="row" role="rowheader">
        {name}
      </th>
      {figures.map((f, i) => (
        <td role="cell" key={outcomes[i].name} data-label={outcomes[i].title}>
          <b data-figure={outcomes[i].name}>{text(f.value, f.withheld, outcomes[i], name === "All")}</b>
          <span class="muted"> {earlier(f, outcomes[i], name === "All")}</span>
        </td>
      ))}
    </tr>
  );
}

/** A figure in words. What is withheld is never a number, and neither is its total. */
function text(value: number | null, withheld: boolean | undefined, m: Outcome, all: boolean): string {
  if (withheld) return all ? "not given" : "fewer than 5 *";
  if (value === null) return "too few";
  return `${value.toLocaleString("en-GB")}${unitText(m)}`;
}

function unitText(m: Outcome): string {
  return m.unit === "percent" ? " %" : m.form === "count" ? "" : ` ${m.unit}`;
}

function earlier(f: Compared, m: Outcome, all: boolean): string {
  const was = `was ${text(f.before, f.withheld_before, m, all)}`;
  if (f.change === null || f.change === undefined) return was;
  return `${was}, ${f.change > 0 ? "+" : f.change < 0 ? "−" : "±"}${Math.abs(f.change).toLocaleString("en-GB")}`;
}

function Notes({ outcomes: o }: { outcomes: Outcomes }) {
  return (
    <section class="panel lists">
      <h2>How to read it</h2>
      <p>* Fewer than 5, or kept back so that such a count cannot be worked out from the others. Totals of such a column are not given.</p>
      {[o.period, o.before].map((p) => p.missing?.length && <p key={p.from}>{`${spanText(p)} is not whole, and there may have been more: ${p.missing.map(whyText).join("; ")}.`}</p>)}
      <dl>
        {o.outcomes.map((m) => (
          <>
            <dt>{m.title}</dt>
            <dd>{m.definition}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function whyText(m: { feed?: string; why: string }): string {
  const name = state.value?.feeds.get(m.feed ?? "")?.name ?? m.feed;
  return m.why === "never" ? `${name} had not spoken yet in some of it` : `${name} was silent in some of it`;
}
