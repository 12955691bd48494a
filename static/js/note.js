// Dismisses a note; the focus goes on to the content it stood above.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-dismiss]");
  if (!button) return;
  button.closest(".note").remove();
  document.getElementById("main").focus();
});
