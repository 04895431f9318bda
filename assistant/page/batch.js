// The batch tab: sends a file of questions, tells how far it is, offers the file with the answers.
import { language, one } from "./shared.js";

let sending = null;

async function runBatch(form, file) {
  const words = JSON.parse(one("[data-words]", form).dataset.words);
  const part = (name) => one(`[data-${name}]`, form);
  const show = (name, shown) => (part(name).hidden = !shown);
  const bar = one("progress", form);
  sending?.abort();
  sending = new AbortController();
  show("running", true);
  show("outcome", false);
  show("failure", false);
  part("state").textContent = words.batch_reading;
  bar.removeAttribute("value");
  try {
    const query = new URLSearchParams({ name: file.name, lang: language() });
    const response = await fetch(`page/batch?${query}`, { method: "POST", body: file, signal: sending.signal });
    if (!response.ok) throw new Error(new DOMParser().parseFromString(await response.text(), "text/html").body.textContent);
    for await (const told of lines(response)) {
      if (told.error) throw new Error(told.error);
      bar.max = told.total;
      bar.value = told.done;
      part("state").textContent = words.batch_running.replace("{done}", told.done).replace("{total}", told.total);
      if (told.file) {
        const bytes = Uint8Array.from(atob(told.file), (mark) => mark.charCodeAt(0));
        const link = part("result");
        URL.revokeObjectURL(link.href);
        link.href = URL.createObjectURL(new Blob([bytes]));
        link.download = told.name;
        part("said").textContent = words.batch_done.replace("{total}", told.total);
        show("outcome", true);
        link.focus();
      }
    }
  } catch (problem) {
    const stopped = problem.name === "AbortError";
    part("failure").textContent = stopped ? words.batch_stopped : problem instanceof TypeError ? words.unreachable : problem.message;
    show("failure", true);
  }
  show("running", false);
  one("input[type=file]", form).value = "";
}

async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += value || "";
    const found = rest.split("\n");
    rest = found.pop();
    for (const line of found) if (line) yield JSON.parse(line);
    if (!done) continue;
    if (rest) yield JSON.parse(rest);
    return;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && "stop" in button.dataset && button.closest("[data-batch]")) sending?.abort();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-batch] input[type=file]") && event.target.files[0]) runBatch(event.target.form, event.target.files[0]);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-batch]")) event.preventDefault();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) runBatch(place.closest("form"), event.dataTransfer.files[0]);
  });
}
