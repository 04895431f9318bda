// What the page's scripts share: finding elements, fetching drawn pieces, telling what failed.
export const root = document.documentElement;
export const language = () => (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export async function fragment(path, given, signal) {
  const query = new URLSearchParams({ ...given, lang: language() });
  const response = await fetch(`page/${path}?${query}`, { signal });
  return { ok: response.ok, html: await response.text() };
}

export function failure(text) {
  const told = document.createElement("p");
  told.className = "failure";
  told.setAttribute("role", "alert");
  told.textContent = text;
  return told;
}

// A word of the page that scripts need, in its language; they come with the batch tab.
export const word = (key) => JSON.parse(one("[data-batch] [data-words]")?.dataset.words || "{}")[key] || "";
export const unreachable = () => word("unreachable");
