// Parts of the forms at the desk: a button that opens a form in place, a choice, and what
// became of what was decided.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { act, decide, giveToken, role, tokenAsked } from "./decide";
import type { Said } from "./outcome";
import { roles } from "./roles";

/** In which role the visitor decides. There is no sign-in yet: the role is what they say. */
export function RoleChoice() {
  return (
    <label class="role-choice">
      Acting as{" "}
      <select value={role.value} onChange={(e) => act(e.currentTarget.value)}>
        {Object.entries(roles).map(([code, name]) => (
          <option key={code} value={code}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** Asks for the desk's token once the centre has asked for it. */
export function TokenField() {
  const text = useSignal("");
  if (!tokenAsked.value) return null;
  return (
    <form
      class="token panel"
      onSubmit={(e) => {
        e.preventDefault();
        giveToken(text.value);
      }}
    >
      <label>
        The centre asks for the desk's token{" "}
        <input type="password" autocomplete="off" value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
      </label>
      <button type="submit">Use it</button>
    </form>
  );
}

export function Choice({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** What is decided: the kind of fact without its prefix, and its data. */
export interface Decision {
  type: string;
  data: Record<string, unknown>;
  at?: string;
}

/** A decision of one press. */
export function Press({ children, label, make, primary = false }: { children: ComponentChildren; label: string; make: () => Decision; primary?: boolean }) {
  const found = useSignal<Said | null>(null);
  const waits = useSignal(false);
  const go = async () => {
    if (waits.value) return;
    waits.value = true;
    const d = make();
    found.value = await decide(d.type, d.data, d.at);
    waits.value = false;
  };
  return (
    <span class="press">
      <button type="button" class={primary ? "primary" : ""} aria-disabled={waits.value} onClick={go}>
        {children}
        <span class="unseen"> {label}</span>
      </button>
      <Outcome said={found.value} />
    </span>
  );
}

interface FormProps {
  label: string;
  children: ComponentChildren;
  button: string;
  make: () => Decision;
  ready?: boolean;
}

/** A form that decides with the button at its end, and then says what became of it. */
export function DecisionForm({ label, children, button, make, ready = true, onSaid }: FormProps & { onSaid: (said: Said) => void }) {
  const waits = useSignal(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (waits.value || !ready) return;
    waits.value = true;
    const d = make();
    const said = await decide(d.type, d.data, d.at);
    waits.value = false;
    onSaid(said);
  };
  return (
    <form class="ask-form" aria-label={label} onSubmit={submit}>
      {children}
      <button type="submit" class="primary" disabled={!ready} aria-disabled={waits.value}>
        {button}
      </button>
    </form>
  );
}

/** A button that opens such a form under it, and closes it once the decision is taken. */
export function Ask({ open, ...form }: FormProps & { open: string }) {
  const shown = useSignal(false);
  const found = useSignal<Said | null>(null);
  const take = (said: Said) => {
    found.value = said;
    if (said.taken) shown.value = false;
  };
  return (
    <div class="ask">
      <button type="button" aria-expanded={shown.value} onClick={() => ((shown.value = !shown.value), (found.value = null))}>
        {shown.value ? "Put away" : open}
        {form.label !== open && <span class="unseen">: {form.label}</span>}
      </button>
      {shown.value && <DecisionForm {...form} onSaid={take} />}
      <Outcome said={found.value} />
    </div>
  );
}

export function Outcome({ said }: { said: Said | null }) {
  return (
    <span role="status" class={said ? (said.taken ? "outcome" : "outcome outcome-refused") : "unseen"}>
      {said?.text ?? ""}
    </span>
  );
}
