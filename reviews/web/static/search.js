// Optional help with a search. Part of a name narrows a long list of filters; without JavaScript, "Show all" opens it.
for (const box of document.querySelectorAll("[data-narrows]")) {
  const facet = box.closest("fieldset");
  const more = facet.querySelector("details");
  box.hidden = false;
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const choice of facet.querySelectorAll(".r-choice")) {
      choice.hidden = !choice.textContent.toLowerCase().includes(wanted) && !choice.querySelector("input").checked;
    }
    if (more) more.open = wanted !== "";
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
// Optional: suggestions as one types. Without JavaScript, a button beside the box lists the same as links.
const input = document.getElementById("q");
const KINDS = { theme: "theme", board: "board", word: "", recent: "searched before" };
const kept = () => { try { return JSON.parse(localStorage.getItem("reviews-recent")) || []; } catch { return []; } };

function recently(typed) {
  const wanted = typed.trim().toLowerCase();
  return kept().filter((each) => each.text.toLowerCase().startsWith(wanted) && each.text !== typed).slice(0, 3)
    .map((each) => ({ kind: "recent", label: each.text, query: each.text, reports: null }));
}

if (input && input.dataset.suggestions) {
  const list = document.createElement("ul");
  list.id = "ideas";
  list.className = "r-ideas";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", "ideas");
  let at = -1;
  let timer;
  let asked = 0;

  function close() {
    at = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(option) {
    input.value = option.dataset.query;
    close();
    input.form.requestSubmit();
  }
  function move(step) {
    const options = list.children;
    if (at >= 0) options[at].setAttribute("aria-selected", "false");
    at = (at + step + options.length + 1) % (options.length + 1);
    if (at === options.length) { at = -1; input.removeAttribute("aria-activedescendant"); return; }
    options[at].setAttribute("aria-selected", "true");
    options[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[at].id);
  }
  function show(ideas) {
    list.replaceChildren(...ideas.map((idea, number) => {
      const option = document.createElement("li");
      option.id = `idea-${number}`;
      option.className = "r-idea";
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.query = idea.query;
      const about = [KINDS[idea.kind], idea.reports === null ? "" : `${idea.reports} ${idea.reports === 1 ? "report" : "reports"}`].filter(Boolean).join(", ");
      const more = document.createElement("span");
      more.textContent = about ? ` ${about}` : "";
      option.append(idea.label, more);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    at = -1;
    list.hidden = !ideas.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    document.getElementById("said").textContent = ideas.length ? `${ideas.length} suggestions. Use the arrow keys.` : "";
  }
  async function ask() {
    const typed = input.value;
    const turn = ++asked;
    if (typed.trim().length < 2) { close(); return; }
    try {
      const answer = await fetch(`${input.dataset.suggestions}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || turn !== asked || document.activeElement !== input) return;
      show([...recently(typed), ...(await answer.json()).suggestions]);
    } catch { close(); }
  }
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(list.children[at]); }
  });
}
// Optional: the last searches, kept in this browser only, and gone after signing out.
const answered = document.getElementById("answers");
if (answered && answered.dataset.asked) {
  const now = { text: answered.dataset.asked, address: location.search };
  try { localStorage.setItem("reviews-recent", JSON.stringify([now, ...kept().filter((each) => each.text !== now.text)].slice(0, 8))); } catch { /* the browser keeps nothing */ }
}
const recent = document.getElementById("recent");
if (recent && kept().length) {
  const here = new URL(input.form.action);
  document.getElementById("recent-list").append(...kept().map((each) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = here.pathname + (each.address.startsWith("?") ? each.address : "");
    link.textContent = each.text;
    item.append(link);
    return item;
  }));
  recent.hidden = false;
  document.getElementById("recent-clear").addEventListener("click", () => { localStorage.removeItem("reviews-recent"); recent.hidden = true; input.focus(); });
}
