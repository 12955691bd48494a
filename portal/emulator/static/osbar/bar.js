// The Hub bar of the emulator, in place of the Hub's own script at the same address. An application calls
//
//   _mdsp.init({ title, appId: "_mdspcontent", appInfoPath: "/app-info.json", initialize: true });
//
// and gets the bar above the element with the id `appId`. All data comes from the gateway on the application's
// host. No inline script or style, so the bar works under the Hub's default content security policy; and a shadow
// root, so neither the application's styles nor the bar's reach the other.
(function () {
  "use strict";

  const STYLES = new URL("../css/main.min.css", document.currentScript.src).href;
  const APIS = {
    tenant: "/api/tenantmanagement/v4/tenantInfo",
    person: "/api/im/v3/Users/me",
    profile: "/api/userprofilemanagement/v3/profiles/me",
    notifications: "/api/pushnotification/v3/notifications",
    customer: "/api/customers/v3/customers/me",
  };

  const WORDS = {
    en: {
      bar: "Insights Hub bar",
      launchpad: "Launchpad",
      tenant: "Tenant",
      environment: "Environment",
      notifications: "Notifications",
      none: "No notifications.",
      sessionEnds: (time) => `Your session ends at ${time}. Sign in again to start a new one.`,
      information: "Information",
      version: "Version",
      user: "User menu",
      signIn: "Sign in",
      signOut: "Sign out",
      lost: "The Hub did not tell who you are.",
    },
    de: {
      bar: "Insights-Hub-Leiste",
      launchpad: "Launchpad",
      tenant: "Mandant",
      environment: "Umgebung",
      notifications: "Benachrichtigungen",
      none: "Keine Benachrichtigungen.",
      sessionEnds: (time) => `Ihre Sitzung endet um ${time}. Melden Sie sich erneut an, um eine neue zu beginnen.`,
      information: "Informationen",
      version: "Version",
      user: "Benutzermenü",
      signIn: "Anmelden",
      signOut: "Abmelden",
      lost: "Der Hub hat nicht mitgeteilt, wer Sie sind.",
    },
  };

  const ICONS = {
    launchpad: "M4 4h4v4H4zM10 4h4v4h-4zM16 4h4v4h-4zM4 10h4v4H4zM10 10h4v4h-4zM16 10h4v4h-4zM4 16h4v4H4zM10 16h4v4h-4zM16 16h4v4h-4z",
    bell: "M6 17h12l-1.5-2v-4.5a4.5 4.5 0 0 0-9 0V15zM10 19.5a2 2 0 0 0 4 0",
    information: "M12 11v6M12 7v.5M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
    user: "M8.5 9.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M5.5 18.2a7 7 0 0 1 13 0M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  };

  const language = (navigator.language || "en").toLowerCase().split("-")[0];
  const wordsLanguage = language in WORDS ? language : "en";
  const words = WORDS[wordsLanguage];

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", name === "launchpad" ? "icon filled" : "icon");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  // A button and the popover that it opens. The browser does the rest: Esc, a click beside it, the focus, and
  // telling assistive technology whether it is open.
  function menu(id, label, face, entries, className = "") {
    const button = element("button", { type: "button", class: `item ${className}`, popovertarget: id }, ...face);
    if (label) button.setAttribute("aria-label", label);
    const box = element("div", { class: "menu", id, popover: "auto" }, ...entries);
    return [button, box];
  }

  function line(text, detail) {
    return element("p", {}, text || "", detail ? element("small", {}, detail) : null);
  }

  async function read(url) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json, */*" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // no network, or no JSON: the bar shows what it knows
    }
  }

  async function readAll(appInfoPath) {
    const names = Object.keys(APIS);
    const answers = await Promise.all([...names.map((name) => read(APIS[name])), appInfoPath ? read(appInfoPath) : null]);
    const told = Object.fromEntries(names.map((name, index) => [name, answers[index] || {}]));
    return { ...told, info: answers[names.length] || {} };
  }

  // app-info.json: the links of the person's language, else the default ones. Types are written in any case.
  function linkOf({ type, name, value }) {
    const target = String(value);
    const address = { www: target, mail: `mailto:${target}`, phone: `tel:${target.replace(/[^+0-9]/g, "")}` }[
      String(type).toLowerCase()
    ];
    const isSafe = address !== undefined && /^(https?:|mailto:|tel:|\/(?!\/))/i.test(address);
    return isSafe ? element("a", { href: address }, String(name || value)) : line(String(name || ""), target);
  }

  function linksOf(info) {
    const byLanguage = info.links || {};
    const links = byLanguage[language] || byLanguage.default;
    return Array.isArray(links) ? links.map(linkOf) : [];
  }

  function tenantMenu({ tenant, customer }) {
    const name = tenant.displayName || customer.displayName || tenant.name || customer.tenant;
    if (!name) return [];
    const region = customer.region || "";
    const entries = [
      line(name, tenant.companyName || customer.companyName),
      line(`${words.tenant}: ${tenant.name || customer.tenant}`, tenant.type),
      region ? line(`${words.environment}: ${region}`) : null,
    ];
    return menu("tenant", "", [element("span", { class: "name" }, name)], entries, "tenant");
  }

  function notificationsMenu({ notifications }) {
    const list = Array.isArray(notifications.notifications) ? notifications.notifications : [];
    const count = Number(notifications.unread) || 0;
    const at = (time) => new Date(time).toLocaleTimeString(wordsLanguage, { hour: "2-digit", minute: "2-digit" });
    const entries = list.filter(({ type }) => type === "sessionEnds").map(({ time }) => line(words.sessionEnds(at(time))));
    const face = [icon("bell"), count ? element("span", { class: "count" }, String(count)) : null];
    const label = count ? `${words.notifications} (${count})` : words.notifications;
    return menu("notifications", label, face, entries.length ? entries : [line(words.none)], "push");
  }

  function informationMenu({ info }, title) {
    const version = info.appVersion ? `${words.version} ${info.appVersion}` : "";
    const entries = [line(info.displayName || title, version), ...linksOf(info)];
    if (info.appCopyright) entries.push(line("", info.appCopyright));
    return menu("information", words.information, [icon("information")], entries);
  }

  function userMenu({ person, profile, tenant, customer }) {
    const { givenName = "", familyName = "" } = person.name || {};
    const name = `${givenName} ${familyName}`.trim() || profile.displayName || "";
    const entries = person.userName
      ? [
          line(name, person.userName),
          line(`${words.tenant}: ${tenant.name || customer.tenant || ""}`),
          element("a", { href: "/logout" }, words.signOut),
        ]
      : [line(words.lost), element("a", { href: "/login" }, words.signIn)];
    return menu("user", name ? `${words.user}: ${name}` : words.user, [icon("user")], entries);
  }

  function build(told, title) {
    const launchpad = element("a", { class: "item", href: told.customer.launchpad || "/" }, icon("launchpad"));
    launchpad.setAttribute("aria-label", words.launchpad);
    return element(
      "section",
      { class: "bar", "aria-label": words.bar, lang: wordsLanguage },
      launchpad,
      ...tenantMenu(told),
      element("span", { class: "item title" }, title || told.info.displayName || ""),
      ...notificationsMenu(told),
      ...informationMenu(told, title),
      ...userMenu(told)
    );
  }

  function loaded(stylesheet) {
    return new Promise((resolve) => {
      stylesheet.addEventListener("load", resolve);
      stylesheet.addEventListener("error", resolve);
    });
  }

  // Above the application, and from edge to edge: the margins of the page are not the bar's.
  function place(host, app) {
    if (app === document.body) app.prepend(host);
    else app.before(host);
    if (host.parentElement !== document.body) return;
    const { marginTop, marginRight, marginLeft } = getComputedStyle(document.body);
    host.style.margin = `-${marginTop} -${marginRight} 0 -${marginLeft}`;
  }

  async function show({ title = "", appId = "_mdspcontent", appInfoPath = "" }) {
    const app = document.getElementById(appId);
    if (app === null) throw new Error(`_mdsp.init: there is no element with the id ${appId}.`);
    const host = element("div", { class: "mdsp-osbar" });
    const root = host.attachShadow({ mode: "open" });
    const stylesheet = element("link", { rel: "stylesheet", href: STYLES });
    const styled = loaded(stylesheet);
    root.append(stylesheet);
    place(host, app);
    const [told] = await Promise.all([readAll(appInfoPath), styled]);
    root.append(build(told, title));
  }

  let shown = null;

  // Shows the bar once; `initialize: false` leaves it for a later call. The promise ends when the bar is there.
  function init(options = {}) {
    if (options.initialize === false) return Promise.resolve();
    shown = shown || show(options);
    return shown;
  }

  globalThis._mdsp = { init };
  globalThis._msb = globalThis._mdsp;
})();
