// <button data-copy="id of an input or code" data-copied="…" data-failed="…">

function select(source) {
  if (source.select) {
    source.focus();
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  let text = button.dataset.copied;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    // No permission, or a page without https: the reader presses Ctrl+C.
    select(source);
    text = button.dataset.failed;
  }
  document.dispatchEvent(new CustomEvent("bindery:say", { detail: text }));
});
