// The page's own script: tabs, the source view, look-up, batches, copying and exporting.
// What is shown comes as HTML from the server (page/…); every word of it, in both languages, too.
"use strict";
(() => {
  const root = document.documentElement;
  const language = () => (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  async function fragment(path, given, signal) {
    const query = new URLSearchParams({ ...given, lang: language() });
    const response = await fetch(`page/${path}?${query}`, { signal });
    return { ok: response.ok, html: await response.text() };
  }

  function failure(text) {
    const told = document.createElement("p");
    told.className = "failure";
    told.setAttribute("role", "alert");
    told.textContent = text;
    return told;
  }

  const unreachable = () => JSON.parse(one("[data-batch] [data-words]")?.dataset.words || "{}").unreachable || "";

  // ---- tabs

  function choose(name, focus = false) {
    const tabs = all("#tabs [role=tab]");
    const chosen = tabs.find((tab) => tab.dataset.tab === name) || tabs[0];
    if (!chosen) return;
    root.dataset.tab = chosen.dataset.tab;
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const panel = document.getElementById(`panel-${tab.dataset.tab}`);
      panel?.setAttribute("role", "tabpanel");
      panel?.setAttribute("aria-labelledby", tab.id);
    }
    if (focus) chosen.focus();
    const hash = chosen.dataset.tab === "chat" ? "" : `#${chosen.dataset.tab}`;
    if (location.hash !== hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
    if (chosen.dataset.tab === "lookup" && !one("[data-results]")?.childElementCount) look();
  }

  function step(event) {
    const tabs = all("#tabs [role=tab]");
    const at = tabs.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(tabs[(to + tabs.length) % tabs.length].dataset.tab, true);
  }

  // ---- the source view

  const view = document.createElement("dialog");
  view.id = "source";
  view.setAttribute("aria-labelledby", "source-title");
  let opener = null;
  let shownSource = null;
  let markAt = 0;

  async function openSource(button) {
    opener = button;
    shownSource = { document: button.dataset.source, marks: button.dataset.marks || "" };
    all("[data-source][aria-expanded]").forEach((other) => other.removeAttribute("aria-expanded"));
    await drawSource();
  }

  async function drawSource() {
    if (!shownSource) return;
    let told;
    try {
      told = await fragment("source", shownSource);
    } catch {
      told = { html: failure(unreachable()).outerHTML };
    }
    if (!view.isConnected) (one(".gradio-container") || document.body).append(view);
    view.innerHTML = told.html;
    if (!told.ok && !one("[data-close]", view)) view.insertAdjacentHTML("afterbegin", `<header><span></span><button type="button" class="close" data-close>×</button></header>`);
    const wide = innerWidth > 900;
    if (view.open) view.close();
    if (wide) view.show();
    else view.showModal();
    root.classList.add("with-source");
    const outline = one(".outline", view);
    if (outline) outline.open = view.clientWidth > 560;
    markAt = 0;
    showMark(0);
    (one("#source-title", view) || one("[data-close]", view))?.focus({ preventScroll: true });
  }

  function showMark(by) {
    const marks = all(".text mark", view);
    if (!marks.length) return;
    markAt = (markAt + by + marks.length) % marks.length;
    marks.forEach((mark, at) => mark.classList.toggle("current", at === markAt));
    within(marks[markAt], "center");
  }

  // Scrolls the text alone, never the page behind it.
  function within(target, block) {
    const text = one(".text", view);
    const there = target.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
    const lead = block === "center" ? text.clientHeight / 3 : 8;
    text.scrollTo({ top: Math.max(0, there - lead), behavior: still() ? "auto" : "instant" });
  }

  function closeSource() {
    view.close();
  }

  view.addEventListener("close", () => {
    if (view.open) return;
    root.classList.remove("with-source");
    shownSource = null;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  });

  // ---- copying

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const holder = document.createElement("textarea");
      holder.value = text;
      holder.style.cssText = "position:fixed;opacity:0";
      const host = view.open ? view : document.body;
      host.append(holder);
      holder.select();
      const done = document.execCommand("copy");
      holder.remove();
      return done;
    }
  }

  async function copyFrom(button) {
    const done = await copy(button.dataset.copy);
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = done ? button.dataset.copied : button.dataset.notCopied;
    button.classList.toggle("done", done);
    announce(button.textContent);
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = before;
      button.classList.remove("done");
    }, 1800);
  }

  const live = document.createElement("p");
  live.className = "sr-only";
  live.setAttribute("role", "status");
  function announce(text) {
    if (!live.isConnected) (one("main") || document.body).append(live);
    live.textContent = text;
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function exportConversation(button) {
    let asked = [];
    try {
      asked = JSON.parse(sessionStorage.getItem("asked") || "[]");
    } catch {
      return;
    }
    button.disabled = true;
    try {
      const body = JSON.stringify({ form: button.dataset.export, asked, lang: language() });
      const response = await fetch("page/export", { method: "POST", headers: { "content-type": "application/json" }, body });
      if (response.ok) save(await response.blob(), `conversation.${button.dataset.export}`);
      else one("#hint p").textContent = new DOMParser().parseFromString(await response.text(), "text/html").body.textContent;
    } catch {
      one("#hint p").textContent = unreachable();
    }
    button.disabled = false;
  }

  // ---- look-up: what was typed lives here, so that a change of language keeps it

  const sought = { view: "clauses", sort: "", fields: {} };
  let running = null;
  let timer = 0;

  function fields() {
    const form = one("[data-lookup]");
    return form ? Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "")) : {};
  }

  async function look() {
    const results = one("[data-results]");
    if (!results) return;
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    sought.fields = fields();
    const table = sought.view === "figures";
    root.classList.toggle("figures-view", table);
    const { kind, figures, ...plain } = sought.fields;
    const given = table ? { ...plain, ...(kind && { kind }), sort: sought.sort } : { ...plain, ...(figures && { figures }) };
    try {
      const told = await fragment(table ? "figures" : "lookup", given, signal);
      results.innerHTML = told.html;
    } catch (problem) {
      if (problem.name === "AbortError") return;
      results.replaceChildren(failure(unreachable()));
    }
    one("[data-count]").textContent = one("[data-counted]", results)?.textContent || "";
  }

  function lookSoon() {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  }

  function setView(name) {
    sought.view = name;
    all("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
    look();
  }

  function refill() {
    const form = one("[data-lookup]");
    if (!form) return;
    for (const [name, value] of Object.entries(sought.fields)) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = true;
      else if (field) field.value = value;
    }
    all("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === sought.view)));
    if (root.dataset.tab === "lookup") look();
    else one("[data-results]").replaceChildren();
  }

  function lookKeys(event) {
    const box = event.target.matches("[data-lookup] input[type=search]");
    const hit = event.target.closest("[data-hit]");
    const hits = all("[data-hit]");
    const at = hits.indexOf(hit);
    if (event.isComposing) return;
    if (box && event.key === "ArrowDown" && hits.length) reach(hits[0]);
    else if (box && event.key === "Enter") {
      clearTimeout(timer);
      look();
    } else if (!hit) return;
    else if (event.key === "ArrowDown") reach(hits[at + 1]);
    else if (event.key === "ArrowUp") at === 0 ? one("[data-lookup] input[type=search]").focus() : reach(hits[at - 1]);
    else if (event.key === "Escape") one("[data-lookup] input[type=search]").focus();
    else if (event.key === "Enter" && event.target === hit) one("[data-source]", hit)?.click();
    else if (event.key.toLowerCase() === "c" && !event.ctrlKey && !event.metaKey && !event.altKey) one("[data-copy]", hit)?.click();
    else return;
    event.preventDefault();
  }

  function reach(hit) {
    hit?.focus({ preventScroll: true });
    hit?.scrollIntoView({ block: "nearest", behavior: "auto" });
  }

  // ---- batches

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
      if (!response.ok) {
        const said = await response.text();
        throw new Error(said.startsWith("{") ? JSON.parse(said).error : new DOMParser().parseFromString(said, "text/html").body.textContent);
      }
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
      if (done) return;
    }
  }

  // ---- what happens: one listener each, for elements that come and go

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const button = at("button, a");
    if (at("#tabs [role=tab]")) choose(button.dataset.tab);
    else if (button?.dataset.source) openSource(button);
    else if (button?.dataset.copy) copyFrom(button);
    else if (button && "close" in button.dataset) closeSource();
    else if (button?.dataset.mark) showMark(Number(button.dataset.mark));
    else if (button?.dataset.part) {
      const part = document.getElementById(`part-${button.dataset.part}`);
      if (!part) return;
      if (view.clientWidth <= 560) one(".outline", view).open = false;
      within(part, "start");
      part.focus({ preventScroll: true });
    } else if (button?.dataset.view) setView(button.dataset.view);
    else if (button?.dataset.sort) {
      sought.sort = button.dataset.sort;
      look().then(() => one(`[aria-sort]:not([aria-sort=none]) button`)?.focus());
    } else if (button?.dataset.export) exportConversation(button);
    else if (button && "stop" in button.dataset) sending?.abort();
    else if (at(".card mark")) one("[data-source]", at(".card"))?.click();
    else if (at(".hit-text")) one("[data-source]", at("[data-hit]"))?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.("#tabs [role=tab]")) step(event);
    else if (event.key === "Escape" && view.open && view.contains(event.target)) closeSource();
    else if (event.target.closest?.("#lookup")) lookKeys(event);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-lookup] input[type=search]")) event.isComposing ? 0 : lookSoon();
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches("[data-lookup] input[type=search]")) lookSoon();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-batch] input[type=file]") && event.target.files[0]) runBatch(event.target.form, event.target.files[0]);
    else if (event.target.closest("[data-lookup]") && !event.target.matches("[type=search]")) look();
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("[data-lookup]")) setTimeout(look);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-lookup], [data-batch]")) event.preventDefault();
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
  document.addEventListener("spoken", () => {
    choose(root.dataset.tab);
    refill();
    if (view.open) drawSource();
  });

  document.addEventListener("chat", () => choose("chat", true));

  // The tabs come with Gradio's page, a moment after this script.
  root.dataset.tab = location.hash.slice(1) || "chat";
  const waiting = setInterval(() => {
    if (!one("#tabs [role=tab]")) return;
    clearInterval(waiting);
    choose(root.dataset.tab);
  }, 20);
})();
