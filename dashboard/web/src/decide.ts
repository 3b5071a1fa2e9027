// What a coordinator decides: posted to the centre, which answers when it is known
// whether it has effect.

import { signal } from "@preact/signals";
import { said } from "./outcome";
import type { Said } from "./outcome";
import { roles } from "./roles";

/** In which role the visitor decides, for as long as the window is open. */
export const role = signal(kept());

function kept(): string {
  const role = sessionStorage.getItem("role") ?? "";
  return role in roles ? role : "coordinator";
}

export function act(as: string): void {
  role.value = as;
  sessionStorage.setItem("role", as);
}

/** The desk's token, where the centre asks for one. */
export const token = signal(sessionStorage.getItem("desk-token") ?? "");
export const tokenAsked = signal(false);

export function giveToken(text: string): void {
  token.value = text;
  tokenAsked.value = false;
  sessionStorage.setItem("desk-token", text);
}

/** Posts one decision. at is when it was so, where that is not now; as is in which role. */
export async function decide(type: string, data: Record<string, unknown>, at?: string, as = role.value): Promise<Said> {
  const decision = { id: newID(), type: `flowcentre.${type}.v1`, ...(at ? { time: at } : {}), data: { ...data, role: as } };
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  const answer = await fetch("/api/v1/decisions", { method: "POST", headers, body: JSON.stringify(decision) }).catch(() => null);
  if (!answer) return { taken: false, text: "The centre cannot be reached. Nothing is confirmed: look at the state before you try again." };
  const told = await answer.json().catch(() => null);
  if (answer.status === 401) tokenAsked.value = true;
  return said(answer.ok, told);
}

/** An id that no other decision has; crypto.randomUUID is not there without TLS. */
function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `desk-${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}
