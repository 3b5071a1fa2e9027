// Roles in words. Owners are roles, never people. Pure.

import { words } from "./format";

/** In which roles a visitor decides. */
export const roles: Record<string, string> = {
  coordinator: "desk coordinator",
  clinical_site_manager: "clinical site manager",
  on_call_manager: "on-call manager",
  on_call_director: "on-call director",
  icb_on_call: "ICB on-call",
  systems_desk: "systems desk",
};

const short: Record<string, string> = { coordinator: "desk", clinical_site_manager: "site manager", on_call_manager: "manager", on_call_director: "director", icb_on_call: "ICB" };

export function roleName(code: string): string {
  return roles[code] ?? words(code).replace(/\bon call\b/, "on-call").replace(/\b(ed|icb)\b/g, (w) => w.toUpperCase());
}

/** The role in a word or two. */
export function roleBrief(code: string): string {
  return short[code] ?? roleName(code);
}
