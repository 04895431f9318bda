// The clauses in the tab of documents: one at a time is opened to be corrected, in a document that is kept or a file that is not yet.
// Where it is, how its editor is fetched and how a correction is sent is told by ``documents.js``.
import { all, failure, one } from "./shared.js";

const button = (at, tree, doc = "edit") => one(`[data-doc=${doc}][data-at="${at}"]`, tree);

export function close(form) {
  const tree = form.closest("[data-doc-tree]");
  const opener = button(form.dataset.at, tree);
  form.remove();
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus();
}

export async function edit(opener, fetched) {
  const branch = opener.closest("li");
  const open = one("[data-doc-part]", branch);
  if (open) return close(open);
  all("[data-doc-part]", opener.closest("[data-doc-tree]")).forEach(close);
  const told = await fetched(Number(opener.dataset.at));
  if (!branch.isConnected || one("[data-doc-part]", branch)) return;
  branch.insertAdjacentHTML("beforeend", told.ok ? told.html : "");
  if (!told.ok) return branch.append(...failures(told.html));
  opener.setAttribute("aria-expanded", "true");
  const form = one("[data-doc-part]", branch);
  one("input, button", form)?.focus();
  form.scrollIntoView({ block: "nearest" });
}

// What was changed in the boxes of an editor.
export function changed(form) {
  const changes = {};
  for (const box of all("input", form)) if (box.value.trim() !== box.dataset.read.trim()) changes[box.name] = box.value.trim() || null;
  return changes;
}

// After a correction: back to the clause that it was made at, else to the one that it is a piece of now.
export function land(at, place) {
  const tree = one("[data-doc-tree]", place);
  const edits = all("[data-doc=edit]", tree || place);
  const target = button(at, place) || edits.filter((other) => Number(other.dataset.at) <= at).sort((a, b) => b.dataset.at - a.dataset.at)[0] || edits[0];
  const others = target?.closest(".doc-others");
  if (others) others.open = true;
  target?.focus({ preventScroll: true });
  target?.closest("li").scrollIntoView({ block: "nearest" });
}

export function refuse(place, html) {
  const told = failures(html);
  place.replaceChildren(...told);
  told[0]?.scrollIntoView({ block: "nearest" });
}

function failures(html) {
  const made = document.createElement("div");
  made.innerHTML = html;
  const found = all(".failure", made);
  return found.length ? found : [failure(made.textContent)];
}
