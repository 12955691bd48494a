// Tells the time zone that this browser is set to: to the sign-in by its link, and on the
// page of settings as an offer beside the list.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

document.addEventListener("htmx:load", ({ target }) => {
  for (const link of target.querySelectorAll("a[data-tell-zone]")) {
    const url = new URL(link.href);
    url.searchParams.set("zone", zone);
    link.href = url;
  }
  for (const button of target.querySelectorAll("button[data-use-zone]")) {
    const select = document.getElementById(button.dataset.useZone);
    const isListed = [...select.options].some((option) => option.value === zone);
    button.hidden = !isListed || select.value === zone;
    button.textContent = button.dataset.label.replace("{zone}", zone);
  }
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-use-zone]");
  if (!button) return;
  const select = document.getElementById(button.dataset.useZone);
  select.value = zone;
  select.focus();
  button.hidden = true;
});
