// Proposes the internal name of an application while its display name is typed, as portal/cockpit/rules.py does it.
const LONGEST = 20;

for (const proposed of document.querySelectorAll("[data-proposed-from]")) {
  const source = document.getElementById(proposed.dataset.proposedFrom);
  let own = proposed.value !== "";
  proposed.addEventListener("input", () => { own = proposed.value !== ""; });
  source.addEventListener("input", () => {
    if (own) return;
    const plain = source.value.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toLowerCase();
    proposed.value = plain.replace(/[^a-z0-9]/g, "").replace(/^[0-9]+/, "").slice(0, LONGEST);
  });
}
