// Optional: a button that copies a citation. Without JavaScript, the citation can be selected and copied.
"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const citation = button.closest("details").querySelector(button.dataset.copy === "harvard" ? "[data-harvard]" : ".r-citation");
    const words = button.dataset.copy === "quoted" && button.closest(".r-passage, .r-paragraph").querySelector("blockquote, :scope > p.govuk-body");
    const label = button.textContent;
    let message = "Copied";
    try {
      await navigator.clipboard.writeText(words ? `“${words.textContent.trim()}”\n${citation.textContent}` : citation.textContent);
    } catch {
      // Browsers allow this only with https. Otherwise, select the citation so that Ctrl+C copies it.
      getSelection().selectAllChildren(citation);
      message = "Selected: copy it with Ctrl+C";
    }
    button.textContent = message;
    document.getElementById("said").textContent = message;
    setTimeout(() => { button.textContent = label; }, 4000);
  });
}
// A progress page reloads itself.
const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), 1000 * Number(waiting.dataset.reload));
// Whoever signs out leaves no searches behind for the next person at this computer.
const out = document.querySelector('form[action$="/sign-out"]');
if (out) out.addEventListener("submit", () => { try { localStorage.removeItem("reviews-recent"); } catch { /* nothing is kept */ } });
