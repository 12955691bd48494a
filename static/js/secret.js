// "Shown once" includes the Back button: the browser may keep a whole page in memory
// and show it again, so secrets leave the page before the page is left.

addEventListener("pagehide", () => {
  for (const shown of document.querySelectorAll("[data-secret]")) {
    const dialog = shown.closest("dialog");
    shown.textContent = shown.dataset.secret; // the sentence that says what to do now
    dialog?.close();
  }
});
