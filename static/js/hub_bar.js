// Starts the Hub's own bar, which takes the place of ours (HUB_BAR_SCRIPT_URL).

globalThis._mdsp?.init({
  title: "Bindery",
  appId: "_mdspcontent",
  appInfoPath: "/app-info.json",
  initialize: true,
});
