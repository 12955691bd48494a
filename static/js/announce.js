// Says a short text: readers hear it from a live region, everybody else sees the toast.
// Another module asks with: document.dispatchEvent(new CustomEvent("bindery:say", { detail: text })).
// Modules here do not import each other: an import would name a file without its cache hash.

const VISIBLE_MS = 4000;
const toast = document.getElementById("toast");
let timer;

document.addEventListener("bindery:say", ({ detail: text }) => {
  // Everything outside an open modal dialog is inert, so the dialog has a live region of its own.
  const region = document.querySelector("dialog[open] [data-live]") ?? document.querySelector("body > [data-live]");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });

  toast.textContent = text;
  if (toast.matches(":popover-open")) toast.hidePopover();
  toast.showPopover(); // again, to be above a dialog that was opened since
  clearTimeout(timer);
  timer = setTimeout(() => toast.hidePopover(), VISIBLE_MS);
});
