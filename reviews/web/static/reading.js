// Optional help with reading: from mention to mention without loading the page again, and a picture that follows the
// text. Without JavaScript, the links of the bar do the same with a page each.
const bar = document.querySelector(".r-bar");
const text = document.getElementById("text");
const viewer = document.getElementById("viewer");
const marks = new Map([...document.querySelectorAll("mark[id]")].map((mark) => [Number(mark.id.slice(1)), mark]));
const total = Number(bar.dataset.total);
const place = bar.dataset.place;  // "Mention", or "Paragraph" with some of the words
let now = Number(bar.dataset.now);

function steps() {
  for (const link of bar.querySelectorAll("[data-step]")) {
    const next = now + Number(link.dataset.step);
    if (marks.has(next)) { link.hash = `m${next}`; link.hidden = false; }
    else if (next < 1 || next > total) link.hidden = true;
  }
}
function mark_as_read(number) {
  if (!marks.has(number)) return;
  now = number;
  bar.querySelector("[data-mention]").textContent = `${place} ${number} of ${total}`;
  for (const [each, mark] of marks) mark.classList.toggle("r-now", each === number);
  steps();
}
function go(number, link) {
  const mark = marks.get(number);
  if (!mark) { if (!link.hidden) location.href = link.href; return; }
  mark_as_read(number);
  history.replaceState(history.state, "", `#m${number}`);
  mark.scrollIntoView({ block: "start" });
  document.getElementById("said").textContent = `${place} ${number} of ${total}`;
}

if (total) {
  const start = document.querySelector(":target");
  const inside = start && (start.matches("mark[id]") ? start : start.querySelector("mark[id]") || start);
  const number = inside && inside.id.startsWith("m") ? Number(inside.id.slice(1)) : now;
  for (const link of bar.querySelectorAll("[data-step]")) {
    link.addEventListener("click", (event) => {
      const next = now + Number(link.dataset.step);
      if (marks.has(next)) { event.preventDefault(); go(next, link); }
    });
  }
  mark_as_read(number);
  // One letter is a shortcut only as long as the person wants it (WCAG 2.1.4).
  const keys = document.getElementById("keys");
  keys.closest("label").hidden = false;
  try { keys.checked = localStorage.getItem("reviews-keys") !== "off"; } catch { /* the browser keeps nothing */ }
  keys.addEventListener("change", () => { try { localStorage.setItem("reviews-keys", keys.checked ? "on" : "off"); } catch { /* as above */ } });
  document.addEventListener("keydown", (event) => {
    if (!keys.checked || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const step = { n: 1, p: -1 }[event.key];
    const link = step && bar.querySelector(`[data-step="${step}"]`);
    if (link && !link.hidden) go(now + step, link);
  });
}

// The page of the text that is being read: the last that began above the middle of the screen.
const breaks = [...document.querySelectorAll(".r-break")];
let page = Number(bar.querySelector("[data-page-now]").textContent);
const headings = [...document.querySelectorAll(".r-heading")];
const section = bar.querySelector(".r-bar__section");
const above = (each) => each.getBoundingClientRect().top < innerHeight / 2;
function follow() {
  const heading = section && headings.filter(above).at(-1);
  if (heading) section.textContent = heading.textContent.trim().slice(0, 60);
  const reading = Number((breaks.filter(above).at(-1) ?? breaks[0])?.dataset.page ?? page);
  if (reading === page) return;
  page = reading;
  bar.querySelector("[data-page-now]").textContent = String(page);
  if (viewer) viewer.dispatchEvent(new CustomEvent("turn", { detail: page }));
}
let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; follow(); });
}, { passive: true });

// An address without a place in it, as people type it: to where its page begins, like the links to it.
const start = document.querySelector("[data-start]");
const [came] = performance.getEntriesByType("navigation");
if (start && !location.hash && came?.type === "navigate") document.querySelector(start.hash)?.scrollIntoView({ block: "start" });

// On a phone, the text or the picture.
const choice = bar.querySelector("[data-switch]");
if (choice && text) {
  const root = document.documentElement;
  root.classList.add("r-reads-text");
  choice.addEventListener("click", (event) => {
    event.preventDefault();
    const to_picture = root.classList.toggle("r-reads-picture");
    root.classList.toggle("r-reads-text", !to_picture);
    choice.textContent = to_picture ? "Text" : "Picture";
    if (viewer) viewer.dispatchEvent(new CustomEvent("turn", { detail: page }));
  });
}
