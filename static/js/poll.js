// Marks what a page asks for by itself (hx-trigger="load delay:…"): that is no use of the session, which may end as idle.

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.getAttribute("hx-trigger")?.startsWith("load delay:")) detail.headers["X-Poll"] = "1";
});
