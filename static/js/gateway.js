// Behind the Hub's gateway every write needs the header `x-xsrf-token`, which a form by
// itself cannot send. So htmx sends the forms, and their answer takes the place of <main>.

const { htmx } = globalThis;
const xsrfToken = () => /(?:^|;\s*)XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1] ?? "";
const HEADER = "x-xsrf-token";

document.addEventListener("htmx:load", ({ target }) => {
  for (const form of target.querySelectorAll("form[method=post]:not([hx-post], [data-download])")) {
    form.setAttribute("hx-boost", "true");
    form.setAttribute("hx-target", "#main");
    form.setAttribute("hx-select", "#main");
    form.setAttribute("hx-swap", "outerHTML show:window:top");
    form.setAttribute("hx-disabled-elt", "find button[type=submit]");
    htmx.process(form);
  }
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers[HEADER] = xsrfToken();
  // The server answers such a form with the whole page, as without script.
  if (detail.headers["HX-Boosted"]) delete detail.headers["HX-Request"];
});

// The session at the gateway has ended, or the answer is the page of a refusal.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 401) {
    location.assign("/login");
  } else if (detail.boosted && detail.xhr.status >= 400) {
    detail.shouldSwap = true;
  }
});

// A form whose answer is a file. What comes instead of one is told in the form: its page may show a secret, and must stay.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("download" in form.dataset)) return;
  event.preventDefault();
  form.querySelector("[role=alert]")?.remove();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const request = { method: "POST", body, headers: { [HEADER]: xsrfToken() } };
  const answer = await fetch(form.action, request).catch(() => null);
  const name = /filename="([^"]+)"/.exec(answer?.headers.get("Content-Disposition"))?.[1];
  if (!answer?.ok || !name) {
    const told = Object.assign(document.createElement("p"), { className: "field-error", role: "alert" });
    form.append(told);
    told.textContent = await refusal(answer) || document.getElementById("main").dataset.noFile;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
});

// What the page of a refusal says; empty for any other answer.
async function refusal(answer) {
  const page = new DOMParser().parseFromString(await answer?.text() ?? "", "text/html");
  return Array.from(page.querySelectorAll("[data-refusal]"), (sentence) => sentence.textContent).join(" ");
}
