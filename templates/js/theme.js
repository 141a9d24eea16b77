// Runs before the first paint: tells the sheet that there is script and whether something is searched for, and takes up
// the colours that were chosen.
const theme = {
  names: ["system", "light", "dark"],
  get() {
    try { return localStorage.getItem("packyard-theme") ?? "system"; } catch { return "system"; }
  },
  set(name) {
    const root = document.documentElement;
    if (name === "light" || name === "dark") root.dataset.theme = name;
    else delete root.dataset.theme;
    try { localStorage.setItem("packyard-theme", name); } catch { /* it holds for this page */ }
  },
};
document.documentElement.classList.add("js");
if (/[?&]q=[^&]/.test(location.search)) document.documentElement.classList.add("asked", "waiting");
theme.set(theme.get());
