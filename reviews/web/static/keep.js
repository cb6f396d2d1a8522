// Optional: a passage is saved without leaving the page. Without JavaScript, the form goes to the server and comes back.
"use strict";
document.getElementById("keep")?.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  if (!button || form.dataset.plain) return;
  event.preventDefault();
  const place = button.closest(".r-save"), what = button.querySelector(".govuk-visually-hidden")?.textContent.trim() ?? "";
  const sent = new URLSearchParams({ [button.name]: button.value, part: "1", what });
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".r-save");
    fresh.id = place.id;
    place.replaceWith(fresh);
    const link = fresh.querySelector("a");
    for (const each of link ? document.querySelectorAll(".r-save a") : []) each.textContent = link.textContent;
    document.getElementById("said").textContent = button.name === "drop" ? "Removed" : "Saved";
    fresh.querySelector("a, button").focus();
  } catch {
    form.dataset.plain = "1"; // the server says on a page of its own what is wrong
    form.requestSubmit(button);
  }
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.closest(".r-scripted").hidden = false;
  button.addEventListener("click", () => print());
}
