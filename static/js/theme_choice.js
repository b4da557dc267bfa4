/** Which colours somebody has chosen; theme.js sets them before the first paint. */

/** @returns {string} "system", "light" or "dark" */
export function chosenTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

/** @param {string} theme */
export function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}
