/** Which colours somebody has chosen; theme.js sets them before the first paint. */

/** @returns {string} "system", "light" or "dark" */
export function chosenTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

/** @returns {boolean} whether rows and paddings are 4 px smaller */
export function isCompact() {
  return document.documentElement.dataset.density === "compact";
}

/** @param {boolean} compact */
export function setCompact(compact) {
  if (compact) document.documentElement.dataset.density = "compact";
  else delete document.documentElement.dataset.density;
  localStorage.setItem("density", compact ? "compact" : "normal");
}

/** @param {string} theme */
export function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}
