// Comfort only: a button that puts a citation on the clipboard. Without it the citation can be selected and copied.
"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const citation = button.closest("details").querySelector(".r-citation");
    const words = button.dataset.copy && button.closest(".r-passage, .r-paragraph").querySelector("blockquote, :scope > p.govuk-body");
    const label = button.textContent;
    let told = "Copied";
    try {
      await navigator.clipboard.writeText(words ? `“${words.textContent.trim()}”\n${citation.textContent}` : citation.textContent);
    } catch {
      // Not allowed on a page without https: select it, so that one key press copies it.
      getSelection().selectAllChildren(citation);
      told = "Selected: copy it with Ctrl+C";
    }
    button.textContent = told;
    document.getElementById("said").textContent = told;
    setTimeout(() => { button.textContent = label; }, 4000);
  });
}
// A page that tells how far something is looks again by itself.
const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), 1000 * Number(waiting.dataset.reload));
