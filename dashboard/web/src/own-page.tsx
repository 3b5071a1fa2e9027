// A provider's own page: what is free, told with one tap or a few. It follows no stream and
// knows nothing of the wall.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { by, changed, clock, due, free, kinds, lacks, most, note, nothing, reasons, report, step, still, summary, when } from "./own";
import type { Edits, OwnPlaces, Sort } from "./own";

const ASK_MS = 20_000;
const KEPT = "places-edits";

const state = signal<OwnPlaces | null>(null);
const gone = signal(""); // why there is nothing to see
const edits = signal<Edits>(kept());
const message = signal<{ text: string; bad: boolean } | null>(null);
const busy = signal(false);
const heard = signal(0); // by the browser's own clock, when the state came
const tick = signal(0);

/** What was typed before the page was loaded again. */
function kept(): Edits {
  try {
    return { ...nothing, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return nothing;
  }
}

function edit(e: Edits): void {
  edits.value = e;
  attempt = null;
  sessionStorage.setItem(KEPT, JSON.stringify(e));
}

const address = () => `/api/v1/places/${location.pathname.split("/")[2] ?? ""}`;

function take(s: OwnPlaces): void {
  state.value = s;
  heard.value = performance.now();
}

async function look(): Promise<void> {
  const answer = await fetch(address(), { cache: "no-store" }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told) take(told);
  else if (answer && (answer.status === 404 || answer.status === 410)) gone.value = `${told?.title ?? "This link has ended"}. ${told?.next ?? "Ring the flow centre."}`;
  else if (!state.value) message.value = { text: "The flow centre cannot be reached. Trying again.", bad: true };
}

// The same report sent again after a lost answer has the same id, and counts once.
let attempt: { id: string; body: string } | null = null;

function newID(): string {
  return `link-${[...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

async function send(told: Record<string, unknown>, said: (s: OwnPlaces) => string): Promise<void> {
  const body = JSON.stringify(told);
  if (attempt?.body !== body) attempt = { id: newID(), body };
  busy.value = true;
  const answer = await fetch(address(), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...told, id: attempt.id }) }).catch(() => null);
  const result = await answer?.json().catch(() => null);
  busy.value = false;
  if (answer?.ok && result) {
    take(result);
    edit(nothing);
    message.value = result.outcome === "unknown" ? { text: "Saved. The wall does not show it yet.", bad: false } : { text: said(result), bad: false };
  } else if (!answer) {
    message.value = { text: "Not saved: there is no connection. What you typed is kept on this phone. Try again.", bad: true };
  } else if (answer.status === 409 && result?.places) {
    take(result.places);
    attempt = null;
    const now = result.places as OwnPlaces;
    const told = now.places.told ? ` At ${when(now.places.told, now.at, now.time_zone)} it was told: ${summary(now.places)}.` : "";
    message.value = { text: `Not saved. ${result.detail}${told} ${changed(now.places, edits.value) ? "Save again if yours is right." : ""}`, bad: true };
  } else if (answer.status === 404 || answer.status === 410) {
    gone.value = `${result?.title ?? "This link has ended"}. ${result?.next ?? "Ring the flow centre."}`;
  } else {
    message.value = { text: `Not saved: ${result?.detail ?? "the flow centre did not take it."} ${result?.next ?? "Try again."}`, bad: true };
  }
}

export function Places() {
  useEffect(() => {
    void look();
    const ask = setInterval(() => document.visibilityState === "visible" && !busy.value && void look(), ASK_MS);
    const turn = setInterval(() => tick.value++, 1000);
    const seen = () => document.visibilityState === "visible" && void look();
    addEventListener("visibilitychange", seen);
    addEventListener("online", seen);
    return () => {
      clearInterval(ask);
      clearInterval(turn);
      removeEventListener("visibilitychange", seen);
      removeEventListener("online", seen);
    };
  }, []);
  const s = state.value;
  useEffect(() => {
    document.title = s ? `${s.name}, your places` : "Your places";
  }, [s?.name]);
  if (gone.value) {
    return (
      <main class="places">
        <h1>Your places</h1>
        <p class="places-card" role="alert">
          {gone.value}
        </p>
      </main>
    );
  }
  if (!s) {
    return (
      <main class="places">
        <h1>Your places</h1>
        <p class="places-card" role="status">
          {message.value?.text ?? "Asking the flow centre…"}
        </p>
      </main>
    );
  }
  return <Told s={s} />;
}

function Told({ s }: { s: OwnPlaces }) {
  void tick.value;
  const now = new Date(Date.parse(s.at) + performance.now() - heard.value).toISOString();
  const open = s.places.sorts.reduce((sum, sort) => sum + sort.open, 0);
  const e = edits.value;
  const dirty = changed(s.places, e);
  return (
    <main class="places">
      <p class="places-top">
        <span data-hook="clock">{clock(now, s.time_zone)}</span>
        <span>Your places</span>
      </p>
      <h1>{s.name}</h1>
      <p class="places-what">{[kinds[s.kind] ?? s.kind, s.locality, `${open} places`].filter(Boolean).join(", ")}</p>

      <section class="places-card" aria-label="What you told last">
        <h2 data-hook="told">{s.places.told ? `You told us ${s.places.state === "old" ? "last " : ""}${when(s.places.told, now, s.time_zone)}` : "You have not told us yet"}</h2>
        <p>
          {s.places.told && `${by(s.places)} `}
          {due({ ...s, at: now })}
        </p>
      </section>

      {message.value && (
        <p class="places-card places-message" data-bad={message.value.bad || undefined} role={message.value.bad ? "alert" : "status"} data-hook="message">
          {message.value.text}
        </p>
      )}

      {s.seq > 0 && (
        <button class="places-still" disabled={busy.value || dirty} onClick={() => void send({ seq: s.seq, still_true: true }, (n) => `Thank you. Told at ${clock(n.at, n.time_zone)}: still true.`)} data-hook="still">
          <b>Still true</b>
          <span>{dirty ? "You have changed something: save it below" : still(s.places)}</span>
        </button>
      )}

      <section class="places-card" aria-label="Places free now">
        <h2 class="places-quiet">{s.seq > 0 ? "Or change a number" : "How many are free?"}</h2>
        {s.places.sorts.map((sort) => (
          <Stepper key={sort.id} sort={sort} e={e} />
        ))}
      </section>

      <Open s={s} e={e} />
      {s.kind === "care_home" && (
        <section class="places-card">
          <Choice label="Can assess somebody today" value={e.assess ?? s.places.assess} set={(assess) => edit({ ...e, assess })} />
          <Choice label="Own residents can come back" value={e.returns ?? s.places.returns} set={(returns) => edit({ ...e, returns })} />
        </section>
      )}

      <button class="places-save" disabled={!dirty || busy.value || lacks(e) !== ""} onClick={() => void send(report(s, e), (n) => `Saved at ${clock(n.at, n.time_zone)}: ${summary(n.places)}.`)} data-hook="save">
        {dirty ? lacks(e) || "Save" : "Nothing to save yet"}
      </button>
      {s.undo && now < s.undo.until && !dirty && (
        <button class="places-undo" disabled={busy.value} onClick={() => void send({ seq: s.seq, undo: s.undo!.id }, () => "Taken back. What was told before stands again.")} data-hook="undo">
          Take the last report back
        </button>
      )}
      <p class="places-foot">
        The flow centre sees numbers only, never names.
        {s.places.expires && s.places.state === "told" && ` After ${when(s.places.expires, now, s.time_zone)} the wall marks your places old.`}
      </p>
    </main>
  );
}

function Stepper({ sort, e }: { sort: Sort; e: Edits }) {
  const value = free(sort, e);
  return (
    <div class="places-row" data-sort={sort.id}>
      <p>
        <b>{sort.name}</b>
        <span>{note(sort, value)}</span>
      </p>
      <button aria-label={`One fewer ${sort.name} free`} disabled={value === 0} onClick={() => edit(step(sort, e, -1))}>
        −
      </button>
      <output aria-live="polite" aria-label={`${sort.name} free`}>
        {value ?? "—"}
      </output>
      <button aria-label={`One more ${sort.name} free`} disabled={value !== null && value >= most(sort)} onClick={() => edit(step(sort, e, 1))}>
        +
      </button>
    </div>
  );
}

function Open({ s, e }: { s: OwnPlaces; e: Edits }) {
  const accepting = e.accepting ?? s.places.accepting;
  const why = e.accepting === undefined ? s.places.reason : e.reason;
  return (
    <section class="places-card">
      <button class="places-switch" role="switch" aria-checked={accepting} onClick={() => edit({ ...e, accepting: !accepting, reason: undefined })} data-hook="accepting">
        <span>
          <b>Open to new people</b>
          <span>{accepting ? "Turn off if closed, and say why" : why ? `Closed: ${(reasons[why] ?? why).toLowerCase()}` : "Closed. Why?"}</span>
        </span>
        <i />
      </button>
      {!accepting && (
        <div class="places-reasons" role="group" aria-label="Why closed">
          {s.reasons.map((r) => (
            <button key={r} aria-pressed={why === r} onClick={() => edit({ ...e, accepting: false, reason: r })}>
              {reasons[r] ?? r}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function Choice({ label, value, set }: { label: string; value: boolean | undefined; set: (to: boolean) => void }) {
  return (
    <div class="places-choice" role="group" aria-label={label}>
      <p>
        <b>{label}</b>
        {value === undefined && <span>not told yet</span>}
      </p>
      <button aria-pressed={value === true} onClick={() => set(true)}>
        Yes
      </button>
      <button aria-pressed={value === false} onClick={() => set(false)}>
        No
      </button>
    </div>
  );
}
