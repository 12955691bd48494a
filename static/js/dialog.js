// Opens what htmx swaps into the dialog. Every dialog is also a page: if anything
// goes wrong on the way, the browser goes to that page instead.

const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
const isSticky = () => content.querySelector("[data-sticky]") !== null;

// A link that opens a dialog is still a link: Ctrl, Cmd and Shift open its page in a new tab.
document.addEventListener("click", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey;
  if (modified && event.target.closest("a[hx-get]")) event.stopPropagation();
}, { capture: true });

// A whole page (the session ended, so the answer is the sign-in page) does not belong in the dialog.
content.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (/^\s*<!doctype/i.test(xhr.responseText)) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  }
});

content.addEventListener("htmx:afterSwap", () => {
  if (!dialog.open) dialog.showModal();
  dialog.closedBy = isSticky() ? "none" : "closerequest";
  content.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (detail.target !== content) return;
    if (detail.elt.href) {
      location.assign(detail.elt.href);
    } else {
      // A form: sending it a second time by ourselves could do its work twice.
      document.dispatchEvent(new CustomEvent("bindery:say", { detail: dialog.dataset.failed }));
    }
  });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]") || !dialog.open) return;
  event.preventDefault();
  dialog.close();
});

// A secret that is shown once must not go with one careless Esc. `cancel` alone does not
// do: the browser skips it for a second Esc.
dialog.addEventListener("cancel", (event) => { if (isSticky()) event.preventDefault(); });
dialog.addEventListener("keydown", (event) => { if (event.key === "Escape" && isSticky()) event.preventDefault(); });
dialog.addEventListener("close", () => content.replaceChildren());
